"""Which channels there are, in the order they are tried, and how each is set up."""

from django.conf import settings

from notifications.channels.base import Channel
from notifications.channels.console import ConsoleChannel
from notifications.channels.email import EmailChannel
from notifications.channels.sms_smsc import SmscChannel

CONSOLE_MAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"


def all_channels() -> list[Channel]:
    """Every channel, configured or not, as the settings stand now; the cheaper one first."""
    return [_email(), _sms()]


def get_channel(code: str) -> Channel:
    """Raises KeyError for a channel that does not exist."""
    return {channel.code: channel for channel in all_channels()}[code]


def _email() -> Channel:
    channel = EmailChannel()
    return ConsoleChannel(channel) if settings.EMAIL_BACKEND == CONSOLE_MAIL_BACKEND else channel


def _sms() -> Channel:
    channel = SmscChannel()
    return ConsoleChannel(channel) if settings.LOCAL_MODE and not settings.SMSC_LOGIN else channel
