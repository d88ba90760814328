"""A receipt that somebody else pays: all of it is the payer's but the visit itself.

The account, the tier, discounts, limits, the consent to spend and what is earned are those of the receipt's
`patient`, who pays; `treated` only remembers whom the visit was for.
"""

from enum import Enum

from patients.models import Patient
from patients.search import active_patients


class WhyNotPayer(Enum):
    SAME_PERSON = "same person"
    NOT_A_MEMBER = "not a member"
    TREATED_GONE = "treated gone"  # erased, or merged into another card, the payer's own it may be


class PayerRefused(Exception):
    """The person named can't be the payer, or whom they pay for is no longer there. Nothing was written."""

    def __init__(self, *, why: WhyNotPayer) -> None:
        super().__init__(why)
        self.why = why


def check_payer(payer: Patient, *, treated_id: int) -> None:
    """Raises PayerRefused. One query. Whether the payer is still there is the account's lock to say."""
    if payer.pk == treated_id:
        raise PayerRefused(why=WhyNotPayer.SAME_PERSON)
    if not payer.is_member:
        raise PayerRefused(why=WhyNotPayer.NOT_A_MEMBER)
    if not active_patients().filter(pk=treated_id).exists():
        raise PayerRefused(why=WhyNotPayer.TREATED_GONE)
