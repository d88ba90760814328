"""A quote as the desk shows it: sums, choices of spending, a reason at every line."""

from dataclasses import dataclass

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.number_texts import money_text, number_text, percent_text, signed_text
from loyalty.checkout.quoting import QuotedReceipt
from loyalty.models import ManualDiscount
from loyalty.rules.facts import SpendKind
from loyalty.rules.privileges import privilege_key
from loyalty.rules.quote import LineQuote
from loyalty.texts.explanations import Explained, explain


@dataclass(frozen=True, slots=True)
class SpendOption:
    value: str
    label: str
    points: str
    is_chosen: bool
    is_possible: bool


@dataclass(frozen=True, slots=True)
class Cover:
    """What pays a part of the receipt before points do, in the order of paying."""

    label: str
    sum: str


@dataclass(frozen=True, slots=True)
class QuotePanel:
    token: str
    total: str
    discount: str  # empty when nothing comes off
    discount_notes: tuple[str, ...]
    covers: tuple[Cover, ...]  # so far codes of rewards; certificates and packages have their place here
    cover_notes: tuple[str, ...]  # codes that take nothing off, goods to hand over
    may_discount: bool  # the program knows discounts by hand
    manual_note: str  # a discount by hand that waits or was refused
    may_spend: str
    options: tuple[SpendOption, ...]
    spend_notes: tuple[str, ...]
    spent: str  # empty when nothing is spent
    to_pay: str
    earned: str
    waiting: str  # which of them wait until the visit is closed; empty when none
    earn_notes: tuple[str, ...]
    skip_notes: tuple[str, ...]  # rules that do not apply, and why, but for codes


def quote_panel(quoted: QuotedReceipt) -> tuple[QuotePanel, list[tuple[str, ...]]]:
    """The panel, and sentences for every line in the order of the form."""
    quote = quoted.quote
    explained = explain(
        quote.explanation(), program=quoted.running.program, category_names=quoted.catalogue.category_names
    )
    covered = sum(discount.kopecks for discount in quote.discounts if privilege_key(discount.code))
    discounted = quote.discount_kopecks - covered
    skipped: dict[bool, list[str]] = {True: [], False: []}
    for each, text in zip(quote.skipped, explained.skipped, strict=True):
        skipped[bool(privilege_key(each.code))].append(text)
    panel = QuotePanel(
        token=quoted.token,
        total=money_text(quote.total_kopecks),
        discount=money_text(-discounted) if discounted else "",
        discount_notes=explained.discounts,
        covers=(Cover(_("Covered by rewards"), money_text(-covered)),) if covered else (),
        cover_notes=(*skipped[True], *_handed_over(quoted)),
        may_discount=quoted.running.program.discounts.manual is not None,
        manual_note=_manual_note(quoted.manual),
        may_spend=number_text(quote.spend.available),
        options=_options(quoted),
        spend_notes=explained.spend,
        spent=number_text(-quote.spend.points) if quote.spend.points else "",
        to_pay=money_text(quote.money_kopecks),
        earned=signed_text(quote.earned_points),
        waiting=waiting_text(quote.waiting_points),
        earn_notes=(*explained.earnings, *explained.receipt),
        skip_notes=tuple(skipped[False]),
    )
    return panel, [_line_reasons(line, explained, cap_bp=quote.spend.cap_bp) for line in quote.lines]


def _handed_over(quoted: QuotedReceipt) -> list[str]:
    language = get_language() or ""
    titles = [each.code.privilege.title_in(language) for each in quoted.privileges if each.terms.is_handed_over]
    return [_("Hand over: %(title)s.") % {"title": title} for title in titles]


def waiting_text(points: int) -> str:
    """Empty when nothing waits."""
    if not points:
        return ""
    return ngettext(
        "%(count)s point becomes available when the visit is closed.",
        "%(count)s points become available when the visit is closed.",
        points,
    ) % {"count": number_text(points)}


def _manual_note(discount: ManualDiscount | None) -> str:
    if discount is None or discount.approver is None:
        return ""
    words = {
        "percent": percent_text(discount.rate_bp),
        "person": discount.approver.get_full_name() or discount.approver.get_username(),
        "reason": discount.decision_note,
    }
    if discount.status == ManualDiscount.Status.WAITING:
        return _("A discount of %(percent)s waits for %(person)s to decide. Quote again later.") % words
    if discount.status == ManualDiscount.Status.REFUSED:
        return _("%(person)s has refused the discount of %(percent)s: %(reason)s") % words
    return _("%(person)s has approved the discount of %(percent)s.") % words


def _options(quoted: QuotedReceipt) -> tuple[SpendOption, ...]:
    spend = quoted.quote.spend
    chosen = spend.choice.kind
    burning = min(spend.available, sum(item.points for item in quoted.member.burning))
    rows: tuple[tuple[SpendKind, str, str, bool], ...] = (
        (SpendKind.NONE, _("Spend nothing"), "", True),
        (SpendKind.BURNING, _("Only the burning ones"), number_text(burning), burning > 0),
        (SpendKind.MAXIMUM, _("Maximum"), number_text(spend.available), spend.available > 0),
        (SpendKind.AMOUNT, _("Another amount"), "", spend.available > 0),
    )
    return tuple(
        SpendOption(value=kind.value, label=label, points=points, is_chosen=kind is chosen, is_possible=possible)
        for kind, label, points, possible in rows
    )


def _line_reasons(line: LineQuote, explained: Explained, *, cap_bp: int) -> tuple[str, ...]:
    reasons = explained.lines[line.position]
    if not (line.is_eligible and line.spend_limit):
        return reasons
    may_spend = _("spend up to %(limit)s (%(cap)s)") % {
        "limit": number_text(line.spend_limit),
        "cap": percent_text(cap_bp),
    }
    return (may_spend, *reasons)
