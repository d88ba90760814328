"""Tiers follow the turnover, the calendar and the program in force: graces begin and end, tiers rise and fall.

A standing says itself on which day its tier is due; those that another program has judged are due as well. What
is due is read anew under the lock, slice by slice, so a second worker, a repetition or a run after days of
downtime finds only what nobody has done yet. After downtime a grace still has all its days: it begins tonight.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from clinics import fail_points
from clinics.calendar import local_date
from clinics.models import Clinic
from loyalty.models import Account, NightlyRun, Standing
from loyalty.nightly import journal
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import settled
from loyalty.tiers.notices import TierChange, enqueue_notices
from loyalty.tiers.standing import TIER_FIELDS, mark_of, put_state, stored_state
from loyalty.tiers.turnovers import read_turnovers
from notifications.quiet_hours import next_daytime

SLICE = 1000
# By hand: a third of the night's time went into wording an upsert of whole rows.
WRITE_TIERS = """
    update loyalty_standing s
       set tier = t.tier, earned_tier = t.earned_tier, grace_until = t.grace_until, floor_tier = t.floor_tier,
           floor_until = t.floor_until, tier_due_on = t.tier_due_on, tier_key = t.tier_key
      from unnest(%s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[], %s::date[], %s::date[], %s::text[])
           as t(id, tier, earned_tier, grace_until, floor_tier, floor_until, tier_due_on, tier_key)
     where s.id = t.id"""


def recount_tiers(*, clinic: Clinic, run: NightlyRun, at: datetime) -> None:
    """Settle all tiers that are due on the clinic's present day; each slice is a transaction."""
    try:
        program = current_program(at=at).program
    except NoProgram:
        return
    day = local_date(at, clinic.tz)
    due = _due(clinic=clinic, program=program, day=day).order_by("account_id").values_list("account_id", flat=True)
    while account_ids := list(due[:SLICE]):
        fail_points.reached("tiers.before_slice")
        with transaction.atomic():
            changed = _settle(account_ids, clinic=clinic, program=program, day=day, at=at)
            fail_points.reached("tiers.in_slice")
            journal.add_done(run, accounts=changed, points=0)
        fail_points.reached("tiers.after_slice")


def _due(*, clinic: Clinic, program: CompiledProgram, day: date) -> QuerySet[Standing]:
    standings = Standing.objects.filter(
        patient__home_clinic=clinic, patient__erased_at=None, patient__merged_into=None
    )
    if not program.tiers:
        return standings.none()
    # Two ranges instead of "not equal": the index answers them.
    is_judged_by_another = Q(tier_key__lt=program.tier_key) | Q(tier_key__gt=program.tier_key)
    return standings.filter(Q(tier_due_on__lte=day) | is_judged_by_another)


def _settle(
    account_ids: Sequence[int], *, clinic: Clinic, program: CompiledProgram, day: date, at: datetime
) -> int:
    """How many of the slice have another tier now."""
    _lock_accounts(account_ids)
    standings = list(
        _due(clinic=clinic, program=program, day=day)
        .filter(account__in=account_ids)
        .select_related("patient")
        .only("turnover", "patient__status", *TIER_FIELDS)
    )
    turnovers = read_turnovers(standings, program=program, day=day)
    changes = [TierChange(standing=standing, was=mark_of(standing)) for standing in standings]
    for standing in standings:
        standing.patient.home_clinic = clinic
        turnover = turnovers[standing.patient_id]
        state = settled(program, stored_state(standing), turnover=turnover, day=day)
        put_state(standing, state, program=program, day=day)
    _write(standings)
    enqueue_notices(changes, program=program, due_at=next_daytime(at, clinic.tz), at=at)
    return sum(change.is_new_tier for change in changes)


def _write(standings: Sequence[Standing]) -> None:
    values = [[getattr(standing, field) for standing in standings] for field in TIER_FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(WRITE_TIERS, [[standing.pk for standing in standings], *values])


def _lock_accounts(account_ids: Sequence[int]) -> None:
    """A payment at the same moment waits, or has been counted already."""
    accounts = Account.objects.select_for_update().filter(pk__in=account_ids).order_by("pk")
    list(accounts.values_list("pk", flat=True))
