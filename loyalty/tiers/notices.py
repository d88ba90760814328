"""Queues the notices about tiers: one when the tier changes, one when a grace begins.

`tier_messages` words them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from clinics.calendar import end_of_day, local_date
from loyalty.messages.events import TIER_AT_RISK, TIER_CHANGED
from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_outlook import is_at_risk
from loyalty.tiers.standing import TierMark, stored_state
from notifications import outbox


@dataclass(frozen=True, slots=True)
class TierChange:
    """A standing as it now is, with patient and home clinic, and what the patient knew of it before."""

    standing: Standing
    was: TierMark

    @property
    def is_new_tier(self) -> bool:
        return self.standing.tier != self.was.tier


def enqueue_notices(
    changes: Iterable[TierChange], *, program: CompiledProgram, due_at: datetime, at: datetime
) -> None:
    """Call in the transaction that changes the standings. Contacts are told nothing: they are not in the program.

    A new tier whose own grace begins with it is one notice: its text says both.
    """
    told = [change for change in changes if change.standing.patient.is_member]
    outbox.enqueue_all(event=TIER_CHANGED, drafts=_new_tiers(told, due_at=due_at, at=at), at=at)
    outbox.enqueue_all(event=TIER_AT_RISK, drafts=_graces(told, program=program, due_at=due_at), at=at)


def _new_tiers(changes: Iterable[TierChange], *, due_at: datetime, at: datetime) -> Iterator[outbox.Draft]:
    for change in changes:
        standing, was = change.standing, change.was
        if change.is_new_tier and was.tier:
            day = local_date(at, standing.patient.home_clinic.tz)
            yield outbox.Draft(
                patient_id=standing.patient_id,
                key=f"tier:{standing.patient_id}:{day.isoformat()}:{was.tier}:{standing.tier}",
                due_at=due_at,
                context={"was": was.tier, "tier": standing.tier},
            )


def _graces(
    changes: Iterable[TierChange], *, program: CompiledProgram, due_at: datetime
) -> Iterator[outbox.Draft]:
    for change in changes:
        standing, until = change.standing, change.standing.grace_until
        if until is None or until == change.was.grace_until or change.is_new_tier:
            continue
        if is_at_risk(program, stored_state(standing)):
            yield outbox.Draft(
                patient_id=standing.patient_id,
                key=f"tier:{standing.patient_id}:grace:{until.isoformat()}",
                due_at=due_at,
                not_after=end_of_day(until, standing.patient.home_clinic.tz),
                context={"grace_until": until.isoformat()},
            )
