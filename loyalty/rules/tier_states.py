"""How a member's tier changes: raised by a payment, kept through a grace, lowered by a night, held by a floor.

Pure: the desk, the night, the replay of history and every trial run ask the same functions. Days are the home
clinic's. A state says itself when it must be looked at again (`due_on`), so that a night touches nobody else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from loyalty.rules.compiled import CompiledProgram, DowngradePolicy, Recount, Tier
from loyalty.rules.tiers import higher_of, tier_for_turnover
from loyalty.rules.turnover import ONE_DAY, Turnover, counted_kopecks, supported_until


@dataclass(frozen=True, slots=True)
class TierState:
    """Tiers by code; "" is none. All days are inclusive."""

    earned: str  # by turnover and the downgrade policy
    grace_until: date | None = None  # last day on which a payment that suffices keeps the earned tier
    floor: str = ""  # set by hand: the member's tier is not lower ...
    floor_until: date | None = None  # ... up to this day
    due_on: date | None = None  # first day whose night has something to do; None: payments alone can change it


def effective_tier(program: CompiledProgram, state: TierState, *, day: date) -> Tier | None:
    """The tier that counts on the day; None when the program knows none of the state's."""
    is_held = state.floor_until is not None and day <= state.floor_until
    floor = program.tier_by_code.get(state.floor) if is_held else None
    return higher_of(program.tier_by_code.get(state.earned), floor)


def settled(program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date) -> TierState:
    """The state after the night of the day. Twice on one day is once; afterwards `due_on` is a later day."""
    reached = _reached(program, turnover, day=day)
    if reached is None:
        return replace(state, due_on=None)
    earned = program.tier_by_code.get(state.earned)
    grace_until = None
    if earned is None or reached.threshold_kopecks >= earned.threshold_kopecks:
        earned = reached
    elif program.downgrade is not DowngradePolicy.NEVER:
        earned, grace_until = _unsupported(program, state, earned=earned, reached=reached, day=day)
    is_held = state.floor_until is not None and day <= state.floor_until
    fresh = TierState(
        earned=earned.code,
        grace_until=grace_until,
        floor=state.floor if is_held else "",
        floor_until=state.floor_until if is_held else None,
    )
    return with_due_day(program, fresh, turnover=turnover, day=day)


def after_payment(program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date) -> TierState:
    """The state that holds from the next receipt on; `turnover` holds the payment already.

    A payment that suffices ends a grace at once. It raises the tier at once too, unless the program recounts
    nightly: then the next night does.
    """
    # A receipt that is entered late counts together with the newer ones.
    day = max([day, *(payment.day for payment in turnover.payments[-1:])])
    reached = _reached(program, turnover, day=day)
    if reached is None:
        return state
    earned = program.tier_by_code.get(state.earned) or reached
    grace_until = state.grace_until
    if reached.threshold_kopecks >= earned.threshold_kopecks:
        grace_until = None
        if program.recount is Recount.AT_ONCE:
            earned = reached
    if (earned.code, grace_until) != (state.earned, state.grace_until):
        state = replace(state, earned=earned.code, grace_until=grace_until)
    return with_due_day(program, state, turnover=turnover, day=day)


def after_nights(program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date) -> TierState:
    """The state on the day if every night up to it has run in time: for receipts of the past."""
    while state.due_on is not None and state.due_on <= day:
        state = settled(program, state, turnover=turnover, day=state.due_on)
    return state


def with_due_day(program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date) -> TierState:
    """The state with the next day on which it changes unless there are payments."""
    due_on = min(_due_days(program, state, turnover=turnover, day=day), default=None)
    return state if due_on == state.due_on else replace(state, due_on=due_on)


def _due_days(program: CompiledProgram, state: TierState, *, turnover: Turnover, day: date) -> Iterator[date]:
    """Days after `day` that something ends on."""
    if state.floor_until is not None:
        yield max(state.floor_until, day) + ONE_DAY
    earned, reached = program.tier_by_code.get(state.earned), _reached(program, turnover, day=day)
    if earned is None or reached is None or reached.threshold_kopecks > earned.threshold_kopecks:
        yield day + ONE_DAY
    elif program.downgrade is DowngradePolicy.NEVER:
        return
    elif state.grace_until is not None:
        yield max(state.grace_until, day) + ONE_DAY
    elif reached.threshold_kopecks < earned.threshold_kopecks:
        # After a refund: it lowers nothing itself, the coming night begins the grace.
        yield day + ONE_DAY
    else:
        last_day = supported_until(
            turnover, months=program.turnover_months, day=day, threshold_kopecks=earned.threshold_kopecks
        )
        if last_day is not None:
            yield last_day + ONE_DAY


def _unsupported(
    program: CompiledProgram, state: TierState, *, earned: Tier, reached: Tier, day: date
) -> tuple[Tier, date | None]:
    """The tier that the turnover no longer supports, in its grace; or the lower one, the grace being over."""
    grace = timedelta(days=program.tier_grace_days)
    if state.grace_until is None and grace:
        return earned, day + grace
    if state.grace_until is not None and day <= state.grace_until:
        return earned, state.grace_until
    if program.downgrade is DowngradePolicy.AT_END:
        return reached, None
    below = program.tiers[program.tiers.index(earned) - 1]
    return below, None if below == reached else day + grace


def _reached(program: CompiledProgram, turnover: Turnover, *, day: date) -> Tier | None:
    counted = counted_kopecks(turnover, months=program.turnover_months, day=day)
    return tier_for_turnover(program, turnover_kopecks=counted)
