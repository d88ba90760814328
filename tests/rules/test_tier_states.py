"""How a tier rises, is kept, falls and is held, to the day; jumping over nights without effect changes nothing."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import count, takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.tier_states import TierState, after_nights, after_payment, effective_tier, settled
from loyalty.rules.turnover import ONE_DAY, Payment, Turnover, counted_kopecks
from tests.rules.build import tiered
from tests.rules.test_properties import QUIET

DAY = date(2026, 11, 22)


def lifetime(roubles: int) -> Turnover:
    return Turnover(roubles * 100)


def paid_on(*payments: tuple[date, int]) -> Turnover:
    return Turnover(0, tuple(Payment(day, roubles * 100) for day, roubles in payments))


def rolling(**tiers):
    return tiered(0, 40_000, 100_000, turnover={"kind": "rolling_months", "months": 12}, **tiers)


def test_payment_that_reaches_a_threshold_raises_the_tier_at_once():
    state = after_payment(tiered(0, 40_000), TierState("level1"), turnover=lifetime(40_000), day=DAY)

    assert state == TierState("level2")


def test_nightly_program_raises_the_tier_with_the_next_night():
    program = tiered(0, 40_000, recount="nightly")

    paid = after_payment(program, TierState("level1"), turnover=lifetime(40_000), day=DAY)

    assert paid == TierState("level1", due_on=DAY + ONE_DAY)
    assert settled(program, paid, turnover=lifetime(40_000), day=DAY + ONE_DAY) == TierState("level2")


def test_tier_is_never_lowered_by_default():
    assert settled(tiered(0, 40_000), TierState("level2"), turnover=lifetime(0), day=DAY) == TierState("level2")


def test_unsupported_tier_gets_its_grace_first():
    program = tiered(0, 40_000, downgrade="at_end", tier_grace_days=30)

    state = settled(program, TierState("level2"), turnover=lifetime(39_999), day=DAY)

    assert state == TierState("level2", grace_until=date(2026, 12, 22), due_on=date(2026, 12, 23))


@pytest.mark.parametrize("recount", ["at_once", "nightly"])
def test_payment_that_suffices_ends_the_grace_at_once(recount):
    program = tiered(0, 40_000, downgrade="at_end", recount=recount)
    in_grace = TierState("level2", grace_until=DAY, due_on=DAY + ONE_DAY)

    assert after_payment(program, in_grace, turnover=lifetime(40_000), day=DAY) == TierState("level2")


def test_payment_that_does_not_suffice_leaves_the_grace_as_it_is():
    program = tiered(0, 40_000, downgrade="at_end")
    in_grace = TierState("level2", grace_until=DAY, due_on=DAY + ONE_DAY)

    assert after_payment(program, in_grace, turnover=lifetime(39_999), day=DAY) == in_grace


@pytest.mark.parametrize(("day", "earned"), [(DAY, "level3"), (DAY + ONE_DAY, "level1")])
def test_at_the_end_of_the_grace_the_tier_falls_to_the_one_reached(day, earned):
    program = tiered(0, 40_000, 100_000, downgrade="at_end")

    state = settled(program, TierState("level3", grace_until=DAY), turnover=lifetime(0), day=day)

    assert state.earned == earned


def test_one_step_is_one_level_and_the_next_one_has_its_own_grace():
    program = tiered(0, 40_000, 100_000, downgrade="one_step", tier_grace_days=30)

    state = settled(program, TierState("level3", grace_until=DAY), turnover=lifetime(0), day=DAY + ONE_DAY)

    assert state == TierState("level2", grace_until=date(2026, 12, 23), due_on=date(2026, 12, 24))
    last = settled(program, state, turnover=lifetime(0), day=date(2026, 12, 24))
    assert last == TierState("level1")


def test_without_grace_days_the_tier_falls_with_the_next_night():
    program = tiered(0, 40_000, 100_000, downgrade="one_step", tier_grace_days=0)

    first = settled(program, TierState("level3"), turnover=lifetime(0), day=DAY)

    assert first == TierState("level2", grace_until=DAY, due_on=DAY + ONE_DAY)
    assert settled(program, first, turnover=lifetime(0), day=DAY) == first
    assert settled(program, first, turnover=lifetime(0), day=DAY + ONE_DAY) == TierState("level1")


def test_code_that_the_program_has_no_more_is_replaced_by_what_is_reached():
    state = settled(tiered(0, 40_000), TierState("platinum"), turnover=lifetime(50_000), day=DAY)

    assert state == TierState("level2")


def test_higher_threshold_starts_a_grace_and_a_lower_one_raises():
    harder = tiered(0, 60_000, downgrade="at_end", tier_grace_days=30)
    easier = tiered(0, 10_000, 50_000)

    kept = settled(harder, TierState("level2"), turnover=lifetime(50_000), day=DAY)
    raised = settled(easier, TierState("level2"), turnover=lifetime(50_000), day=DAY)

    assert kept == TierState("level2", grace_until=date(2026, 12, 22), due_on=date(2026, 12, 23))
    assert raised == TierState("level3")


def test_policy_of_never_ends_a_grace_that_another_program_began():
    in_grace = TierState("level2", grace_until=DAY, due_on=DAY + ONE_DAY)

    assert settled(tiered(0, 40_000), in_grace, turnover=lifetime(0), day=DAY) == TierState("level2")


def test_rolling_window_says_when_the_tier_is_due():
    payments = paid_on((date(2026, 1, 31), 30_000), (date(2026, 5, 9), 20_000))
    program = rolling(downgrade="at_end")

    state = after_payment(program, TierState("level1"), turnover=payments, day=date(2026, 5, 9))

    assert state == TierState("level2", due_on=date(2027, 2, 1))  # 31 January 2027 still counts


def test_payment_of_a_leap_day_counts_for_a_year_to_28_february():
    program = rolling(downgrade="at_end", tier_grace_days=30)
    payments = paid_on((date(2028, 2, 29), 40_000))

    state = after_payment(program, TierState("level1"), turnover=payments, day=date(2028, 2, 29))

    assert state.due_on == date(2029, 3, 1)
    assert settled(program, state, turnover=payments, day=date(2029, 3, 1)).grace_until == date(2029, 3, 31)


def test_floor_holds_to_its_last_day_and_then_the_earned_tier_counts_whatever_the_policy():
    program = tiered(0, 40_000, 100_000)
    held = TierState("level1", floor="level3", floor_until=DAY, due_on=DAY + ONE_DAY)

    assert effective_tier(program, held, day=DAY).code == "level3"
    assert effective_tier(program, held, day=DAY + ONE_DAY).code == "level1"
    assert settled(program, held, turnover=lifetime(0), day=DAY) == held
    assert settled(program, held, turnover=lifetime(0), day=DAY + ONE_DAY) == TierState("level1")


def test_floor_may_be_risen_above():
    program = tiered(0, 40_000, 100_000)
    held = TierState("level1", floor="level2", floor_until=DAY, due_on=DAY + ONE_DAY)

    paid = after_payment(program, held, turnover=lifetime(100_000), day=DAY)

    assert effective_tier(program, paid, day=DAY).code == "level3"
    assert paid == replace(held, earned="level3")


def test_floor_that_the_program_does_not_know_holds_nothing():
    held = TierState("level1", floor="platinum", floor_until=DAY)

    assert effective_tier(tiered(0, 40_000), held, day=DAY).code == "level1"


def test_program_without_tiers_leaves_the_state_alone():
    program = tiered()

    assert settled(program, TierState("gold"), turnover=lifetime(0), day=DAY) == TierState("gold")
    assert after_payment(program, TierState("gold"), turnover=lifetime(0), day=DAY) == TierState("gold")
    assert effective_tier(program, TierState("gold"), day=DAY) is None


def programs():
    return st.builds(
        lambda steps, months, downgrade, grace, recount: tiered(
            *[0, *[sum(steps[: n + 1]) for n in range(len(steps))]],
            turnover={"kind": "rolling_months", "months": months} if months else {"kind": "lifetime"},
            downgrade=downgrade,
            tier_grace_days=grace,
            recount=recount,
        ),
        st.lists(st.integers(1, 200), max_size=3),
        st.integers(0, 6),
        st.sampled_from(["never", "at_end", "one_step"]),
        st.sampled_from([0, 1, 5, 30, 90]),
        st.sampled_from(["at_once", "nightly"]),
    )


@st.composite
def histories(draw):
    """Payments by rising day within two years, and perhaps a floor."""
    offsets = sorted(draw(st.lists(st.integers(0, 700), max_size=10)))
    payments = [Payment(DAY + timedelta(days=offset), draw(st.integers(0, 30_000))) for offset in offsets]
    state = TierState("level1")
    if draw(st.booleans()):
        until = DAY + timedelta(days=draw(st.integers(0, 800)))
        state = TierState("level1", floor="level2", floor_until=until, due_on=until + ONE_DAY)
    return payments, state


def turnover_of(payments: list[Payment]) -> Turnover:
    return Turnover(sum(payment.kopecks for payment in payments), tuple(payments))


@QUIET
@given(program=programs(), history=histories())
def test_jumping_from_due_day_to_due_day_equals_a_night_every_day(program, history):
    payments, start = history
    daily = jumped = start
    made: list[Payment] = []

    for day in takewhile(lambda day: day <= DAY + timedelta(days=900), (DAY + timedelta(days=n) for n in count())):
        daily = settled(program, daily, turnover=turnover_of(made), day=day)
        for payment in [payment for payment in payments if payment.day == day]:
            jumped = after_nights(program, jumped, turnover=turnover_of(made), day=day)
            assert replace(jumped, due_on=None) == replace(daily, due_on=None)
            made.append(payment)
            daily = after_payment(program, daily, turnover=turnover_of(made), day=day)
            jumped = after_payment(program, jumped, turnover=turnover_of(made), day=day)

    assert after_nights(program, jumped, turnover=turnover_of(made), day=day) == daily


@QUIET
@given(program=programs(), history=histories(), offset=st.integers(0, 900))
def test_settling_twice_is_settling_once_and_leaves_a_later_day(program, history, offset):
    payments, start = history
    day = DAY + timedelta(days=offset)
    turnover = turnover_of([payment for payment in payments if payment.day <= day])

    once = settled(program, start, turnover=turnover, day=day)

    assert settled(program, once, turnover=turnover, day=day) == once
    assert once.due_on is None or once.due_on > day


@QUIET
@given(program=programs(), history=histories())
def test_order_of_the_payments_of_one_day_never_matters(program, history):
    payments, start = history
    same_day = [replace(payment, day=DAY) for payment in payments]

    forwards = backwards = start
    for number in range(1, len(same_day) + 1):
        forwards = after_payment(program, forwards, turnover=turnover_of(same_day[:number]), day=DAY)
        backwards = after_payment(program, backwards, turnover=turnover_of(same_day[::-1][:number]), day=DAY)

    assert forwards == backwards


@QUIET
@given(program=programs(), history=histories())
def test_tier_is_supported_or_in_grace_unless_the_policy_keeps_it(program, history):
    payments, start = history
    day = DAY + timedelta(days=700)
    turnover = turnover_of(payments)

    state = settled(program, start, turnover=turnover, day=day)

    earned = program.tier_by_code[state.earned]
    reached = counted_kopecks(turnover, months=program.turnover_months, day=day)
    assert earned.threshold_kopecks <= reached or state.grace_until or program.downgrade == "never"
