"""A message to a patient, written in the transaction of the act that caused it and sent later by the relay."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessageKind(models.TextChoices):
    """Patients agree to service and to advertising messages apart; a code is what they have just asked for."""

    SERVICE = "SERVICE", pgettext_lazy("kind of message", "Service")
    ADVERTISING = "ADVERTISING", _("Advertising")
    CODE = "CODE", _("One-time code")


class MessageStatus(models.TextChoices):
    PENDING = "PENDING", _("Waiting")
    SENT = "SENT", _("Sent")
    FAILED = "FAILED", _("Failed")
    SKIPPED = "SKIPPED", _("Not sent")


class SkipReason(models.TextChoices):
    """Why a message was rightly not sent; a failure to deliver is another thing."""

    NOTHING_TO_SAY = "NOTHING_TO_SAY", _("Nothing left to say at the time of sending")
    NO_CONSENT = "NO_CONSENT", _("The patient has not agreed to such messages")
    NO_ADDRESS = "NO_ADDRESS", _("The patient has neither an e-mail address nor a phone")
    NO_CHANNEL = "NO_CHANNEL", _("No channel that reaches the patient is configured")
    TOO_LATE = "TOO_LATE", _("Its time has passed")
    ERASED = "ERASED", _("The patient has been erased")


class OutboxMessage(models.Model):
    """`body`, `address` and `channel` are as last sent; before the first attempt they are empty.

    `in_doubt` stands while an attempt has begun and its outcome is not known: it is set before the network
    call and cleared by the answer, so a killed relay leaves it set. Leases (`claimed_until`) are measured
    on the database server's own clock; all other moments are the portal's.
    """

    key = models.CharField(_("key"), max_length=200, unique=True)
    event = models.CharField(_("event"), max_length=64)
    kind = models.CharField(_("kind"), max_length=16, choices=MessageKind)
    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="outbox_messages", verbose_name=_("patient")
    )
    context = models.JSONField(_("context"), default=dict, blank=True)
    due_at = models.DateTimeField(_("due"))
    not_after = models.DateTimeField(_("not after"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=MessageStatus, default=MessageStatus.PENDING)
    skip_reason = models.CharField(_("reason"), max_length=32, choices=SkipReason, blank=True)

    claimed_by = models.CharField(_("claimed by"), max_length=36, blank=True)
    claimed_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    next_attempt_at = models.DateTimeField(_("next attempt"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    in_doubt = models.BooleanField(_("outcome not known"), default=False)

    channel = models.CharField(_("channel"), max_length=16, blank=True)
    address = models.CharField(_("address"), max_length=254, blank=True)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    provider_id = models.CharField(_("provider's id"), max_length=100, blank=True)
    parts = models.PositiveSmallIntegerField(_("SMS parts"), null=True, blank=True)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=2, null=True, blank=True)
    error_code = models.CharField(_("error code"), max_length=64, blank=True)
    error_text = models.TextField(_("error"), blank=True)

    created_at = models.DateTimeField(_("created"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="SENT", sent_at__isnull=False) | (~Q(status="SENT") & Q(sent_at__isnull=True)),
                name="message_sent_has_moment",
            ),
            models.CheckConstraint(
                condition=(Q(status="SKIPPED") & ~Q(skip_reason="")) | (~Q(status="SKIPPED") & Q(skip_reason="")),
                name="message_skipped_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="PENDING") | Q(claimed_by="", claimed_until__isnull=True, in_doubt=False),
                name="message_settled_is_unclaimed",
            ),
            models.CheckConstraint(
                condition=Q(cost__isnull=True) | Q(cost__gte=0), name="message_cost_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], condition=Q(status="PENDING"), name="message_pending_due"
            ),
            models.Index(fields=["patient", "-id"], name="message_of_patient"),
            models.Index(fields=["status", "-id"], name="message_by_status"),
            models.Index(fields=["event", "-id"], name="message_by_event"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
