"""What lies ahead of a tier: the next one, the last sure day, what to pay by when, and a tier set by hand."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.tier_outlook import AtRisk, find_risk, is_at_risk, tier_outlook
from loyalty.rules.tier_states import TierState, after_payment, settled
from loyalty.rules.tiers import Progress
from loyalty.rules.turnover import Payment, Turnover, with_payment
from tests.rules.build import tiered
from tests.rules.test_properties import QUIET
from tests.rules.test_tier_states import DAY, histories, lifetime, paid_on, programs, rolling, turnover_of

FIRST, SECOND = date(2026, 1, 31), date(2026, 5, 9)
PAID = paid_on((FIRST, 30_000), (SECOND, 20_000))


def test_lifetime_progress_has_no_day():
    outlook = tier_outlook(tiered(0, 40_000), TierState("level1"), turnover=lifetime(10_000), day=DAY)

    assert outlook.progress == Progress("level2", missing_kopecks=3_000_000, reached_bp=2_500)
    assert (outlook.kept_until, outlook.at_risk, outlook.held_until, outlook.promised) == (None, None, None, None)


def test_rolling_progress_holds_until_the_oldest_payment_leaves():
    outlook = tier_outlook(rolling(downgrade="at_end"), TierState("level2"), turnover=PAID, day=DAY)

    assert outlook.counted_kopecks == 5_000_000
    assert outlook.progress == Progress("level3", 5_000_000, 1_666, paid_by=date(2027, 1, 31))
    assert outlook.kept_until == date(2027, 1, 31)


def test_top_tier_still_says_until_when_it_is_kept():
    paid = paid_on((FIRST, 100_000))

    outlook = tier_outlook(rolling(downgrade="at_end"), TierState("level3"), turnover=paid, day=DAY)

    assert (outlook.progress, outlook.kept_until) == (None, date(2027, 1, 31))


def test_policy_of_never_sets_no_last_day():
    outlook = tier_outlook(rolling(), TierState("level2"), turnover=PAID, day=DAY)

    assert outlook.kept_until is None


def test_risk_is_what_suffices_on_any_day_of_the_grace():
    """On 1 February 20 000 of 40 000 are left; nothing else leaves before 3 March."""
    state = TierState("level2", grace_until=date(2027, 3, 3))
    program = rolling(downgrade="at_end")

    outlook = tier_outlook(program, state, turnover=PAID, day=date(2027, 2, 1))

    assert outlook.at_risk == AtRisk(program.tiers[1], missing_kopecks=2_000_000, until=date(2027, 3, 3))
    assert outlook.kept_until is None


def test_risk_counts_what_leaves_before_the_grace_ends():
    paid = paid_on((date(2026, 2, 10), 15_000), (SECOND, 20_000))
    state = TierState("level2", grace_until=date(2027, 3, 3))

    risk = find_risk(rolling(downgrade="at_end"), state, turnover=paid)

    assert risk.missing_kopecks == 2_000_000


def test_tier_set_by_hand_says_until_when_and_hides_a_risk_that_ends_before():
    program = tiered(0, 40_000, 100_000, downgrade="at_end")
    held = TierState("level2", grace_until=date(2026, 12, 1), floor="level3", floor_until=date(2026, 12, 2))

    outlook = tier_outlook(program, held, turnover=lifetime(0), day=DAY)

    assert (outlook.tier.code, outlook.held_until, outlook.at_risk) == ("level3", date(2026, 12, 2), None)


@pytest.mark.parametrize(
    ("floor", "floor_until", "is_felt"),
    [
        ("level3", date(2026, 12, 2), False),
        ("level3", date(2026, 12, 1), True),
        ("level2", date(2026, 12, 2), False),
        ("level1", date(2026, 12, 2), True),
        ("platinum", date(2026, 12, 2), True),
        ("", None, True),
    ],
)
def test_risk_is_felt_unless_a_floor_outlives_it(floor, floor_until, is_felt):
    program = tiered(0, 40_000, 100_000, downgrade="at_end")
    state = TierState("level2", grace_until=date(2026, 12, 1), floor=floor, floor_until=floor_until)

    assert is_at_risk(program, state) == is_felt


def test_nightly_program_promises_the_tier_for_tomorrow():
    program = tiered(0, 40_000, recount="nightly")

    outlook = tier_outlook(program, TierState("level1"), turnover=lifetime(40_000), day=DAY)

    assert outlook.promised.code == "level2"


def test_member_of_a_program_without_tiers_has_no_outlook():
    assert tier_outlook(tiered(), TierState("gold"), turnover=lifetime(0), day=DAY) is None


@QUIET
@given(program=programs(), history=histories(), offset=st.integers(0, 100))
def test_paying_what_is_missing_on_any_day_of_the_grace_keeps_the_tier(program, history, offset):
    payments, start = history
    day = max([DAY, *(payment.day for payment in payments)])
    turnover = turnover_of(payments)
    state = settled(program, start, turnover=turnover, day=day)
    if state.grace_until is None:
        return
    paid_day = min(date.fromordinal(day.toordinal() + offset), state.grace_until)
    risk = find_risk(program, TierState(state.earned, state.grace_until), turnover=turnover)

    missing = risk.missing_kopecks if risk else 0
    paid = with_payment(turnover, Payment(paid_day, missing))
    short = with_payment(turnover, Payment(paid_day, missing - 1))

    assert after_payment(program, state, turnover=paid, day=paid_day).grace_until is None
    assert settled(program, state, turnover=short, day=state.grace_until).grace_until is not None


@QUIET
@given(program=programs(), history=histories())
def test_kept_until_is_the_last_day_before_the_state_is_due(program, history):
    payments, _start = history
    turnover = Turnover(0, tuple(payments))
    day = max([DAY, *(payment.day for payment in payments)])
    state = settled(program, TierState("level1"), turnover=turnover, day=day)

    outlook = tier_outlook(program, state, turnover=turnover, day=day)

    if outlook.kept_until is not None:
        assert state.due_on == date.fromordinal(outlook.kept_until.toordinal() + 1)
