"""What the patient's card says of points: balance, what burns when, the last operations. Reads the ledger only."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, signed_text, soon_text
from loyalty.checkout.member_state import MemberState, NoAccount, read_member_state
from loyalty.ledger.balance import BurnDay
from loyalty.ledger.statement import StatementRow, statement
from loyalty.models import OperationKind
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import tier_title
from loyalty.texts.operation_reasons import Act, Names, operation_reason, read_names
from loyalty.texts.tiers import tier_notes
from loyalty.tiers.outlooks import read_tier_outlook
from patients.models import Patient

SHOWN_OPERATIONS = 20


@dataclass(frozen=True, slots=True)
class BurnTile:
    points: str
    text: str
    is_warm: bool


@dataclass(frozen=True, slots=True)
class HistoryRow:
    at: datetime
    points: str
    is_gain: bool
    kind: str
    why: str
    last_day: str


@dataclass(frozen=True, slots=True)
class PointsBlock:
    balance: str
    pending: str
    debt: str
    tier: str
    turnover: str  # all that was ever paid, net of refunds
    has_left_before: bool  # and joined again: gifts for joining are not repeated
    account_id: int
    tier_notes: tuple[str, ...]  # how far the next tier is, what keeps this one
    burns: tuple[BurnTile, ...]
    history: tuple[HistoryRow, ...]


def read_points_block(*, patient: Patient, at: datetime) -> PointsBlock | None:
    """None for a person without an account. Five queries, a sixth where tiers count a window of months, one more
    where points went for rewards."""
    try:
        program = current_program(at=at).program
        state = read_member_state(patient_id=patient.pk, program=program, at=at)
    except (NoAccount, NoProgram):
        return None
    standing = state.standing
    account = standing.account
    outlook = read_tier_outlook(standing, program=program, day=state.today)
    rows = statement(account.pk, SHOWN_OPERATIONS)
    names = read_names([_act(row) for row in rows])
    return PointsBlock(
        balance=number_text(account.balance),
        pending=number_text(account.pending) if account.pending else "",
        debt=number_text(account.debt) if account.debt else "",
        tier=tier_title(program, standing.tier) if standing.tier else "",
        turnover=money_text(to_kopecks(standing.turnover)),
        has_left_before=standing.has_left_before,
        account_id=account.pk,
        tier_notes=tier_notes(outlook, program=program, today=state.today) if outlook else (),
        burns=_burns(state),
        history=tuple(_row(row, state=state, program=program, names=names) for row in rows),
    )


def _burns(state: MemberState) -> tuple[BurnTile, ...]:
    tiles = [_burn(item, state=state) for item in state.holdings.schedule]
    kept = state.holdings.never_burning
    if kept:
        text = ngettext("never burns", "never burn", kept)
        tiles.append(BurnTile(points=number_text(kept), text=text, is_warm=False))
    return tuple(tiles)


def _burn(item: BurnDay, *, state: MemberState) -> BurnTile:
    values = {
        "day": day_text(item.last_day, today=state.today),
        "soon": soon_text(item.last_day, today=state.today),
    }
    if item.is_rolling:
        text = ngettext(
            "will burn on %(day)s unless there are new payments",
            "will burn on %(day)s unless there are new payments",
            item.points,
        )
    elif values["soon"]:
        text = ngettext("will burn on %(day)s, %(soon)s", "will burn on %(day)s, %(soon)s", item.points)
    else:
        text = ngettext("will burn on %(day)s", "will burn on %(day)s", item.points)
    return BurnTile(
        points=number_text(item.points), text=text % values, is_warm=item.last_day <= state.burning_until
    )


def _act(row: StatementRow) -> Act:
    return Act(row.operation_id, row.reversal_of_id, row.reason, row.explanation or {})


def _row(row: StatementRow, *, state: MemberState, program: CompiledProgram, names: Names) -> HistoryRow:
    return HistoryRow(
        at=row.effective_at.astimezone(state.standing.patient.home_clinic.tz),
        points=signed_text(row.units),
        is_gain=row.units > 0,
        kind=str(OperationKind(row.kind).label),
        why=operation_reason(_act(row), program=program, names=names),
        last_day=_last_day(row, state=state),
    )


def _last_day(row: StatementRow, *, state: MemberState) -> str:
    """Until when what the operation gave lives; of the rolling date only while something is left to burn."""
    if row.last_day:
        tz = state.standing.patient.home_clinic.tz
        return day_text(row.last_day, today=local_date(row.effective_at, tz))
    if row.never_burns:
        return _("they never burn") if row.left else ""
    rolling_until = state.standing.account.rolling_until
    if not row.left or rolling_until is None:
        return ""
    day = day_text(rolling_until, today=state.today)
    return _("%(day)s unless there are new payments") % {"day": day}
