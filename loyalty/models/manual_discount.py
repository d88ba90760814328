"""A discount that a person gives, for one receipt: within their own maximum, or with another person's consent."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ManualDiscount(models.Model):
    """At most one is open per patient and clinic; the quote takes it by itself, nobody types it into a receipt."""

    class Status(models.TextChoices):
        WAITING = "WAITING", _("waits for a decision")
        APPROVED = "APPROVED", _("approved")
        REFUSED = "REFUSED", _("refused")
        CANCELLED = "CANCELLED", _("cancelled")
        USED = "USED", _("used")

    OPEN = (Status.WAITING, Status.APPROVED)

    patient = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", verbose_name=_("patient"))
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    rate_bp = models.PositiveIntegerField(_("discount, basis points"))
    reason = models.CharField(_("reason"), max_length=200)
    status = models.CharField(_("status"), max_length=9, choices=Status)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("asked by")
    )
    requested_at = models.DateTimeField(_("asked"))
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decides"),
        help_text=_("Empty: the discount was within the person's own maximum."),
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decision_note = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    expires_at = models.DateTimeField(_("good until"))
    receipt = models.OneToOneField(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="manual_discount",
        verbose_name=_("receipt"),
    )

    class Meta:
        verbose_name = _("discount by hand")
        verbose_name_plural = _("discounts by hand")
        permissions = [("approve_discount", _("Can approve discounts by hand"))]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "clinic"],
                condition=Q(status__in=["WAITING", "APPROVED"]),
                name="manual_discount_one_open",
            ),
            models.CheckConstraint(
                condition=Q(approver=None) | ~Q(approver=F("requested_by")),
                name="manual_discount_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(status="USED", receipt__isnull=False) | (~Q(status="USED") & Q(receipt=None)),
                name="manual_discount_used_has_receipt",
            ),
            models.CheckConstraint(condition=Q(rate_bp__gt=0, rate_bp__lte=10_000), name="manual_discount_rate"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
