"""Tiers in a replay of the past: the nights between two receipts are run as they would have been.

Nobody is told anything: a grace that is still open at the end begins anew with the coming night, which tells.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from clinics.calendar import local_date
from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import after_nights, after_payment, settled, with_due_day
from loyalty.rules.turnover import Payment, Turnover, with_payment
from loyalty.tiers.standing import TierMark, is_judged_alike, mark_of, put_state, stored_state
from loyalty.tiers.turnovers import read_turnovers


@dataclass(frozen=True, slots=True)
class PastTiers:
    """What each patient has paid up to the receipt at hand, and the tiers that were stored; by patient id."""

    program: CompiledProgram
    turnovers: dict[int, Turnover]
    told: dict[int, TierMark]


def read_past_tiers(
    standings: Iterable[Standing], *, program: CompiledProgram, first_paid_at: datetime
) -> PastTiers:
    """One query if a window of months counts. What follows changes the standings; the caller saves them."""
    people = list({standing.pk: standing for standing in standings}.values())
    first_day = min(
        (local_date(first_paid_at, standing.patient.home_clinic.tz) for standing in people),
        default=first_paid_at.date(),
    )
    return PastTiers(
        program=program,
        turnovers=read_turnovers(people, program=program, day=first_day),
        told={standing.patient_id: mark_of(standing) for standing in people},
    )


def live_to(standing: Standing, *, day: date, past: PastTiers) -> None:
    """Bring the standing to the day: every night up to it has run in time."""
    state, turnover = stored_state(standing), past.turnovers[standing.patient_id]
    if not is_judged_alike(standing, program=past.program):
        state = settled(past.program, state, turnover=turnover, day=day)
    put_state(
        standing, after_nights(past.program, state, turnover=turnover, day=day), program=past.program, day=day
    )


def pay(standing: Standing, payment: Payment, *, past: PastTiers) -> None:
    """Count the payment; the tier it reaches holds from the next receipt on."""
    turnover = with_payment(past.turnovers[standing.patient_id], payment)
    past.turnovers[standing.patient_id] = turnover
    state = after_payment(past.program, stored_state(standing), turnover=turnover, day=payment.day)
    put_state(standing, state, program=past.program, day=payment.day)


def end_past(standing: Standing, *, at: datetime, past: PastTiers) -> None:
    """Bring the standing to the present."""
    today = local_date(at, standing.patient.home_clinic.tz)
    live_to(standing, day=today, past=past)
    if standing.grace_until != past.told[standing.patient_id].grace_until:
        untold = replace(stored_state(standing), grace_until=None)
        turnover = past.turnovers[standing.patient_id]
        state = with_due_day(past.program, untold, turnover=turnover, day=today)
        put_state(standing, state, program=past.program, day=today)
