"""What the engine must know of a member, read from the database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Model

from clinics.calendar import local_date
from clinics.models import Clinic
from clinics.models.clinic import zone_named
from loyalty.checkout.member_attributes import COLUMNS, MemberAttributes, facts_without_points
from loyalty.ledger.balance import BurnDay, Holdings, read_holdings
from loyalty.models import Account, Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.facts import MemberFacts
from loyalty.rules.turnover import Turnover
from loyalty.tiers.standing import TierMark, bring_to_day, mark_of
from patients.models import Patient

Row = TypeVar("Row", bound=Model)


class NoAccount(Exception):
    """The patient is unknown, erased, merged into another, or has no points account yet."""

    def __init__(self, *, patient_id: int) -> None:
        super().__init__(patient_id)
        self.patient_id = patient_id


@dataclass(frozen=True, slots=True)
class MemberState:
    """`today` is the home clinic's day; `zone` is that of the clinic where the member stands.

    The standing's tier is that of the day: what is stored may be older.
    """

    standing: Standing
    told: TierMark  # what is stored
    turnover: Turnover | None  # what counts towards the tier, if it had to be read
    attributes: MemberAttributes
    today: date
    zone: ZoneInfo
    holdings: Holdings
    burning_until: date  # what ends by this day counts as burning

    @property
    def burning(self) -> tuple[BurnDay, ...]:
        """The part of the burn schedule within the program's burning window, soonest first."""
        return tuple(item for item in self.holdings.schedule if item.last_day <= self.burning_until)

    def facts(self) -> MemberFacts:
        return facts_without_points(self.standing, attributes=self.attributes, day=self.today)._replace(
            spendable_points=self.holdings.spendable,
            burning_points=sum(item.points for item in self.burning),
            debt_points=self.standing.account.debt,
        )


@dataclass(frozen=True, slots=True)
class _Found:
    standing: Standing
    attributes: MemberAttributes
    timezone: str | None  # of the clinic that was asked for


def _find(*, patient_id: int, clinic_code: str) -> _Found | None:
    """The patient's standing with account, patient, home clinic and attributes, by one query."""
    with connection.cursor() as cursor:
        cursor.execute(_query(), [clinic_code, patient_id])
        row = cursor.fetchone()
    if row is None:
        return None
    values = iter(row)
    # In the order of the query's columns.
    standing, account = _next(Standing, values), _next(Account, values)
    patient, clinic = _next(Patient, values), _next(Clinic, values)
    patient.home_clinic = clinic
    standing.account, standing.patient = account, patient
    tags, groups, timezone = values
    return _Found(standing, MemberAttributes.from_columns(tags, groups), timezone)


def _next(model: type[Row], values: Iterator[Any]) -> Row:
    fields = [field.attname for field in model._meta.concrete_fields]
    return model.from_db(connection.alias, fields, list(islice(values, len(fields))))


@cache
def _query() -> str:
    """Worded once: sixty columns of four tables cost the ORM more at every keystroke than the whole quote."""
    columns = ", ".join(
        f"{model._meta.db_table}.{field.attname}"
        for model in (Standing, Account, Patient, Clinic)
        for field in model._meta.concrete_fields
    )
    attributes = COLUMNS.format(id="patients_patient.id")
    return f"""
        select {columns}, {attributes},
               (select here.timezone from clinics_clinic here where here.code = %s)
          from loyalty_standing
          join loyalty_account on loyalty_account.id = loyalty_standing.account_id
          join patients_patient on patients_patient.id = loyalty_standing.patient_id
          join clinics_clinic on clinics_clinic.id = patients_patient.home_clinic_id
         where loyalty_standing.patient_id = %s
           and patients_patient.merged_into_id is null and patients_patient.erased_at is null"""  # noqa: S608


def read_member_state(
    *, patient_id: int, program: CompiledProgram, at: datetime, clinic_code: str = ""
) -> MemberState:
    """Two queries, a third where the night is late and a window of months counts.

    Without the code of another clinic the member stands in their home clinic. Raises NoAccount. Locks nothing:
    a caller that will post locks the account first.
    """
    found = _find(patient_id=patient_id, clinic_code=clinic_code)
    if found is None:
        raise NoAccount(patient_id=patient_id)
    home_tz = found.standing.patient.home_clinic.tz
    today = local_date(at, home_tz)
    told = mark_of(found.standing)
    turnover = bring_to_day(found.standing, program=program, day=today)
    return MemberState(
        standing=found.standing,
        told=told,
        turnover=turnover,
        attributes=found.attributes,
        today=today,
        zone=zone_named(found.timezone) if found.timezone else home_tz,
        holdings=read_holdings(account_id=found.standing.account_id, at=at),
        burning_until=today + timedelta(days=program.burning_window_days),
    )
