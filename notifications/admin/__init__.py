"""Pages of the notifications app in the admin."""

from notifications.admin.event_choice_admin import EventChoiceAdmin
from notifications.admin.message_admin import MessageAdmin

__all__ = ["EventChoiceAdmin", "MessageAdmin"]
