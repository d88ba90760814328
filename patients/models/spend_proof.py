"""Proof that the patient agrees to spend: who proved it how, what codes went out, how many were wrong.

No row holds a code: codes are derived when they are needed.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class SpendGuard(models.Model):
    """One row per patient, locked before any code is looked at. Its moments are real time.

    `card_step` is the newest minute whose card code has been used: it and all before it are spent.
    """

    patient = models.OneToOneField(
        "patients.Patient", models.PROTECT, primary_key=True, related_name="+", verbose_name=_("patient")
    )
    wrong_tries = models.PositiveSmallIntegerField(_("wrong tries"), default=0)
    last_wrong_at = models.DateTimeField(_("last wrong try"), null=True)
    blocked_until = models.DateTimeField(_("no codes until"), null=True)
    card_step = models.BigIntegerField(_("newest used minute"), default=0)

    class Meta:
        verbose_name = _("guard of codes")
        verbose_name_plural = _("guards of codes")

    def __str__(self) -> str:
        return f"№ {self.pk}"


class SpendCode(models.Model):
    """A code that went to the patient by SMS, good at one clinic. Its moments are real time."""

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", verbose_name=_("patient"))
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked for by")
    )
    created_at = models.DateTimeField(_("asked for"))
    expires_at = models.DateTimeField(_("good until"))

    class Meta:
        verbose_name = _("spending code")
        verbose_name_plural = _("spending codes")
        indexes = [models.Index(fields=["patient", "-id"], name="spend_code_newest")]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class SpendProof(models.Model):
    """The patient's consent to one spending at one clinic; `used_at` is set by the receipt that it served."""

    class Way(models.TextChoices):
        QR = "QR", _("scanned QR")
        CARD_CODE = "CARD_CODE", _("code from the card page")
        SMS = "SMS", _("code from an SMS")
        OVERRIDE = "OVERRIDE", _("decision of a senior")

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", verbose_name=_("patient"))
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    way = models.CharField(_("how"), max_length=12, choices=Way)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("taken by")
    )
    at = models.DateTimeField(_("when"))
    used_at = models.DateTimeField(_("used"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    card_step = models.BigIntegerField(_("minute of the card code"), null=True)
    spend_code = models.OneToOneField(
        SpendCode, models.PROTECT, null=True, related_name="proof", verbose_name=_("spending code")
    )
    key = models.CharField(_("key of the request"), max_length=40)

    class Meta:
        verbose_name = _("proof of consent to spend")
        verbose_name_plural = _("proofs of consent to spend")
        permissions = [("override_proof", _("Can let a patient spend without a code"))]
        constraints = [
            models.UniqueConstraint(fields=["patient", "card_step"], name="spend_proof_card_code_once"),
            models.CheckConstraint(
                condition=Q(way__in=["QR", "CARD_CODE"], card_step__isnull=False, spend_code=None, reason="")
                | Q(way="SMS", card_step=None, spend_code__isnull=False, reason="")
                | (Q(way="OVERRIDE", card_step=None, spend_code=None) & ~Q(reason="")),
                name="spend_proof_has_its_grounds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} № {self.pk}"
