"""What a patient has chosen for themselves in the cabinet; without a row, what the defaults say."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Preferences(models.Model):
    """Quiet hours are by the home clinic's clock and may go over midnight; both ends or none."""

    patient = models.OneToOneField(
        "patients.Patient",
        models.PROTECT,
        primary_key=True,
        related_name="preferences",
        verbose_name=_("patient"),
    )
    shows_services = models.BooleanField(_("names services in the history"), default=False)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)

    class Meta:
        verbose_name = _("choices of a patient")
        verbose_name_plural = _("choices of patients")
        constraints = [
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | (Q(quiet_from__isnull=False, quiet_until__isnull=False) & ~Q(quiet_from=F("quiet_until"))),
                name="preferences_quiet_hours_have_two_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.patient_id}"
