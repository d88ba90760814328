"""Somebody else pays: the payer as typed at the desk, with what is wrong said at their field."""

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from loyalty.checkout.payers import PayerRefused, WhyNotPayer

# As the field of the page.
LONGEST_ENTRY, LONGEST_TOKEN = 100, 500


@dataclass(frozen=True, slots=True)
class PayerChoice:
    """One of several who fit what was typed."""

    token: str
    text: str


@dataclass(slots=True)
class PayerForm:
    """`entry` was typed, `picked` refers to one of the choices; `treated` names whom the payer pays for."""

    entry: str = ""
    picked: str = ""
    is_dropped: bool = False
    is_new: bool = False  # named or dropped with this very request
    is_named: bool = False  # somebody else pays
    treated: str = ""
    choices: tuple[PayerChoice, ...] = ()
    error: str = ""

    @property
    def is_asked(self) -> bool:
        return bool(self.entry or self.picked or self.is_dropped)


def read_payer_form(data: QueryDict) -> PayerForm:
    return PayerForm(
        entry=data.get("payer_entry", "").strip()[:LONGEST_ENTRY],
        picked=data.get("payer", "")[:LONGEST_TOKEN],
        is_dropped="drop_payer" in data,
    )


def refused_text(refusal: PayerRefused) -> str:
    """Why this person can't pay, and what to do."""
    texts = {
        WhyNotPayer.SAME_PERSON: _("This is the patient themselves. Type somebody else, or leave it empty."),
        WhyNotPayer.NOT_A_MEMBER: _(
            "The payer is not in the program yet, so there is no account. Find them, ask for the consent to the"
            " rules, then name them here."
        ),
        WhyNotPayer.TREATED_GONE: _("The card of the patient who is treated is gone. Find the patient again."),
    }
    return texts[refusal.why]
