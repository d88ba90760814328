"""Social groups and who belongs to them: nobody does without a document that the staff has seen."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class SocialGroup(models.Model):
    """Some groups come with the portal, so each may have its name in both languages of the interface."""

    code = models.SlugField(_("code"), unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(
        _("name in English"), max_length=80, blank=True, help_text=_("Empty: the same in every language.")
    )

    class Meta:
        verbose_name = _("social group")
        verbose_name_plural = _("social groups")

    def __str__(self) -> str:
        is_english = (get_language() or "").startswith("en")
        return self.name_en if is_english and self.name_en else self.name


class SocialGroupRecord(models.Model):
    """One row per patient and group: the newest document replaces the one before."""

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="social_groups", verbose_name=_("patient")
    )
    group = models.ForeignKey(
        "patients.SocialGroup", models.PROTECT, related_name="records", verbose_name=_("social group")
    )
    document = models.CharField(
        _("document seen"),
        max_length=120,
        help_text=_("What it is and its number, as far as the clinic needs it."),
    )
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("seen by")
    )
    seen_at = models.DateTimeField(_("seen"))
    valid_until = models.DateField(
        _("valid until"), null=True, blank=True, help_text=_("The last day, inclusive. Empty: without end.")
    )

    class Meta:
        verbose_name = _("social group of a patient")
        verbose_name_plural = _("social groups of patients")
        # Not a UniqueConstraint: of an inline's row Django checks those without the patient, so a second row
        # would be an error of the database instead of one at its field.
        unique_together = [("patient", "group")]
        constraints = [models.CheckConstraint(condition=~Q(document=""), name="social_group_document_seen")]

    def __str__(self) -> str:
        return str(self.group)
