"""Pages of the notifications app in the admin."""

from notifications.admin.message_admin import MessageAdmin

__all__ = ["MessageAdmin"]
