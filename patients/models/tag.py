"""Tags: what the clinic wants to know of a patient in its own words; rules and segments refer to them by code."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    class Kind(models.TextChoices):
        DOCTOR = "DOCTOR", _("by doctor")
        CATEGORY = "CATEGORY", _("by category")
        DIRECTION = "DIRECTION", _("by direction of treatment")
        OTHER = "OTHER", _("other")

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(
        _("kind"),
        max_length=16,
        choices=Kind,
        default=Kind.OTHER,
        help_text=_("By category: “has children”. By direction: “orthodontics”."),
    )

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name
