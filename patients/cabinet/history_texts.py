"""What a patient reads about one operation: a title, the reason, and until when its points live.

Services are named only where the patient asked for it, and no words that staff wrote for each other are shown.
"""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.calendar import local_date
from clinics.number_texts import day_text, signed_text
from loyalty.ledger.balance import BurnDay
from loyalty.ledger.statement import StatementRow
from loyalty.models import OperationKind, Source
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import explain, rule_title
from loyalty.texts.manual_points import manual_reason

WELCOME = "welcome"
# How an operation says that a gift was taken back: its payments or a friend's visit were refunded.
UNDONE_GIFTS = {"lapsed_gift", "undone_gift"}
REFUND_KINDS = {OperationKind.RETURN, OperationKind.TAKE_BACK}
# Their points without a day of their own live by the account's rolling date. What a refund gives back goes to the
# lots it came from, so its row has no day to tell unless a new lot was made.
ROLLING_KINDS = {OperationKind.EARN, OperationKind.GIFT, OperationKind.ADJUST, OperationKind.OPENING}

TITLES = {
    OperationKind.EARN: gettext_lazy("Earned for a visit"),
    OperationKind.GIFT: gettext_lazy("Gift"),
    OperationKind.SPEND: gettext_lazy("Spent at a visit"),
    OperationKind.RETURN: gettext_lazy("Refund"),
    OperationKind.TAKE_BACK: gettext_lazy("Refund"),
    OperationKind.BURN: gettext_lazy("Burnt"),
    OperationKind.RELEASE: gettext_lazy("Points became available"),
    OperationKind.VISIT: gettext_lazy("Visit closed"),
    OperationKind.ADJUST: gettext_lazy("Corrected by the clinic"),
    OperationKind.TRANSFER: gettext_lazy("Moved between accounts"),
    OperationKind.OPENING: gettext_lazy("Opening balance"),
}

PRIVILEGE_TITLES = {
    OperationKind.SPEND: gettext_lazy("Spent on a reward"),
    OperationKind.RETURN: gettext_lazy("Given back for an unused code"),
}


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a history is worded: what burns when, by which program, in which calendar, and when."""

    schedule: tuple[BurnDay, ...]
    rolling_until: date | None
    program: CompiledProgram | None
    tz: ZoneInfo
    at: datetime

    @property
    def today(self) -> date:
        return local_date(self.at, self.tz)


@dataclass(frozen=True, slots=True)
class HistoryRow:
    day: date  # in the clinic's calendar
    place: str  # the day and the receipt
    title: str
    amount: str
    is_gain: bool
    details: tuple[str, ...]
    services: tuple[str, ...] = ()
    why_not_more: tuple[str, ...] = ()  # rules that do not apply, and why


def history_row(
    row: StatementRow, *, receipt: int | None, reader: Reader, services: tuple[str, ...] = ()
) -> HistoryRow:
    """The row in the language of the page; `receipt` is the number of the one behind it."""
    details = [*_reasons(row, reader), _life(row, reader)]
    return HistoryRow(
        day=local_date(row.effective_at, reader.tz),
        place=_place(row, receipt=receipt, reader=reader),
        title=_title(row, receipt, reader=reader),
        amount=signed_text(row.units),
        is_gain=row.units > 0,
        details=tuple(detail for detail in details if detail),
        services=services,
        why_not_more=_skipped(row, reader) if row.kind == OperationKind.EARN else (),
    )


def is_welcome(row: StatementRow) -> bool:
    return (row.explanation or {}).get("rule") == WELCOME


def _place(row: StatementRow, *, receipt: int | None, reader: Reader) -> str:
    day = day_text(local_date(row.effective_at, reader.tz), today=reader.today)
    if receipt is None or row.kind in REFUND_KINDS:
        return day
    return _("%(day)s, receipt %(number)s") % {"day": day, "number": receipt}


def _title(row: StatementRow, receipt: int | None, *, reader: Reader) -> str:
    if row.kind == OperationKind.GIFT and is_welcome(row):
        return _("Welcome gift")
    if UNDONE_GIFTS & (row.explanation or {}).keys():
        return _("Gift taken back")
    if "privilege" in (row.explanation or {}):
        return str(PRIVILEGE_TITLES[OperationKind(row.kind)])
    if row.kind in REFUND_KINDS and receipt:
        return _("Refund of receipt %(number)s") % {"number": receipt}
    if row.kind == OperationKind.GIFT and reader.program is not None and "rule" in (row.explanation or {}):
        return rule_title(reader.program, (row.explanation or {})["rule"])
    return str(TITLES[OperationKind(row.kind)])


def _reasons(row: StatementRow, reader: Reader) -> list[str]:
    match row.kind:
        case OperationKind.EARN | OperationKind.SPEND:
            is_imported = row.source == Source.IMPORT
            return [_("From the clinic's earlier records.")] if is_imported else list(_rules(row, reader))
        case OperationKind.RETURN:
            return [_("Spent points returned.")]
        case OperationKind.TAKE_BACK:
            return [_taken_back(row, reader)]
        case OperationKind.BURN:
            return [_("Their last day has passed.")]
        case OperationKind.ADJUST:
            return [manual_reason(row.explanation)]
    return []


def _taken_back(row: StatementRow, reader: Reader) -> str:
    explanation = row.explanation or {}
    if "undone_gift" in explanation:
        return _("What it had been given for was refunded.")
    code = explanation.get("lapsed_gift")
    if code is None:
        return _("Earned points taken back.")
    title = rule_title(reader.program, code) if reader.program else code
    return _("“%(gift)s”: after a refund your payments no longer reach its sum.") % {"gift": title}


def _rules(row: StatementRow, reader: Reader) -> tuple[str, ...]:
    """By which rule points were given. A rule renamed since then is called by its name of today."""
    if reader.program is None or not (row.explanation or {}).get("earnings"):
        return ()
    explained = explain(row.explanation or {}, program=reader.program)
    return (*explained.discounts, *explained.earnings, *explained.receipt)


def _skipped(row: StatementRow, reader: Reader) -> tuple[str, ...]:
    program = reader.program
    if program is None or row.source == Source.IMPORT:
        return ()
    told = [each for each in (row.explanation or {}).get("skipped", ()) if program.may_be_told(each["rule"])]
    return explain({"skipped": told}, program=program).skipped


def _life(row: StatementRow, reader: Reader) -> str:
    """From when the points of a gain can be spent, or until when they live."""
    if row.units <= 0:
        return ""
    if row.waits_for_visit or (row.available_at is not None and row.available_at > reader.at):
        return _wait(row.available_at, reader)
    if row.never_burns:
        return _("They never burn.") if row.left else ""
    is_rolling = row.last_day is None and row.kind in ROLLING_KINDS
    last_day = reader.rolling_until if is_rolling else row.last_day
    if last_day is None:
        return ""
    if last_day < reader.today:
        return _("Their last day was %(day)s.") % {"day": day_text(last_day, today=reader.today)}
    return _burn(last_day, is_rolling=is_rolling, reader=reader) if row.left else ""


def _wait(available_at: datetime | None, reader: Reader) -> str:
    if available_at is None:
        return _("Available once the visit is closed.")
    day = day_text(local_date(available_at, reader.tz), today=reader.today)
    return _("Available from %(day)s.") % {"day": day}


def _burn(last_day: date, *, is_rolling: bool, reader: Reader) -> str:
    """Nothing once all points of that day have been spent."""
    words = {"day": day_text(last_day, today=reader.today)}
    if not any(item.last_day == last_day and item.is_rolling == is_rolling for item in reader.schedule):
        return ""
    if is_rolling:
        return _("Burns on %(day)s unless you pay for a visit before.") % words
    return _("Burns on %(day)s.") % words
