"""Blanks what messages keep of a person: address, subject, text, the provider's complaint about the address."""

from collections.abc import Collection

from notifications.models import MessageStatus, OutboxMessage
from notifications.models.outbox_message import SkipReason


def blank_messages(patient_ids: Collection[int]) -> None:
    """Nothing waiting goes out any more; that a message was sent, when and for how much, stays.

    A relay that holds one of them loses its claim. Call inside a transaction.
    """
    rows = OutboxMessage.objects.filter(patient__in=patient_ids)
    rows.filter(status=MessageStatus.PENDING).update(
        status=MessageStatus.SKIPPED,
        skip_reason=SkipReason.ERASED,
        claimed_by="",
        claimed_until=None,
        in_doubt=False,
    )
    rows.update(address="", subject="", body="", error_text="")
