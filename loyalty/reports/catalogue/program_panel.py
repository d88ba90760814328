"""The program panel: one page for the owner, each figure beside that of the period before."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from loyalty.figures.channels import REFERRALS, channel_names
from loyalty.figures.maths.ratios import basis_points, share
from loyalty.figures.panel import Panel, read_panel, share_of_buyers
from loyalty.reports.catalogue.revenue import (
    AVERAGE_DEFINITION,
    DISCOUNT_DEFINITION,
    REPEAT_DEFINITION,
    REVENUE_DEFINITION,
    SAVING_DEFINITION,
)
from loyalty.reports.catalogue.reviews import KEPT
from loyalty.reports.columns import Behind, Column, Measure, Row, Unit, Value, average, told_as_derived
from loyalty.reports.figure_cells import Named, code_of, days_filters, money, rate
from loyalty.reports.filters import ComparedFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Scope

# Code, title, unit, how it is counted. Rows of features that are not there yet are not listed.
Line = tuple[str, str, Unit, str]


class ProgramPanel(Report):
    code = "program_panel"
    title = _("Program panel")
    lead = _(
        "What the program has, costs and brings. A receipt that two things brought counts to each, once in all."
    )
    section = _("Sales")
    order = 5
    filters = ComparedFilters
    columns = (
        Column("figure", _("Figure"), Unit.TEXT),
        Column("value", _("Value"), Unit.MEASURE),
        Column("before", _("Period compared with"), Unit.MEASURE),
        Column("counted", _("How it is counted"), Unit.TEXT, is_prose=True),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        now = read_panel(scope)
        before = read_panel(scope.before) if scope.before is not None else None
        values, values_before = _values(now), _values(before) if before is not None else {}
        for code, title, unit, counted in _lines(now):
            yield (
                Named(title, code), Measure(values[code], unit), Measure(values_before.get(code), unit), counted
            )  # fmt: skip
        yield from _ways(now, before)

    def behind(self, scope: Scope, column: Column, row: Row) -> Behind | None:
        days = scope.before.days if column.code == "before" and scope.before is not None else scope.days
        if column.code not in {"value", "before"}:
            return None
        code = code_of(row[0])
        if code.startswith("from:"):
            return Behind("sales", days_filters(days) | {"channel": code.removeprefix("from:")})
        report, extra = _BEHIND.get(code, ("", {}))
        return Behind(report, days_filters(days) | extra) if report else None


_BEHIND: dict[str, tuple[str, dict[str, str]]] = {
    "buyers": ("buyers", {}),
    "buyers_share": ("buyers", {}),
    "per_buyer": ("buyers", {}),
    "rpr": ("buyers", {"repeat": "yes"}),
    "revenue": ("sales", {}),
    "aov": ("sales", {}),
    "effective": ("sales", {}),
    "saving": ("sales", {}),
    "contacts": ("patients", {"part": "contacts"}),
    "members": ("patients", {}),
    "new_members": ("patients", {"part": "new_members"}),
    "imported": ("patients", {"part": "imported_members"}),
    "invited": ("patients", {"part": "invited"}),
    "visited": ("patients", {"part": "visited"}),
    "with_card": ("sales", {"identified_by": "with_card"}),
    "with_card_share": ("sales", {"identified_by": "with_card"}),
    "card_bill": ("sales", {"identified_by": "with_card"}),
    "other_bill": ("sales", {"identified_by": "without_card"}),
    REFERRALS: ("sales", {"brought": "friend"}),
    "overlap": ("sales", {"brought": "both"}),
    "once": ("sales", {"brought": "any"}),
    "reviews": ("reviews", {"status": KEPT}),
    "ratings": ("reviews", {"status": KEPT, "stars": "yes"}),
    "rating": ("reviews", {"status": KEPT, "stars": "yes"}),
}


def _lines(panel: Panel) -> Iterator[Line]:
    yield (
        "contacts",
        gettext("Contacts"),
        Unit.COUNT,
        gettext("Known, but have not agreed to the rules; by home clinic."),
    )
    yield "members", gettext("Members"), Unit.COUNT, gettext("Have agreed to the rules by the last day.")
    yield "new_members", gettext("New members"), Unit.COUNT, gettext("Agreed to the rules within the period.")
    yield "imported", gettext("Members from an import"), Unit.COUNT, gettext("Whose consent came with a file.")
    yield "buyers", gettext("Buyers"), Unit.COUNT, gettext("Patients with a purchase.")
    yield "buyers_share", gettext("Buyers of all known"), Unit.RATE, gettext("Of contacts and members together.")
    yield "per_buyer", gettext("Purchases per buyer"), Unit.AVERAGE, gettext("Purchases divided by buyers.")
    yield "rpr", gettext("Repeat purchases (RPR)"), Unit.RATE, str(REPEAT_DEFINITION)
    yield "revenue", gettext("Revenue"), Unit.MONEY, str(REVENUE_DEFINITION)
    yield "aov", gettext("Average bill (AOV)"), Unit.MONEY, str(AVERAGE_DEFINITION)
    yield "with_card", gettext("Purchases with a card"), Unit.COUNT, gettext("Found by card number or QR code.")
    yield "with_card_share", gettext("Purchases with a card, share"), Unit.RATE, gettext("Of all purchases.")
    yield "card_bill", gettext("Average bill with a card"), Unit.MONEY, gettext("By card number or QR code.")
    yield "other_bill", gettext("Average bill without a card"), Unit.MONEY, gettext("Found in any other way.")
    yield "effective", gettext("Effective discount"), Unit.RATE, str(DISCOUNT_DEFINITION)
    yield (
        "invited",
        gettext("Invited by friends"),
        Unit.COUNT,
        gettext("With an inviter recorded within the period."),
    )
    if panel.invited.number:
        yield "visited", gettext("Of them bought"), Unit.COUNT, gettext("With a purchase within the period.")
        yield (
            "depth",
            gettext("Circles of friends"),
            Unit.COUNT,
            told_as_derived(gettext("The longest chain that ends with one of them.")),
        )
    yield "reviews", gettext("Reviews"), Unit.COUNT, gettext("Left within the period; declined ones are left out.")
    if panel.reviews.number:
        yield (
            "ratings",
            gettext("Ratings"),
            Unit.COUNT,
            gettext("Reviews with stars; public sites do not tell theirs."),
        )
        yield (
            "rating",
            gettext("Average rating"),
            Unit.AVERAGE,
            gettext("Stars of these reviews, five at the most."),
        )
    yield "saving", gettext("Saving against the old discount"), Unit.MONEY, str(SAVING_DEFINITION)


def _values(panel: Panel) -> dict[str, Value]:
    people, sales = panel.people, panel.sales
    return {
        "contacts": people.contacts,
        "members": people.members,
        "new_members": people.new_members,
        "imported": people.imported_members,
        "buyers": sales.buyers,
        "buyers_share": share_of_buyers(panel),
        "per_buyer": average(sales.receipts, sales.buyers),
        "rpr": rate(sales.repeat_rate),
        "revenue": money(sales.paid),
        "aov": money(sales.average_bill),
        "with_card": panel.with_card.receipts,
        "with_card_share": basis_points(share(panel.with_card.receipts, sales.receipts)),
        "card_bill": money(panel.with_card.average_bill),
        "other_bill": money(panel.without_card.average_bill),
        "effective": rate(sales.effective_discount),
        "invited": panel.invited.number,
        "visited": panel.invited.visited,
        "depth": panel.invited.depth,
        "reviews": panel.reviews.number,
        "ratings": panel.reviews.rated,
        "rating": panel.reviews.rating,
        "saving": money(panel.saving),
    }


def _ways(now: Panel, before: Panel | None) -> Iterator[Row]:
    """Revenue by what brought it, the overlap, and the total in which each receipt counts once."""
    was, names = before.revenue.by_way if before is not None else {}, channel_names()
    for way in sorted(now.revenue.by_way, key=lambda one: (-now.revenue.by_way[one], one)):
        is_friend = way == REFERRALS
        title = (
            gettext("Revenue of invited patients")
            if is_friend
            else gettext("Revenue of “%(source)s”") % {"source": names.get(way, way)}
        )
        counted = gettext("Patients with an inviter.") if is_friend else gettext("Receipts that keep the channel.")
        code = REFERRALS if is_friend else f"from:{way}"
        yield _money_row(code, title, now.revenue.by_way[way], was.get(way, 0) if before else None, counted)
    yield _money_row(
        "overlap", gettext("Counted twice above (overlap)"), now.revenue.overlap,
        before.revenue.overlap if before else None,
        gettext("Receipts with a channel, of patients with an inviter."),
    )  # fmt: skip
    yield _money_row(
        "once", gettext("Revenue of channels and friends, each receipt once"), now.revenue.once,
        before.revenue.once if before else None, gettext("The lines above less the overlap."),
    )  # fmt: skip
    yield _money_row(
        "total", gettext("Total effect"), now.total_effect, before.total_effect if before else None,
        told_as_derived(gettext("Revenue of channels and friends, each receipt once, and the saving.")),
    )  # fmt: skip


def _money_row(code: str, title: str, now: int | None, before: int | None, counted: str) -> Row:
    values: list[Decimal | None] = [money(now), money(before)]
    return (Named(title, code), *(Measure(value, Unit.MONEY) for value in values), counted)
