"""Doctors whom a receipt's lines name; program rules refer to them by code. They need no log-in."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models.clinic import Clinic


class Doctor(models.Model):
    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=120)
    clinics = models.ManyToManyField(
        Clinic,
        related_name="doctors",
        verbose_name=_("clinics"),
        help_text=_("The desks of these clinics offer the doctor at the lines of a receipt."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("doctor")
        verbose_name_plural = _("doctors")

    def __str__(self) -> str:
        return self.name
