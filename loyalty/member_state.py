"""What the engine must know of a member, read from the database in two queries."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinics.calendar import local_date
from clinics.money import to_kopecks
from loyalty.ledger.balance import BurnDay, Holdings, read_holdings
from loyalty.models import Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.facts import MemberFacts


class NoAccount(Exception):
    """The patient is unknown, erased, merged into another, or has no points account yet."""

    def __init__(self, *, patient_id: int) -> None:
        super().__init__(patient_id)
        self.patient_id = patient_id


@dataclass(frozen=True, slots=True)
class MemberState:
    """`today` is the home clinic's day."""

    standing: Standing
    today: date
    holdings: Holdings
    burning_until: date  # what ends by this day counts as burning

    @property
    def burning(self) -> tuple[BurnDay, ...]:
        """The part of the burn schedule within the program's burning window, soonest first."""
        return tuple(item for item in self.holdings.schedule if item.last_day <= self.burning_until)

    def facts(self) -> MemberFacts:
        standing = self.standing
        return MemberFacts(
            is_member=standing.patient.is_member,
            tier=standing.tier or None,
            spendable_points=self.holdings.spendable,
            burning_points=sum(item.points for item in self.burning),
            debt_points=standing.account.debt,
            turnover_kopecks=to_kopecks(standing.turnover),
        )


def find_standing(*, patient_id: int) -> Standing | None:
    """The patient's standing with account, patient and home clinic, by one query."""
    return (
        Standing.objects.filter(patient=patient_id, patient__merged_into=None, patient__erased_at=None)
        .select_related("account", "patient__home_clinic")
        .first()
    )


def read_member_state(*, patient_id: int, program: CompiledProgram, at: datetime) -> MemberState:
    """Raises NoAccount. Locks nothing: a caller that will post locks the account first."""
    standing = find_standing(patient_id=patient_id)
    if standing is None:
        raise NoAccount(patient_id=patient_id)
    today = local_date(at, standing.patient.home_clinic.tz)
    return MemberState(
        standing=standing,
        today=today,
        holdings=read_holdings(account_id=standing.account_id, at=at),
        burning_until=today + timedelta(days=program.burning_window_days),
    )
