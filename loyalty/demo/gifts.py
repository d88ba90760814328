"""Points given outside receipts: the welcome, and "hot" ones that have a near day of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.ledger.acts import NewLot, PastAct
from loyalty.lot_dates import dated_day
from loyalty.models import OperationKind, Source, Standing
from loyalty.program.versions import RunningProgram
from loyalty.rules.life import last_day_of

GIVEN_BEFORE = timedelta(hours=1)
CAMPAIGN = "Осенний осмотр"


@dataclass(frozen=True, slots=True)
class HotPoints:
    key: str
    standing: Standing
    points: int
    days_left: int


def welcome_act(standing: Standing, *, running: RunningProgram, at: datetime) -> PastAct | None:
    """What the desk gives at registration; None when the program has no welcome points."""
    gift = running.program.welcome
    if gift is None:
        return None
    tz = standing.patient.home_clinic.tz
    last_day = last_day_of(gift.life, given_on=local_date(at, tz))
    return PastAct(
        key=f"welcome:{standing.patient_id}",
        kind=OperationKind.GIFT,
        account_id=standing.account_id,
        at=at,
        lots=[_lot(standing, points=gift.points, last_day=last_day)],
        explanation={"rule": "welcome", "points": gift.points},
        program_version_id=running.version_id,
    )


def give_hot_points(gifts: Sequence[HotPoints], *, running: RunningProgram, at: datetime) -> None:
    """Give points that burn within days, shortly before `at`. Call inside a transaction."""
    acts = []
    for gift in gifts:
        today = local_date(at, gift.standing.patient.home_clinic.tz)
        acts.append(
            PastAct(
                key=gift.key,
                kind=OperationKind.GIFT,
                account_id=gift.standing.account_id,
                at=at - GIVEN_BEFORE,
                lots=[_lot(gift.standing, points=gift.points, last_day=today + timedelta(days=gift.days_left))],
                reason=CAMPAIGN,
                program_version_id=running.version_id,
            )
        )
    if acts:
        posting.replay(acts=acts, recorded_at=at, source=Source.IMPORT)


def _lot(standing: Standing, *, points: int, last_day: date | None) -> NewLot:
    day = dated_day(last_day, standing.patient.home_clinic.tz) if last_day is not None else None
    return NewLot(
        points=points, last_day=day.last_day if day else None, expires_at=day.expires_at if day else None
    )
