"""Which channels there are, in the order they are tried, and how each is set up."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Channel
from notifications.channels.console import ConsoleChannel
from notifications.channels.email import EmailChannel
from notifications.channels.sms_smsc import SmscChannel

CONSOLE_MAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
EMAIL, SMS = EmailChannel.code, SmscChannel.code
LABELS: dict[str, Promise] = {EMAIL: _("E-mail"), SMS: _("SMS")}


@dataclass(frozen=True, slots=True)
class ChannelState:
    """How a channel stands, for the staff."""

    label: Promise
    state: Promise


def all_channels() -> list[Channel]:
    """Every channel, configured or not, as the settings stand now; the cheaper one first."""
    return [_email(), _sms()]


def get_channel(code: str) -> Channel:
    """Raises KeyError for a channel that does not exist."""
    return {channel.code: channel for channel in all_channels()}[code]


def channel_states() -> list[ChannelState]:
    return [ChannelState(label=LABELS[channel.code], state=_state(channel)) for channel in all_channels()]


def _state(channel: Channel) -> Promise:
    if isinstance(channel, ConsoleChannel):
        return _("printed to the worker's console")
    return _("configured") if channel.is_configured() else _("not configured")


def _email() -> Channel:
    channel = EmailChannel()
    return ConsoleChannel(channel) if settings.EMAIL_BACKEND == CONSOLE_MAIL_BACKEND else channel


def _sms() -> Channel:
    channel = SmscChannel()
    return ConsoleChannel(channel) if settings.LOCAL_MODE and not settings.SMSC_LOGIN else channel
