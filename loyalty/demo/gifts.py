"""Points given outside receipts: the welcome, and "hot" ones that have a near day of their own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.ledger.acts import PastAct
from loyalty.lot_dates import lot_for, lot_until
from loyalty.models import OperationKind, Source, Standing
from loyalty.program.versions import RunningProgram

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
    return PastAct(
        key=f"welcome:{standing.patient_id}",
        kind=OperationKind.GIFT,
        account_id=standing.account_id,
        at=at,
        lots=[lot_for(gift.points, life=gift.life, given_on=local_date(at, tz), tz=tz)],
        explanation={"rule": "welcome", "points": gift.points},
        program_version_id=running.version_id,
    )


def give_hot_points(gifts: Sequence[HotPoints], *, running: RunningProgram, at: datetime) -> None:
    """Give points that burn within days, shortly before `at`. Call inside a transaction."""
    acts = []
    for gift in gifts:
        tz = gift.standing.patient.home_clinic.tz
        last_day = local_date(at, tz) + timedelta(days=gift.days_left)
        acts.append(
            PastAct(
                key=gift.key,
                kind=OperationKind.GIFT,
                account_id=gift.standing.account_id,
                at=at - GIVEN_BEFORE,
                lots=[lot_until(gift.points, last_day=last_day, tz=tz)],
                reason=CAMPAIGN,
                program_version_id=running.version_id,
            )
        )
    if acts:
        posting.replay(acts=acts, recorded_at=at, source=Source.IMPORT)
