"""Opening balances, earlier turnover and discount cards of the previous system: taken over once per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinics.calendar import local_date
from clinics.money import to_kopecks, to_roubles
from loyalty.imports.accounts import write_standings
from loyalty.imports.patient_rows import Opening
from loyalty.ledger import posting
from loyalty.lot_dates import dated_day
from loyalty.models import ImportedOpening, OperationKind, Source, Standing
from loyalty.rules.compiled import CompiledProgram, Tier
from loyalty.rules.life import last_day_of
from loyalty.rules.tiers import tier_after_recount
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
    rule = program.earning.plain
    if rule is None or not discount_bp:
        return None
    reached = [tier for tier in program.tiers if rule.effect.rate_for(tier.code) <= discount_bp]
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
    acts = [
        _act(new, standing=standings[new.source_key.patient_id], program=program, version_id=version_id, at=at)
        for new in openings
        if new.opening.points
    ]
    posted = posting.replay(acts=acts, recorded_at=at, source=Source.IMPORT) if acts else {}
    for new in openings:
        _raise(standings[new.source_key.patient_id], new.opening, program=program)
    changed = [standings[new.source_key.patient_id] for new in openings]
    write_standings(changed, fields=["turnover", "tier"])
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


def _raise(standing: Standing, opening: Opening, *, program: CompiledProgram) -> None:
    """Earlier turnover counts like turnover here; an old discount card never lowers the tier."""
    standing.turnover += to_roubles(opening.turnover_kopecks)
    reached = [
        tier_after_recount(program, current=standing.tier or None, turnover_kopecks=to_kopecks(standing.turnover)),
        tier_for_discount(program, discount_bp=opening.discount_bp),
    ]
    best = max((tier for tier in reached if tier), key=lambda tier: tier.threshold_kopecks, default=None)
    standing.tier = best.code if best else ""


def _key(new: NewOpening) -> str:
    return f"import:{new.source_key.source}:opening:{new.source_key.key}"


def _act(
    new: NewOpening, *, standing: Standing, program: CompiledProgram, version_id: int, at: datetime
) -> posting.PastAct:
    tz = new.source_key.patient.home_clinic.tz
    last_day = new.opening.last_day or last_day_of(program.life, given_on=local_date(at, tz))
    day = dated_day(last_day, tz) if last_day is not None else None
    return posting.PastAct(
        key=_key(new),
        account_id=standing.account_id,
        at=at,
        kind=OperationKind.OPENING,
        lots=[
            posting.NewLot(
                points=new.opening.points,
                last_day=day.last_day if day else None,
                expires_at=day.expires_at if day else None,
            )
        ],
        explanation={"rule": "opening", "points": new.opening.points},
        program_version_id=version_id,
    )
