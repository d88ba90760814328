"""How figures are counted where clinics may decide, from one month on: an old report never changes."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FigureSetting(models.Model):
    """In force until the next row's month. Before the first row: 12 months, no old discount."""

    from_month = models.DateField(_("from the month"), unique=True, help_text=_("Any day of it."))
    client_months = models.PositiveSmallIntegerField(
        _("a client has paid in the last, months"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
        help_text=_("Of the clients at the start of a period retention (CRR) tells how many stayed."),
    )
    old_discount_percent = models.DecimalField(
        _("average discount before the program, %"), max_digits=5, decimal_places=2, null=True, blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("The saving is told against it. Empty: it is not told."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("way of counting figures")
        verbose_name_plural = _("how figures are counted")
        constraints = [
            models.CheckConstraint(condition=Q(from_month__day=1), name="figure_setting_from_a_month"),
            models.CheckConstraint(
                condition=Q(client_months__gte=1, client_months__lte=60), name="figure_setting_client_months"
            ),
            models.CheckConstraint(
                condition=Q(old_discount_percent=None)
                | Q(old_discount_percent__gte=0, old_discount_percent__lte=100),
                name="figure_setting_discount_is_a_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_month:%m.%Y}"

    def clean(self) -> None:
        if self.from_month:
            self.from_month = self.from_month.replace(day=1)
