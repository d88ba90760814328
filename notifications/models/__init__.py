"""Tables of the notifications app."""

from notifications.models.outbox_message import MessageKind, MessageStatus, OutboxMessage, SkipReason

__all__ = ["MessageKind", "MessageStatus", "OutboxMessage", "SkipReason"]
