"""Who recommended the clinic to whom: one edge per patient, set once, changed only with a reason."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Referral(models.Model):
    """Edges make no loop: they are written under one lock that looks up the chain first."""

    patient = models.OneToOneField(
        "patients.Patient", models.PROTECT, related_name="referral", verbose_name=_("patient")
    )
    inviter = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="invited", verbose_name=_("inviter")
    )
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    set_at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        permissions = [("change_inviter", _("Can change who recommended a patient"))]
        constraints = [
            models.CheckConstraint(condition=~Q(patient=F("inviter")), name="referral_not_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.inviter_id} → {self.patient_id}"
