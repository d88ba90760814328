"""What was open at the end of each day: what a report of a past day reads instead of every lot and allocation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class OpenPointsDay(models.Model):
    """Points open at the end of a day of a clinic's calendar that burn in the same month.

    Of accounts whose home clinic it is; pending ones too. All days up to the mark's `open_through` are stored; a
    day on which nothing was open has no rows.
    """

    class Kind(models.TextChoices):
        DATED = "DATED", _("by their own day")
        ROLLING = "ROLLING", _("by the date of the account, as it was known that night")
        NEVER = "NEVER", _("never")
        VISIT = "VISIT", _("their visit was not closed")

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="+", db_index=False, verbose_name=_("clinic")
    )
    day = models.DateField(_("day"))
    kind = models.CharField(_("burn"), max_length=7, choices=Kind)
    month = models.DateField(_("burn in"), null=True, blank=True, help_text=_("Its first day."))
    points = models.BigIntegerField(_("points"))

    class Meta:
        verbose_name = _("open points of a day")
        verbose_name_plural = _("open points by day")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "day", "kind", "month"], name="open_points_day_once", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="open_points_day_has_its_month",
                condition=Q(kind="DATED", month__isnull=False)
                | Q(kind="ROLLING")
                | Q(kind__in=["NEVER", "VISIT"], month__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.month or self.kind}"
