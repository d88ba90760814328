"""Registers the loyalty app with Django, and its messages with notifications."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        from loyalty.receipt_messages import POINTS_EARNED_EVENT  # noqa: PLC0415  # needs loaded models
        from notifications.events import register  # noqa: PLC0415

        register(POINTS_EARNED_EVENT)
