"""Opening balances, earlier turnover and discount cards of the previous system: taken over once per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from clinics.calendar import local_date
from clinics.money import to_kopecks, to_roubles
from loyalty.imports.accounts import write_standings
from loyalty.imports.patient_rows import Opening
from loyalty.ledger import posting
from loyalty.lot_dates import lot_for, lot_until
from loyalty.models import ImportedOpening, OperationKind, Source, Standing
from loyalty.rules.compiled import CompiledProgram, Tier
from loyalty.rules.tier_states import after_payment, with_due_day
from loyalty.rules.tiers import higher_of
from loyalty.rules.turnover import Payment, with_payment
from loyalty.tiers.standing import TIER_FIELDS, put_state, stored_state
from loyalty.tiers.turnovers import read_turnovers
from patients.models import PatientSourceKey


@dataclass(frozen=True, slots=True)
class NewOpening:
    """One patient's opening, with the key it came under."""

    source_key: PatientSourceKey
    opening: Opening


def known_openings(*, source: str, keys: Sequence[str]) -> dict[str, ImportedOpening]:
    """Openings taken over already, by the old system's key."""
    found = ImportedOpening.objects.filter(source_key__source=source, source_key__key__in=keys)
    return {opening.source_key.key: opening for opening in found.select_related("source_key")}


def same_opening(stored: ImportedOpening, opening: Opening) -> bool:
    return opening == Opening(
        points=stored.points,
        last_day=stored.last_day,
        turnover_kopecks=to_kopecks(stored.turnover),
        discount_bp=stored.discount_bp,
    )


def tier_for_discount(program: CompiledProgram, *, discount_bp: int) -> Tier | None:
    """The highest tier whose cashback does not exceed the old discount; None below the lowest."""
    reached = [tier for tier in program.tiers if 0 < program.earning.common_rate_bp(tier.code) <= discount_bp]
    return reached[-1] if reached else None


def post_openings(
    openings: Sequence[NewOpening],
    *,
    standings: Mapping[int, Standing],
    program: CompiledProgram,
    version_id: int,
    at: datetime,
) -> None:
    """Give the points, add the turnover, raise the tier.

    Call inside a transaction with the `standings` (by patient id) under their accounts' locks.
    """
    if not openings:
        return
    acts = [
        _act(new, standing=standings[new.source_key.patient_id], program=program, version_id=version_id, at=at)
        for new in openings
        if new.opening.points
    ]
    posted = posting.replay(acts=acts, recorded_at=at, source=Source.IMPORT) if acts else {}
    changed = [standings[new.source_key.patient_id] for new in openings]
    _raise_all(openings, changed, program=program, at=at)
    write_standings(changed, fields=["turnover", *TIER_FIELDS])
    ImportedOpening.objects.bulk_create(
        ImportedOpening(
            source_key=new.source_key,
            points=new.opening.points,
            last_day=new.opening.last_day,
            turnover=to_roubles(new.opening.turnover_kopecks),
            discount_bp=new.opening.discount_bp,
            operation_id=posted[_key(new)].operation_id if new.opening.points else None,
            recorded_at=at,
        )
        for new in openings
    )


def _raise_all(
    openings: Sequence[NewOpening], standings: Sequence[Standing], *, program: CompiledProgram, at: datetime
) -> None:
    """Earlier turnover counts as if it had been paid today; an old discount card never lowers the tier."""
    earliest = min(local_date(at, new.source_key.patient.home_clinic.tz) for new in openings)
    turnovers = read_turnovers(standings, program=program, day=earliest)
    for new, standing in zip(openings, standings, strict=True):
        day = local_date(at, new.source_key.patient.home_clinic.tz)
        standing.turnover += to_roubles(new.opening.turnover_kopecks)
        earlier = Payment(day, new.opening.turnover_kopecks)
        turnover = with_payment(turnovers[standing.patient_id], earlier)
        state = after_payment(program, stored_state(standing), turnover=turnover, day=day)
        card = tier_for_discount(program, discount_bp=new.opening.discount_bp)
        best = higher_of(program.tier_by_code.get(state.earned), card)
        state = replace(state, earned=best.code if best else "")
        put_state(standing, with_due_day(program, state, turnover=turnover, day=day), program=program, day=day)


def _key(new: NewOpening) -> str:
    return f"import:{new.source_key.source}:opening:{new.source_key.key}"


def _act(
    new: NewOpening, *, standing: Standing, program: CompiledProgram, version_id: int, at: datetime
) -> posting.PastAct:
    tz = new.source_key.patient.home_clinic.tz
    points, last_day = new.opening.points, new.opening.last_day
    return posting.PastAct(
        key=_key(new),
        account_id=standing.account_id,
        at=at,
        kind=OperationKind.OPENING,
        lots=[
            lot_until(points, last_day=last_day, tz=tz)
            if last_day
            else lot_for(points, life=program.life, given_on=local_date(at, tz), tz=tz)
        ],
        explanation={"rule": "opening", "points": points},
        program_version_id=version_id,
    )
