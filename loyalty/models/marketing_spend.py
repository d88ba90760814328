"""What a channel cost in a month: entered or imported, never computed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class MarketingSpend(models.Model):
    """One row per channel, month and, where the money was one clinic's own, clinic. Roubles."""

    source = models.SlugField(_("source"), help_text=_("The channel as it stands on the patient's card."))
    month = models.DateField(_("month"), help_text=_("Any day of it."))
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clinic"),
        help_text=_("Empty: the money of the whole network."),
    )  # fmt: skip
    amount = models.DecimalField(_("spent, roubles"), max_digits=12, decimal_places=2)
    note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("marketing spend")
        verbose_name_plural = _("marketing spend")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "month", "clinic"],
                nulls_distinct=False,
                name="marketing_spend_once",
                violation_error_message=_("This channel has its sum for the month. Change that one."),
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="marketing_spend_not_negative"),
            models.CheckConstraint(condition=Q(month__day=1), name="marketing_spend_of_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.month:%m.%Y}"

    def clean(self) -> None:
        if self.month:
            self.month = self.month.replace(day=1)
