"""Registers the loyalty app with Django, its messages with notifications, and the schedule it starts with."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class LoyaltyConfig(AppConfig):
    name = "loyalty"
    verbose_name = _("Loyalty")

    def ready(self) -> None:
        # Imported here: they need loaded models.
        from loyalty.messages.burning import POINTS_BURNING_SOON_EVENT  # noqa: PLC0415
        from loyalty.messages.gifts import GIFT_GIVEN_EVENT  # noqa: PLC0415
        from loyalty.messages.notes import RECEIPT_NOTE_EVENT  # noqa: PLC0415
        from loyalty.messages.receipts import POINTS_EARNED_EVENT  # noqa: PLC0415
        from loyalty.messages.spending import SPEND_CODE_EVENT, SPEND_OVERRIDDEN_EVENT  # noqa: PLC0415
        from loyalty.messages.tiers import TIER_AT_RISK_EVENT, TIER_CHANGED_EVENT  # noqa: PLC0415
        from loyalty.schedule import create_schedule  # noqa: PLC0415
        from notifications.events import register  # noqa: PLC0415

        register(POINTS_EARNED_EVENT)
        register(RECEIPT_NOTE_EVENT)
        register(POINTS_BURNING_SOON_EVENT)
        register(GIFT_GIVEN_EVENT)
        register(SPEND_CODE_EVENT)
        register(SPEND_OVERRIDDEN_EVENT)
        register(TIER_CHANGED_EVENT)
        register(TIER_AT_RISK_EVENT)
        post_migrate.connect(create_schedule, sender=self, dispatch_uid="loyalty.create_schedule")
