"""Which messages are service and which advertising, as the network has decided."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from notifications.models.outbox_message import MessageKind

CHOSEN_KINDS = (MessageKind.SERVICE, MessageKind.ADVERTISING)


class EventChoice(models.Model):
    """The consent that messages of an event ask for. Read at sending: what waits already follows a change."""

    event = models.CharField(_("event"), max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=[(kind.value, kind.label) for kind in CHOSEN_KINDS])

    class Meta:
        verbose_name = _("kind of messages")
        verbose_name_plural = _("kinds of messages")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=CHOSEN_KINDS), name="event_choice_is_service_or_advertising"
            )
        ]

    def __str__(self) -> str:
        return self.event
