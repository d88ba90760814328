"""Journal of the nights: which step of which clinic's night has run, and how much it did."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NightlyRun(models.Model):
    """One step of one clinic's night. Counts grow with every slice, in the slice's own transaction."""

    class Step(models.TextChoices):
        VISITS = "VISITS", _("Forgotten visits")
        RELEASE = "RELEASE", _("Pending points")
        GIFTS = "GIFTS", _("Gifts")
        TIERS = "TIERS", _("Tiers")
        CODES = "CODES", _("Unused privilege codes")
        BURN = "BURN", _("Burning")
        REMIND = "REMIND", _("Reminders")
        CALLS = "CALLS", _("Call list")
        ROLLUP = "ROLLUP", _("Sums by day")

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    day = models.DateField(_("day"))
    step = models.CharField(_("step"), max_length=8, choices=Step)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    accounts = models.PositiveIntegerField(_("accounts"), default=0)
    points = models.PositiveBigIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("nightly run")
        verbose_name_plural = _("nightly runs")
        constraints = [
            models.UniqueConstraint(fields=["clinic", "day", "step"], name="nightly_run_once_a_day"),
        ]
        indexes = [models.Index(fields=["-day", "clinic"], name="nightly_run_by_day")]

    def __str__(self) -> str:
        return f"{self.day} {self.step}"
