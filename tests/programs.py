"""Published programs and members with points for the tests."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from clinics.calendar import end_of_day
from loyalty.enrolment import register_member
from loyalty.ledger import posting
from loyalty.models import ProgramVersion, Standing
from patients.models import ConsentRecord, Patient
from patients.registration import NewPatient
from tests.people import ALL_CONSENTS, make_clinic

PRESETS = Path(__file__).parent.parent / "loyalty" / "presets"
IN_FORCE_FROM = datetime(2025, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # 12:00 in Moscow


def publish_preset(
    name: str = "dentistry", *, starts_at: datetime = IN_FORCE_FROM, has_welcome: bool = True, **changes: Any
) -> ProgramVersion:
    """A version in force; `changes` replace top-level parts of the preset's document."""
    document = json.loads((PRESETS / f"{name}.json").read_text()) | changes
    if not has_welcome:
        document.pop("welcome", None)
    last = ProgramVersion.objects.order_by("-number").first()
    return ProgramVersion.objects.create(
        number=last.number + 1 if last else 1,
        title=name,
        document=document,
        status=ProgramVersion.Status.PUBLISHED,
        starts_at=starts_at,
        created_at=starts_at,
        published_at=starts_at,
    )


def tiers_with(preset: str = "dentistry", **settings: Any) -> dict[str, Any]:
    """The preset's tiers under other settings: `publish_preset(tiers=tiers_with(downgrade="at_end"))`."""
    document = json.loads((PRESETS / f"{preset}.json").read_text())
    return document["tiers"] | settings


def make_member(
    last_name: str = "Иванова",
    first_name: str = "Анна",
    phone: str | None = "+79161234567",
    *,
    at: datetime = datetime(2026, 1, 15, 9, 0, tzinfo=UTC),
    tier: str | None = None,
    turnover: int | None = None,
    **fields: Any,
) -> Patient:
    """A member with an open account (Anna by default); the program's welcome points are theirs."""
    new = NewPatient(
        last_name=last_name,
        first_name=first_name,
        phone=phone,
        home_clinic=fields.pop("clinic", None) or make_clinic(),
        consents=fields.pop("consents", ALL_CONSENTS),
        **fields,
    )
    patient = register_member(new, at=at, consent_source=ConsentRecord.Source.DESK, actor=None)
    wanted = {"tier": tier, "earned_tier": tier, "turnover": turnover}
    changes = {key: value for key, value in wanted.items() if value is not None}
    if changes:
        Standing.objects.filter(patient=patient).update(**changes)
    return patient


def give_points(
    patient: Patient,
    points: int,
    *,
    last_day: date | None = None,
    never_burns: bool = False,
    at: datetime,
    key: str = "",
) -> int:
    """Points with a last day of their own, the rolling one, or without end; returns the operation's id."""
    lot = posting.NewLot(
        points=points,
        last_day=last_day,
        expires_at=end_of_day(last_day, patient.home_clinic.tz) if last_day else None,
        never_burns=never_burns,
    )
    return posting.earn(
        account_id=patient.standing.account_id,
        lots=[lot],
        key=key or f"test:{patient.pk}:{points}:{last_day}:{at}",
        at=at,
    ).operation_id
