"""Tiers by hand: given for a time with a reason, ended early, always by a named person.

The caller checks the person's permission and clinics. Days are the home clinic's, the last one included.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from clinics.calendar import local_date
from loyalty.checkout.member_state import NoAccount
from loyalty.models import Account, ManualTier, Standing
from loyalty.program.versions import current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import TierState, with_due_day
from loyalty.tiers.notices import TierChange, enqueue_notices
from loyalty.tiers.standing import TIER_FIELDS, bring_to_day, mark_of, put_state, stored_state
from loyalty.tiers.turnovers import read_turnover
from notifications.quiet_hours import next_daytime

MOST_DAYS = 3_660


class UnknownTier(Exception):
    """The program in force has no such tier."""

    def __init__(self, *, tier: str) -> None:
        super().__init__(tier)
        self.tier = tier


class EndOutOfRange(Exception):
    """The last day is in the past, or too far ahead."""

    def __init__(self, *, first_day: date, last_day: date) -> None:
        super().__init__(first_day, last_day)
        self.first_day = first_day
        self.last_day = last_day


class NoManualTier(Exception):
    """There is none in force: it has ended already, or was never given."""


def find_manual_tier(*, patient_id: int, today: date) -> ManualTier | None:
    """The one in force, with its author."""
    in_force = ManualTier.objects.filter(patient=patient_id, ended_at=None, ends_on__gte=today)
    return in_force.select_related("author").first()


def grant_manual_tier(
    *, patient_id: int, tier: str, ends_on: date, reason: str, author: User, at: datetime
) -> ManualTier:
    """Let the patient's tier not be lower to the last day; an earlier one ends. They are told of a new tier.

    Own transaction; locks the account first. Raises NoAccount, UnknownTier, EndOutOfRange, NoProgram.
    """
    program = current_program(at=at).program
    if tier not in program.tier_by_code:
        raise UnknownTier(tier=tier)
    with transaction.atomic():
        standing = _lock_standing(patient_id)
        today = local_date(at, standing.patient.home_clinic.tz)
        last_day = today + timedelta(days=MOST_DAYS)
        if not today <= ends_on <= last_day:
            raise EndOutOfRange(first_day=today, last_day=last_day)
        ManualTier.objects.filter(patient=patient_id, ended_at=None).update(ended_at=at, ended_by=author)
        granted = ManualTier.objects.create(
            patient_id=patient_id, tier=tier, reason=reason, ends_on=ends_on, author=author, granted_at=at
        )
        _put_floor(standing, floor=tier, floor_until=ends_on, program=program, today=today, at=at)
        _record("tier.granted", granted, standing=standing, actor=author, at=at, reason=reason)
    return granted


def end_manual_tier(*, patient_id: int, actor: User, at: datetime) -> ManualTier:
    """End the tier in force now: what the patient has earned counts at once, whatever the policy.

    Own transaction; locks the account first. Raises NoAccount, NoManualTier, NoProgram.
    """
    program = current_program(at=at).program
    with transaction.atomic():
        standing = _lock_standing(patient_id)
        today = local_date(at, standing.patient.home_clinic.tz)
        ended = find_manual_tier(patient_id=patient_id, today=today)
        if ended is None:
            raise NoManualTier
        ended.ended_at, ended.ended_by = at, actor
        ended.save(update_fields=["ended_at", "ended_by"])
        _put_floor(standing, floor="", floor_until=None, program=program, today=today, at=at)
        _record("tier.ended", ended, standing=standing, actor=actor, at=at)
    return ended


def _lock_standing(patient_id: int) -> Standing:
    """The standing as it is once nobody else changes it."""
    people = {"standing__patient": patient_id, "patient__merged_into": None, "patient__erased_at": None}
    if Account.objects.select_for_update(of=("self",)).filter(**people).first() is None:
        raise NoAccount(patient_id=patient_id)
    return Standing.objects.select_related("patient__home_clinic").get(patient=patient_id)


def _put_floor(
    standing: Standing,
    *,
    floor: str,
    floor_until: date | None,
    program: CompiledProgram,
    today: date,
    at: datetime,
) -> None:
    told = mark_of(standing)
    turnover = bring_to_day(standing, program=program, day=today)
    if turnover is None:
        turnover = read_turnover(standing, program=program, day=today)
    state: TierState = replace(stored_state(standing), floor=floor, floor_until=floor_until)
    put_state(standing, with_due_day(program, state, turnover=turnover, day=today), program=program, day=today)
    standing.save(update_fields=TIER_FIELDS)
    due_at = next_daytime(at, standing.patient.home_clinic.tz)
    enqueue_notices([TierChange(standing=standing, was=told)], program=program, due_at=due_at, at=at)


def _record(
    code: str, manual: ManualTier, *, standing: Standing, actor: User, at: datetime, reason: str = ""
) -> None:
    audit.record(
        code=code,
        at=at,
        actor=actor,
        clinic=standing.patient.home_clinic,
        target=standing.patient,
        reason=reason,
        details={"manual_tier": manual.pk, "tier": manual.tier, "ends_on": manual.ends_on.isoformat()},
    )
