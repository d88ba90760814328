"""By what key another system knows a patient, so that imports can be repeated."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PatientSourceKey(models.Model):
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="source_keys", verbose_name=_("patient")
    )
    source = models.SlugField(_("source system"))
    key = models.CharField(_("key"), max_length=64)

    class Meta:
        verbose_name = _("key in another system")
        verbose_name_plural = _("keys in other systems")
        constraints = [models.UniqueConstraint(fields=["source", "key"], name="source_key_unique")]

    def __str__(self) -> str:
        return f"{self.source}:{self.key}"
