"""The refund as a receptionist asks for it: all that is left, lines that are ticked, or amounts that are typed.

Whatever is wrong is said at its field and everything typed stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import QueryDict
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from clinics.number_texts import money_text
from loyalty.desk.typed_values import Unreadable, read_roubles
from loyalty.models import Refund
from loyalty.privileges.code_names import shown_code
from loyalty.rules.privileges import privilege_key
from loyalty.rules.refund_portions import EVERYTHING, ChosenLines, LineAmounts, Portion, SpreadAmount
from loyalty.rules.refunds import MoreThanLeft
from loyalty.rules.sold import SoldReceipt

# As the fields of the page.
LONGEST_AMOUNT, LONGEST_NOTE = 20, 200
# What survives the end of a session goes through an address: a note may name people, so it does not.
KEPT_FIELDS = ("scope", "line", "amount_line", "line_amount", "amount", "reason")


class Scope(StrEnum):
    EVERYTHING = "everything"
    LINES = "lines"
    LINE_AMOUNTS = "line_amounts"
    AMOUNT = "amount"


@dataclass(slots=True)
class RefundFormLine:
    """A line of the receipt with what is asked for it."""

    position: int
    title: str
    cost: str  # after discounts
    left: str  # empty when nothing is left
    free_note: str  # why it has cost nothing; empty when it has cost something
    is_chosen: bool = False
    amount: str = ""  # as typed
    error: str = ""


@dataclass(slots=True)
class RefundForm:
    scope: Scope
    left: str  # on all lines
    lines: list[RefundFormLine]
    lines_error: str = ""
    amount: str = ""  # as typed
    amount_error: str = ""
    reason: str = ""
    reason_error: str = ""
    note: str = ""
    portion: Portion | None = field(default=EVERYTHING)  # None: a field says why

    @property
    def is_valid(self) -> bool:
        return self.portion is not None and not self.reason_error

    def forgive_blank(self) -> None:
        """Do not call it wrong that nothing has been ticked or typed yet."""
        self.lines_error = ""
        if not self.amount:
            self.amount_error = ""

    def refuse(self, refusal: MoreThanLeft) -> None:
        """Say at its field that less is left than was typed."""
        text = _("Nothing is left here: it has been refunded.")
        if refusal.left_kopecks:
            text = _("%(left)s is left. Type no more than that.") % {"left": money_text(refusal.left_kopecks)}
        line = next((line for line in self.lines if line.position == refusal.position), None)
        if line is None:
            self.amount_error = text
        else:
            line.error = text

    def require_reason(self) -> bool:
        """Whether a reason is chosen; its field says so if not."""
        if not self.reason:
            self.reason_error = _("Choose the reason of the refund.")
        return not self.reason_error


def read_refund_form(data: QueryDict, *, sold: SoldReceipt, titles: Mapping[int, str]) -> RefundForm:
    """Read what was sent, or the empty form: all that is left. No query."""
    chosen = set(data.getlist("line"))
    amounts = dict(zip(data.getlist("amount_line"), data.getlist("line_amount"), strict=False))
    value = sold.point_value_kopecks
    scope, reason = data.get("scope", ""), data.get("reason", "")
    form = RefundForm(
        scope=Scope(scope) if scope in set(Scope) else Scope.EVERYTHING,
        left=money_text(sold.left_kopecks),
        lines=[
            RefundFormLine(
                position=line.position,
                title=titles[line.position],
                cost=money_text(line.price_kopecks(value)),
                left=money_text(line.left_kopecks(value)) if line.left_kopecks(value) else "",
                free_note="" if line.price_kopecks(value) else _free_note(line.position, sold=sold),
                is_chosen=str(line.position) in chosen,
                amount=amounts.get(str(line.position), "").strip()[:LONGEST_AMOUNT],
            )
            for line in sold.lines
        ],
        amount=data.get("amount", "").strip()[:LONGEST_AMOUNT],
        reason=reason if reason in Refund.Reason.values else "",
        note=data.get("note", "").strip()[:LONGEST_NOTE],
    )
    form.portion = PORTIONS[form.scope](form)
    return form


def _free_note(position: int, *, sold: SoldReceipt) -> str:
    """A line that a code paid in full has nothing to give back: the code is good again with the whole receipt."""
    keys = [privilege_key(each.promotion_code) for each in sold.discounts if each.position == position]
    codes = [shown_code(key, get_language() or "") for key in keys if key]
    if not codes:
        return pgettext("line", "free of charge")
    text = _(
        "paid by reward %(codes)s; to give the code back, refund the whole receipt and enter it again without it"
    )
    return text % {"codes": ", ".join(codes)}


def _chosen_lines(form: RefundForm) -> Portion | None:
    positions = [line.position for line in form.lines if line.is_chosen]
    if not positions:
        form.lines_error = _("Tick at least one line.")
        return None
    return ChosenLines(positions)


def _line_amounts(form: RefundForm) -> Portion | None:
    kopecks = {}
    for line in form.lines:
        if not line.amount:
            continue
        try:
            kopecks[line.position] = read_roubles(line.amount)
        except Unreadable as error:
            line.error = error.text
    if not kopecks and not any(line.error for line in form.lines):
        form.lines_error = _("Type the amount of at least one line.")
    if form.lines_error or any(line.error for line in form.lines):
        return None
    return LineAmounts(kopecks)


def _spread_amount(form: RefundForm) -> Portion | None:
    try:
        return SpreadAmount(read_roubles(form.amount))
    except Unreadable as error:
        form.amount_error = error.text
        return None


PORTIONS = {
    Scope.EVERYTHING: lambda _form: EVERYTHING,
    Scope.LINES: _chosen_lines,
    Scope.LINE_AMOUNTS: _line_amounts,
    Scope.AMOUNT: _spread_amount,
}
