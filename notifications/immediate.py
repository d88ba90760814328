"""Sends a secret, such as a log-in code, at once and leaves no trace of its text.

The outbox keeps what it sends for the staff to read, so a secret never goes through it. Nothing is retried:
the person on the other end of the line asks for another code.
"""

import logging
import secrets
from concurrent.futures import ThreadPoolExecutor

from notifications.channels.base import DeliveryError, OutgoingMessage
from notifications.channels.registry import get_channel

logger = logging.getLogger(__name__)

# The gateway wants a number of ours. Outbox rows count up from 1; secrets take random ones far above.
FIRST_REFERENCE = 2**30

# Threads, not tasks: the text must not lie in a broker, and the page must answer as fast for a phone that
# nobody owns as for one that gets an SMS.
_senders = ThreadPoolExecutor(max_workers=4, thread_name_prefix="secret-sms")


def send_secret(*, phone: str, text: str) -> None:
    """Send the text to the E.164 number by SMS from another thread; returns at once and never raises."""
    _senders.submit(_deliver, phone, text)


def _deliver(phone: str, text: str) -> None:
    reference = FIRST_REFERENCE + secrets.randbelow(FIRST_REFERENCE - 1)
    try:
        get_channel("SMS").send(
            OutgoingMessage(reference=reference, address=phone, subject="", body=text, short=text)
        )
    except DeliveryError as error:
        logger.error("A one-time code was not sent: %s", error)
    except Exception:
        logger.exception("A one-time code was not sent")
