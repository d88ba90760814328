"""What became of the points issued in a month, day by day: what the burnt share reads instead of every lot."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CohortDay(models.Model):
    """What one day of a clinic's calendar did to the points issued in one month to the clinic's patients.

    Wherever transfers and returns have taken them: a lot that continues another counts for the first one. Counts
    operations up to the clinic's mark, once that `has_cohorts`.
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="+", db_index=False, verbose_name=_("clinic")
    )
    day = models.DateField(_("day"))
    month = models.DateField(_("issued in"), help_text=_("Its first day."))
    issued = models.BigIntegerField(_("issued points"))
    burnt = models.BigIntegerField(_("burnt"))
    opened = models.BigIntegerField(_("more open by"))  # below 0: less

    class Meta:
        verbose_name = _("day of the points of a month")
        verbose_name_plural = _("days of the points of a month")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["clinic", "day", "month"], name="cohort_day_once"),
            models.CheckConstraint(condition=Q(issued__gte=0, burnt__gte=0), name="cohort_day_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.month}"
