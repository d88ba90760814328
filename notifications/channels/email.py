"""E-mail through Django's mail backend (SMTP in production).

SMTP cannot be asked what became of a message, so e-mail goes at least once: a repetition after a broken line
carries the same Message-ID, by which mail systems recognise it.
"""

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from notifications.addresses import reachable_email
from notifications.channels.base import (
    Delivery,
    OutgoingMessage,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from notifications.unsubscribing import way_out
from patients.models import Patient

PERMANENT_FROM = 500


class EmailChannel:
    code = "EMAIL"

    def is_configured(self) -> bool:
        return bool(settings.EMAIL_HOST)

    def address_of(self, patient: Patient) -> str:
        return reachable_email(patient)

    def text_of(self, message: OutgoingMessage) -> str:
        return f"{message.body}\n\n{way_out(message)}" if message.unsubscribe_url else message.body

    def send(self, message: OutgoingMessage) -> Delivery:
        connection = get_connection()
        mail = EmailMessage(
            subject=" ".join(message.subject.split()),
            body=self.text_of(message),
            to=[message.address],
            headers={"Message-ID": message_id(message.reference), **_unsubscribe_headers(message)},
            connection=connection,
        )
        try:
            connection.open()
        except (smtplib.SMTPException, OSError) as error:
            # Nothing has been handed over yet; wrong credentials are ours to mend, not the message's end.
            raise TemporaryFailure("smtp-connect", str(error)) from error
        try:
            mail.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPSenderRefused as error:
            raise TemporaryFailure("smtp-sender", _text(error.smtp_error)) from error
        except smtplib.SMTPServerDisconnected as error:
            raise UnknownOutcome("smtp-disconnected", str(error)) from error
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            raise UnknownOutcome("smtp", str(error)) from error
        except ValueError as error:
            raise PermanentFailure("address", str(error)) from error
        finally:
            connection.close()
        return Delivery(provider_id=message_id(message.reference), text=self.text_of(message))

    def find_delivery(self, message: OutgoingMessage) -> Delivery | None:
        return None


def message_id(reference: int) -> str:
    """The same for every attempt of one message."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<outbox-{reference}@{domain}>"


def _unsubscribe_headers(message: OutgoingMessage) -> dict[str, str]:
    """RFC 8058: the mail program's own button stops advertising by one POST."""
    if not message.unsubscribe_url:
        return {}
    return {
        "List-Unsubscribe": f"<{message.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _refusal(code: int, text: bytes | str) -> TemporaryFailure | PermanentFailure:
    failure = PermanentFailure if code >= PERMANENT_FROM else TemporaryFailure
    return failure(f"smtp-{code}", _text(text))


def _text(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer
