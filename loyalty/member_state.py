"""What the engine must know of a member, read from the database in two queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.money import to_kopecks
from loyalty.ledger.balance import BurnDay, Holdings, read_holdings
from loyalty.models import Account, Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.facts import MemberFacts
from patients.models import Patient

Row = TypeVar("Row", bound=Model)


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
    with connection.cursor() as cursor:
        cursor.execute(_standing_query(), [patient_id])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    # In the order of the query's columns.
    standing, account = _next(Standing, values), _next(Account, values)
    patient, clinic = _next(Patient, values), _next(Clinic, values)
    patient.home_clinic = clinic
    standing.account, standing.patient = account, patient
    return standing


def _next(model: type[Row], values: Iterator[Any]) -> Row:
    fields = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, fields, list(islice(values, len(fields))))


@cache
def _standing_query() -> str:
    """Worded once: sixty columns of four tables cost the ORM more at every keystroke than the whole quote."""
    columns = ", ".join(
        f"{model._meta.db_table}.{field.attname}"
        for model in (Standing, Account, Patient, Clinic)
        for field in model._meta.concrete_fields
    )
    return f"""
        select {columns}
          from loyalty_standing
          join loyalty_account on loyalty_account.id = loyalty_standing.account_id
          join patients_patient on patients_patient.id = loyalty_standing.patient_id
          join clinics_clinic on clinics_clinic.id = patients_patient.home_clinic_id
         where loyalty_standing.patient_id = %s
           and patients_patient.merged_into_id is null and patients_patient.erased_at is null"""  # noqa: S608


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
