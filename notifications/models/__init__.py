"""Tables of the notifications app."""

from notifications.models.event_choice import CHOSEN_KINDS, EventChoice
from notifications.models.outbox_message import MessageKind, MessageStatus, OutboxMessage, SkipReason

__all__ = ["CHOSEN_KINDS", "EventChoice", "MessageKind", "MessageStatus", "OutboxMessage", "SkipReason"]
