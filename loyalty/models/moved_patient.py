"""Patients who have got another home clinic: their points of all days belong to it now."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MovedPatient(models.Model):
    """Written by a trigger on the patients' home clinic, whoever changes it; the night counts the days anew."""

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="+", db_index=False, verbose_name=_("patient")
    )
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="+", db_index=False, verbose_name=_("former home clinic")
    )

    class Meta:
        verbose_name = _("moved patient")
        verbose_name_plural = _("moved patients")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.patient_id}: {self.clinic_id}"
