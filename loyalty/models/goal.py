"""What the clinics want to reach in a period: one figure, one target."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Goal(models.Model):
    class Figure(models.TextChoices):
        VISITS = "VISITS", _("receipts")
        BUYERS = "BUYERS", _("buyers")
        AVERAGE_BILL = "AVERAGE_BILL", _("average bill, roubles")
        REPEAT_RATE = "REPEAT_RATE", _("repeat purchases (RPR), %")
        REVENUE = "REVENUE", _("revenue, roubles")

    figure = models.CharField(pgettext_lazy("of a goal", "figure"), max_length=12, choices=Figure)
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("clinic"),
        help_text=_("Empty: all clinics together."),
    )  # fmt: skip
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    target = models.DecimalField(_("target"), max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")),
                name="goal_has_its_days",
                violation_error_message=_("The last day is before the first one. Choose a later one."),
            ),
            models.CheckConstraint(
                condition=Q(target__gt=0),
                name="goal_is_above_zero",
                violation_error_message=_("A target is more than zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_figure_display()}: {self.target}"
