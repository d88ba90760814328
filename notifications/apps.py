"""Registers the notifications app with Django, and the kinds of messages it starts with."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        # Imported here: it needs loaded models.
        from notifications.event_choices import create_choices  # noqa: PLC0415

        post_migrate.connect(create_choices, sender=self, dispatch_uid="notifications.create_choices")
