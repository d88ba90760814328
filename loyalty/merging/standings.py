"""What two cards have paid and reached, added up, and taken apart again."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from clinics.calendar import local_date
from loyalty.models import Receipt, Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import TierState, settled
from loyalty.tiers.notices import TierChange, enqueue_notices
from loyalty.tiers.standing import TIER_FIELDS, mark_of, put_state, stored_state
from loyalty.tiers.turnovers import read_turnover
from notifications.quiet_hours import next_daytime

COUNTED = ("turnover", "visits", "first_paid_at", "last_paid_at")
DAYS = ("grace_until", "floor_until", "tier_due_on")


def standing_before(standing: Standing) -> dict[str, Any]:
    """Codes and days that an undo needs; sums are taken off again."""
    return {name: _text(getattr(standing, name)) for name in (*TIER_FIELDS, "first_paid_at", "last_paid_at")}


def add_standing(standing: Standing, *, other: Standing, program: CompiledProgram, at: datetime) -> None:
    """The higher tier of the two at least; the sum of payments may reach a higher one. Saved; the patient is told.

    Receipts have moved already.
    """
    told = mark_of(standing)
    standing.turnover += other.turnover
    standing.visits += other.visits
    standing.first_paid_at = min(filter(None, (standing.first_paid_at, other.first_paid_at)), default=None)
    standing.last_paid_at = max(filter(None, (standing.last_paid_at, other.last_paid_at)), default=None)
    state = stored_state(standing)
    mine, theirs = (program.tier_by_code.get(code) for code in (standing.earned_tier, other.earned_tier))
    if theirs and (mine is None or theirs.threshold_kopecks > mine.threshold_kopecks):
        state = replace(state, earned=theirs.code, grace_until=other.grace_until)
    if not state.floor and other.floor_tier:
        state = replace(state, floor=other.floor_tier, floor_until=other.floor_until)
    _settle(standing, state, program=program, at=at)
    due_at = next_daytime(at, standing.patient.home_clinic.tz)
    enqueue_notices([TierChange(standing=standing, was=told)], program=program, due_at=due_at, at=at)


def take_standing(
    standing: Standing, before: dict[str, Any], *, other: Standing, program: CompiledProgram, at: datetime
) -> None:
    """The standing without the other's part, with the tier it had; payments since then count on. Saved.

    Receipts have moved back already.
    """
    standing.turnover = max(standing.turnover - other.turnover, Decimal(0))
    standing.visits = max(standing.visits - other.visits, 0)
    paid = Receipt.objects.filter(patient=standing.patient_id, paid__gt=0, replaced_by=None).order_by("paid_at")
    days = list(paid.values_list("paid_at", flat=True))
    stored = {name: _moment(before[name]) for name in ("first_paid_at", "last_paid_at")}
    standing.first_paid_at = min(filter(None, (stored["first_paid_at"], *days[:1])), default=None)
    standing.last_paid_at = max(filter(None, (stored["last_paid_at"], *days[-1:])), default=None)
    for name in TIER_FIELDS:
        value = before[name]
        setattr(standing, name, date.fromisoformat(value) if name in DAYS and value else value)
    _settle(standing, stored_state(standing), program=program, at=at)


def _settle(standing: Standing, state: TierState, *, program: CompiledProgram, at: datetime) -> None:
    day = local_date(at, standing.patient.home_clinic.tz)
    turnover = read_turnover(standing, program=program, day=day)
    put_state(standing, settled(program, state, turnover=turnover, day=day), program=program, day=day)
    standing.save(update_fields=[*TIER_FIELDS, *COUNTED])


def _text(value: Any) -> str | None:
    return value.isoformat() if isinstance(value, date) else value


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
