"""What a paid receipt changes about the patient beside points: turnover, visits, and the tier they reach."""

from datetime import datetime
from decimal import Decimal

from clinics.money import to_kopecks
from loyalty.checkout.member_state import MemberState
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import after_payment
from loyalty.rules.turnover import Payment, Turnover, with_payment
from loyalty.tiers.notices import TierChange, enqueue_notices
from loyalty.tiers.standing import TIER_FIELDS, put_state, stored_state
from loyalty.tiers.turnovers import read_turnover

COUNTED_FIELDS = ("turnover", "visits", "first_paid_at", "last_paid_at")


def count_receipt(
    member: MemberState, *, program: CompiledProgram, paid: Decimal, paid_at: datetime, at: datetime
) -> None:
    """Count the visit; the tier it reaches holds from the next receipt on. The patient is told of a new one.

    Call under the account's lock, after the receipt is written. One query more where a window of months counts.
    """
    standing = member.standing
    standing.visits += 1
    if paid:
        standing.turnover += paid
        standing.first_paid_at = standing.first_paid_at or paid_at
        standing.last_paid_at = paid_at
        turnover = _turnover_with(member, paid, program=program)
        state = after_payment(program, stored_state(standing), turnover=turnover, day=member.today)
        put_state(standing, state, program=program, day=member.today)
    standing.save(update_fields=[*TIER_FIELDS, *COUNTED_FIELDS])
    enqueue_notices([TierChange(standing=standing, was=member.told)], program=program, due_at=at, at=at)


def _turnover_with(member: MemberState, paid: Decimal, *, program: CompiledProgram) -> Turnover:
    if member.turnover is None:  # the receipt stands among those that are read now
        return read_turnover(member.standing, program=program, day=member.today)
    return with_payment(member.turnover, Payment(member.today, to_kopecks(paid)))
