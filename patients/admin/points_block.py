"""What the patient's card says of points: balance, what burns when, the last operations. Reads the ledger only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, signed_text, soon_text
from loyalty.checkout.member_state import MemberState, NoAccount, read_member_state
from loyalty.ledger.balance import BurnDay
from loyalty.ledger.statement import StatementRow, statement
from loyalty.models import OperationKind, Privilege
from loyalty.program.versions import NoProgram, current_program
from loyalty.receipt_numbers import receipt_numbers
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import explain, rule_title, tier_title
from loyalty.texts.manual_points import manual_reason
from loyalty.texts.tiers import tier_notes
from loyalty.tiers.outlooks import read_tier_outlook
from patients.models import Patient

SHOWN_OPERATIONS = 20
WELCOME = "welcome"


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


@dataclass(frozen=True, slots=True)
class _Names:
    """What operations are about: numbers of receipts by operation, titles of rewards by id."""

    receipts: dict[int, int]
    rewards: dict[int, str]


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
    names = _names(rows)
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


def _names(rows: Sequence[StatementRow]) -> _Names:
    rewards = {row.explanation["privilege"] for row in rows if row.explanation and "privilege" in row.explanation}
    language = get_language() or ""
    return _Names(
        receipts=receipt_numbers({row.reversal_of_id or row.operation_id for row in rows}),
        # An empty set asks no question.
        rewards={each.pk: each.title_in(language) for each in Privilege.objects.filter(pk__in=rewards)},
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


def _row(row: StatementRow, *, state: MemberState, program: CompiledProgram, names: _Names) -> HistoryRow:
    explained = explain(row.explanation or {}, program=program)
    reasons = " ".join((*explained.earnings, *explained.spend))
    tz = state.standing.patient.home_clinic.tz
    return HistoryRow(
        at=row.effective_at.astimezone(tz),
        points=signed_text(row.units),
        is_gain=row.units > 0,
        kind=str(OperationKind(row.kind).label),
        why=". ".join(part for part in (_receipt(row, names.receipts), reasons) if part)
        or _by_hand(row)
        or _gift(row, program)
        or _reward(row, names.rewards),
        last_day=_last_day(row, state=state),
    )


def _by_hand(row: StatementRow) -> str:
    """The category that the patient reads, then the comment of the staff."""
    return ". ".join(part for part in (manual_reason(row.explanation), row.reason) if part)


def _gift(row: StatementRow, program: CompiledProgram) -> str:
    """Which gift was given, or taken back after a refund."""
    about = row.explanation or {}
    code = str(about.get("lapsed_gift") or about.get("undone_gift") or about.get("rule"))
    if code == WELCOME:
        return _("Welcome gift")
    if code not in program.titles:
        return ""
    title = rule_title(program, code)
    if "undone_gift" in about:
        return _("“%(gift)s”: the friend's visit was refunded.") % {"gift": title}
    if "lapsed_gift" in about:
        return _("“%(gift)s”: after a refund the payments no longer reach its sum.") % {"gift": title}
    return title


def _reward(row: StatementRow, rewards: dict[int, str]) -> str:
    """What points were spent on, or came back for when its code was not used in time."""
    title = rewards.get((row.explanation or {}).get("privilege", 0))
    return _("Reward “%(title)s”") % {"title": title} if title else ""


def _receipt(row: StatementRow, numbers: dict[int, int]) -> str:
    number = numbers.get(row.reversal_of_id or row.operation_id)
    if number is None:
        return ""
    text = _("Refund of receipt %(number)s") if row.reversal_of_id else _("Receipt %(number)s")
    return text % {"number": number}


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
