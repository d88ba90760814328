"""Members with points near their last day."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from clinics.calendar import end_of_day
from loyalty.ledger import posting
from loyalty.models import Account
from patients.models import Patient
from tests.programs import give_points, make_member, publish_preset

MOSCOW = ZoneInfo("Europe/Moscow")
LAST_DAY = date(2026, 11, 27)


def run_program(
    preset: str = "dentistry", *, holdout_percent: int = 0, days_before: tuple[int, ...] = (14, 5), **changes
):
    """In force, without welcome points; nobody is held out unless the test says so."""
    reminders = {"days_before": list(days_before), "holdout_percent": holdout_percent}
    return publish_preset(preset, has_welcome=False, reminders=reminders, **changes)


def member_with(points: int, *, last_day: date | None = LAST_DAY, **fields) -> Patient:
    """Anna, unless named otherwise, with one lot; without a last day it lives by the account's rolling date."""
    patient = make_member(**fields)
    if points:
        give_points(patient, points, last_day=last_day, at=patient.created_at)
    return patient


def roll_to(patient: Patient, day: date) -> None:
    expires_at = end_of_day(day, patient.home_clinic.tz)
    Account.objects.filter(patient=patient).update(rolling_until=day, rolling_expires_at=expires_at)


def spend(patient: Patient, points: int, *, at: datetime) -> None:
    posting.spend(account_id=patient.standing.account_id, units=points, key=f"test:spend:{points}:{at}", at=at)


def balance_of(patient: Patient) -> int:
    return Account.objects.get(patient=patient).balance


def moscow(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=MOSCOW)
