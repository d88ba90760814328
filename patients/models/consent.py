"""The journal of consents. Rows are never changed; the newest per kind and channel is in force."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ConsentRecord(models.Model):
    class Kind(models.TextChoices):
        RULES = "RULES", _("program rules")
        PERSONAL_DATA = "PERSONAL_DATA", _("personal data")
        SERVICE = "SERVICE", _("service messages")
        ADVERTISING = "ADVERTISING", _("advertising")

    class Source(models.TextChoices):
        DESK = "DESK", _("desk")
        CABINET = "CABINET", _("cabinet")
        CALL = "CALL", _("phone call")
        LETTER = "LETTER", _("written request")
        IMPORT = "IMPORT", _("import")
        UNSUBSCRIBE = "UNSUBSCRIBE", _("unsubscribe link")

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="consents", verbose_name=_("patient")
    )
    kind = models.CharField(_("consent to"), max_length=16, choices=Kind)
    channel = models.CharField(_("channel"), max_length=16, blank=True, help_text=_("Empty: every channel."))
    granted = models.BooleanField(_("given"))
    at = models.DateTimeField(_("when"))
    source = models.CharField(_("source"), max_length=16, choices=Source)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["patient", "kind", "channel", "-id"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {'+' if self.granted else '−'}"
