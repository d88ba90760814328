"""All that home shows, read with a fixed number of queries however long the history is."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from clinics.calendar import local_date
from loyalty.ledger.balance import Holdings, read_holdings
from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_outlook import TierOutlook
from loyalty.tiers.outlooks import read_tier_outlook
from patients.cabinet.operations import Operations, find_program, read_operations
from patients.models import Card, Patient

SHOWN_OPERATIONS = 3


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """`today` is the home clinic's day; `standing` is None for a person who has not joined."""

    today: date
    card: str
    standing: Standing | None
    holdings: Holdings
    operations: Operations
    program: CompiledProgram | None
    tier: TierOutlook | None


def read_home(patient: Patient, *, at: datetime) -> HomeFacts:
    """Five queries for a member, a sixth where tiers count a window of months; locks nothing."""
    today = local_date(at, patient.home_clinic.tz)
    card_number = Card.objects.filter(patient=OuterRef("patient"), status=Card.Status.ACTIVE).values("number")
    standing = (
        Standing.objects.filter(patient=patient)
        .select_related("account")
        .annotate(card_number=Subquery(card_number))
        .first()
    )
    if standing is None:
        nothing = Holdings(spendable=0, schedule=())
        return HomeFacts(today, _card_of(patient), None, nothing, Operations(), None, None)
    program = find_program(at)
    return HomeFacts(
        today=today,
        card=standing.card_number or "",
        standing=standing,
        holdings=read_holdings(account_id=standing.account_id, at=at),
        operations=read_operations(account_id=standing.account_id, count=SHOWN_OPERATIONS),
        program=program,
        tier=read_tier_outlook(standing, program=program, day=today) if program else None,
    )


def _card_of(patient: Patient) -> str:
    numbers = Card.objects.filter(patient=patient, status=Card.Status.ACTIVE).values_list("number", flat=True)
    return numbers.first() or ""
