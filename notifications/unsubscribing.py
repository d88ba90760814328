"""How the reader of an advertising message stops them, in every channel."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from notifications.channels.base import OutgoingMessage
from patients.unsubscribe_links import unsubscribe_token


def unsubscribe_url(patient_id: int) -> str:
    """The whole address; it needs no log-in and never ends."""
    path = reverse("cabinet_unsubscribe", args=[unsubscribe_token(patient_id)])
    return settings.PUBLIC_URL.rstrip("/") + path


def way_out(message: OutgoingMessage) -> str:
    """The last words of an advertising message, in the language in force."""
    return _("No more advertising: %(address)s") % {"address": message.unsubscribe_url}
