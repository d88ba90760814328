"""A receipt as the desk (later the API) describes it, and the token that carries its quote to the confirmation.

The token is signed, so what is confirmed is what was quoted; nothing is stored until then.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing

from loyalty.rules.facts import SpendChoice, SpendKind

TOKEN_SALT = "loyalty.quote"  # noqa: S105  # a name, not a secret


class QuoteTokenInvalid(Exception):
    """The token was not made by this portal, or was changed on the way."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One line: a service, or a plain amount with an optional category. `price_kopecks` is of the whole line."""

    price_kopecks: int
    service_id: int | None = None
    category_id: int | None = None
    quantity: int = 1
    doctor_id: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptDraft:
    patient_id: int
    clinic_code: str
    lines: tuple[DraftLine, ...]
    choice: SpendChoice
    identified_by: str  # Receipt.IdentifiedBy
    booked_online: bool = False
    replaces_id: int | None = None  # the receipt, refunded in full, whose document is entered again
    paid_at: datetime | None = None  # paid before it was shown with a card; None: now
    privileges: tuple[str, ...] = ()  # keys of the codes that the patient has shown
    treated_id: int | None = None  # whom the visit was for, when `patient_id` only pays

    def moment(self, now: datetime) -> datetime:
        """The moment whose rules the receipt is judged by."""
        return self.paid_at or now


@dataclass(frozen=True, slots=True)
class QuoteTicket:
    """What a confirmation needs: the draft, the moment it was quoted at, the result it must equal, and how many
    visits the patient had by then: one more since may be this very visit, whatever the sums are."""

    document: str
    draft: ReceiptDraft
    quoted_at: datetime
    fingerprint: str
    visits: int | None  # None: a quote of before they were counted


def new_document() -> str:
    """The identity of a receipt-to-be: two confirmations of one quote are one receipt."""
    return uuid.uuid4().hex


def sign_ticket(ticket: QuoteTicket) -> str:
    """The token that the page carries."""
    draft = ticket.draft
    return signing.dumps(
        {
            "d": ticket.document,
            "p": draft.patient_id,
            "c": draft.clinic_code,
            "l": [
                [line.price_kopecks, line.service_id, line.category_id, line.quantity, line.doctor_id]
                for line in draft.lines
            ],
            "k": [draft.choice.kind.value, draft.choice.points],
            "i": draft.identified_by,
            "b": draft.booked_online,
            "r": draft.replaces_id,
            "a": draft.paid_at.isoformat() if draft.paid_at else None,
            "v": draft.privileges,
            "w": draft.treated_id,
            "t": ticket.quoted_at.isoformat(),
            "f": ticket.fingerprint,
            "n": ticket.visits,
        },
        salt=TOKEN_SALT,
        compress=True,
    )


def read_ticket(token: str) -> QuoteTicket:
    """The ticket in a token. Raises QuoteTokenInvalid."""
    try:
        content: dict[str, Any] = signing.loads(token, salt=TOKEN_SALT)
    except signing.BadSignature:
        raise QuoteTokenInvalid from None
    kind, points = content["k"]
    return QuoteTicket(
        document=content["d"],
        draft=ReceiptDraft(
            patient_id=content["p"],
            clinic_code=content["c"],
            lines=tuple(DraftLine(*line) for line in content["l"]),
            choice=SpendChoice(SpendKind(kind), points),
            identified_by=content["i"],
            booked_online=content["b"],
            replaces_id=content["r"],
            paid_at=datetime.fromisoformat(content["a"]) if content["a"] else None,
            # Quotes of before the codes do not name them.
            privileges=tuple(content.get("v", ())),
            # Nor do quotes of before a payer could be named.
            treated_id=content.get("w"),
        ),
        quoted_at=datetime.fromisoformat(content["t"]),
        fingerprint=content["f"],
        visits=content.get("n"),
    )
