"""People who live together: a child without a phone is reached through it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Household(models.Model):
    name = models.CharField(_("name"), max_length=120)
    contact = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("whom to call"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.name
