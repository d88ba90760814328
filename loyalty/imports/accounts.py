"""Points accounts and standings of many patients at once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from clinics.calendar import local_date
from loyalty.lot_dates import rolling_from
from loyalty.models import Account, Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.tiers.standing import first_tier
from patients.models import Patient


def open_standings(
    patients: Sequence[Patient], *, program: CompiledProgram, opened_at: Mapping[int, datetime]
) -> dict[int, Standing]:
    """Standings with their accounts by patient id; whoever has none gets one, without welcome points.

    `opened_at` holds the moment of opening by patient id; without payments a rolling life runs from it.
    Call inside a transaction: the accounts come back locked, in id order.
    """
    ids = [patient.pk for patient in patients]
    with_account = set(Account.objects.filter(patient__in=ids).values_list("patient_id", flat=True))
    Account.objects.bulk_create(
        [
            _new_account(patient, program=program, at=opened_at[patient.pk])
            for patient in patients
            if patient.pk not in with_account
        ],
        # Somebody may be opening the same account at the desk.
        ignore_conflicts=True,
    )
    accounts = list(Account.objects.select_for_update().filter(patient__in=ids).order_by("id"))
    standings = {standing.patient_id: standing for standing in Standing.objects.filter(patient__in=ids)}
    people = {patient.pk: patient for patient in patients}
    missing = [
        Standing(
            patient=people[account.patient_id],
            account=account,
            turnover=Decimal(0),
            **first_tier(program),
        )
        for account in accounts
        if account.patient_id is not None and account.patient_id not in standings
    ]
    for made in Standing.objects.bulk_create(missing):
        standings[made.patient_id] = made
    for account in accounts:
        if account.patient_id is not None:
            standings[account.patient_id].account = account
            standings[account.patient_id].patient = people[account.patient_id]
    return standings


def write_standings(standings: Iterable[Standing], *, fields: Sequence[str]) -> None:
    """Store changed standings. Call under their accounts' locks."""
    # An upsert: bulk_update would build one CASE per row and field, ten times slower.
    Standing.objects.bulk_create(
        standings, update_conflicts=True, unique_fields=["id"], update_fields=list(fields)
    )


def _new_account(patient: Patient, *, program: CompiledProgram, at: datetime) -> Account:
    tz = patient.home_clinic.tz
    rolling = rolling_from(program.life, lived_from=local_date(at, tz), tz=tz)
    return Account(
        patient=patient,
        opened_at=at,
        rolling_until=rolling.last_day if rolling else None,
        rolling_expires_at=rolling.expires_at if rolling else None,
        rolling_months=rolling.months if rolling else None,
    )
