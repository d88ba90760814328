"""What the desk asks of a patient who wants to spend: a code, an SMS, or a senior's reason; and its sentences."""

from dataclasses import dataclass
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.messages.spend_codes import CodeHasNoRoute
from notifications.models import SkipReason
from patients.models import SpendProof
from patients.spend_codes import TooManyCodes
from patients.spend_guard import CodesBlocked
from patients.spend_proofs import CodeRefused, Refusal
from patients.typed_codes import read_code

# As the fields of the page.
LONGEST_CODE, LONGEST_PHONE, LONGEST_REASON = 20, 20, 200
SECONDS_IN_MINUTE = 60


@dataclass(slots=True)
class ProofForm:
    """`is_needed` once a quote spends; `proven` says how the patient has agreed, empty while they have not.

    `sent_to` is the masked phone of the last SMS; it comes back with the form only to be shown.
    """

    code: str = ""
    sent_to: str = ""
    reason: str = ""
    is_needed: bool = False
    proven: str = ""
    is_new: bool = False  # proven by this very request
    is_sent: bool = False  # the SMS went with this very request
    error: str = ""
    reason_error: str = ""

    @property
    def need(self) -> str:
        return need_text()

    @property
    def denied(self) -> str:
        return denied_text()

    @property
    def wants_code(self) -> bool:
        """Whether the next thing to be typed is the code."""
        return (self.is_sent or bool(self.error)) and not self.proven


def read_proof_form(data: QueryDict) -> ProofForm:
    return ProofForm(
        code=data.get("code", "").strip()[:LONGEST_CODE],
        sent_to=data.get("sent_to", "")[:LONGEST_PHONE],
        reason=data.get("override_reason", "").strip()[:LONGEST_REASON],
    )


def need_text() -> str:
    return _("To spend points, ask for the QR of the card or the code from an SMS.")


def denied_text() -> str:
    return _("Only a senior receptionist may let a patient spend without a code.")


def reason_text() -> str:
    return _("Write why the patient spends without a code: the audit keeps it.")


def proven_text(way: str) -> str:
    """How the patient has agreed, at their name; empty when they have not."""
    texts = {
        SpendProof.Way.QR.value: _("card proved by QR ✓"),
        SpendProof.Way.CARD_CODE.value: _("card proved by its code ✓"),
        SpendProof.Way.SMS.value: _("proved by the code from an SMS ✓"),
        SpendProof.Way.OVERRIDE.value: _("without a code, by a senior's decision"),
    }
    return texts.get(way, "")


def refused_text(refusal: CodeRefused, *, code: str) -> str:
    """Why the typed code proves nothing and what to do."""
    typed = read_code(code)
    texts = {
        Refusal.WRONG: _("The code does not match. Tries left: %(count)s.") % {"count": refusal.tries_left},
        Refusal.LATE: (
            _("The code has expired. Send a new one.")
            if typed is not None and typed.is_from_sms
            else _("The code has expired. Send a new one or ask to renew the card's screen.")
        ),
        Refusal.USED: _("This code has been used already. The card shows a new one in a minute."),
        Refusal.OTHER_CARD: _("This QR is of another patient's card."),
        Refusal.BARE_CARD: _("This QR has no code: the phone is offline. Send the code by SMS."),
        Refusal.UNREADABLE: _("The code is 6 digits of the card, 4 digits of the SMS, or the whole QR."),
    }
    return texts[refusal.why]


def blocked_text(blocked: CodesBlocked, *, now: datetime) -> str:
    minutes = _minutes_until(blocked.until, now=now)
    return ngettext(
        "Too many wrong codes. Codes are taken again in %(count)s minute; a senior may decide without one.",
        "Too many wrong codes. Codes are taken again in %(count)s minutes; a senior may decide without one.",
        minutes,
    ) % {"count": minutes}


def too_many_text(refusal: TooManyCodes, *, now: datetime) -> str:
    minutes = _minutes_until(refusal.next_at, now=now)
    return ngettext(
        "A code was sent a short while ago. Another one can be sent in %(count)s minute.",
        "A code was sent a short while ago. Another one can be sent in %(count)s minutes.",
        minutes,
    ) % {"count": minutes}


def no_route_text(refusal: CodeHasNoRoute) -> str:
    texts = {
        SkipReason.NO_ADDRESS: _("No phone is known for an SMS. Ask for the QR or the code of the card."),
        SkipReason.NO_CONSENT: _("The patient has not agreed to the processing of personal data: no SMS may go."),
    }
    return texts.get(refusal.reason, _("SMS are not set up. Ask for the QR or the code of the card."))


def _minutes_until(moment: datetime, *, now: datetime) -> int:
    """Whole minutes, the last begun one included."""
    return -int(-(moment - now).total_seconds() // SECONDS_IN_MINUTE)
