"""Sentences that say why a receipt spends and earns what it does, in the reader's language.

Made of a stored explanation (codes and numbers) and the titles of the program version that gave it, by the same
functions for the desk, the cabinet and the API. A category is named only to a caller who brings its name:
without one the sentence reveals no service.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.number_texts import money_text, number_text, percent_text
from loyalty.privileges.code_names import shown_code
from loyalty.rules.compiled import Basis, CompiledProgram
from loyalty.rules.discounts import MANUAL
from loyalty.rules.privileges import privilege_key
from loyalty.rules.quote import EarningKind
from loyalty.texts.skip_texts import limit_text, skip_text

Data = Mapping[str, Any]
NO_NAMES: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Explained:
    """Whole sentences, ready to show; empty where there is nothing to say."""

    lines: Mapping[int, tuple[str, ...]]  # by position of the receipt line
    discounts: tuple[str, ...]  # which promotion took what off
    spend: tuple[str, ...]  # why fewer points are spent than asked for
    earnings: tuple[str, ...]  # which rule gave points, and of what
    receipt: tuple[str, ...]  # about the receipt as a whole
    skipped: tuple[str, ...]  # which rules and promotions do not apply, and why


def explain(
    explanation: Data, *, program: CompiledProgram, category_names: Mapping[str, str] = NO_NAMES
) -> Explained:
    """Read a whole explanation of a quote, or a part of one as operations store it.

    `program` is the version that made it; `category_names` are by code.
    """
    spend = explanation.get("spend", {})
    points = {"points": spend.get("points", 0)}

    def title_of(code: str) -> str:
        return rule_title(program, code)

    return Explained(
        lines={
            line["position"]: tuple(_reason(reason, category_names) for reason in line["reasons"])
            for line in explanation.get("lines", ())
        },
        discounts=tuple(
            _("%(promotion)s: %(money)s off.")
            % {"promotion": title_of(discount["code"]), "money": money_text(discount["kopecks"])}
            for discount in explanation.get("discounts", ())
        ),
        spend=tuple(
            _reason({**reason, **points}, category_names) for reason in _binding(spend.get("reasons", ()))
        ),
        earnings=tuple(_earning(earning, program, spend) for earning in explanation.get("earnings", ())),
        receipt=tuple(
            limit_text(reason, title_of=title_of) if "rule" in reason else _reason(reason, category_names)
            for reason in explanation.get("reasons", ())
        ),
        skipped=tuple(skip_text(each, title_of=title_of) for each in explanation.get("skipped", ())),
    )


def rule_title(program: CompiledProgram, code: str) -> str:
    """The title of a rule or promotion in the reader's language; its code when the program has none such."""
    if code == MANUAL:
        return _("Discount approved by hand")
    if key := privilege_key(code):
        return _("Privilege by code %(code)s") % {"code": shown_code(key, get_language() or "ru")}
    title = program.titles.get(code)
    return code if title is None else title.in_language(get_language() or "ru")


def tier_title(program: CompiledProgram, code: str) -> str:
    """The tier's title in the reader's language; its code when the program has no such tier."""
    tier = program.tier_by_code.get(code)
    return code if tier is None else tier.title.in_language(get_language() or "ru")


def _binding(reasons: Sequence[Data]) -> list[Data]:
    """Of the balance and the receipt's limit only what decided: both would say the same lowered number twice."""
    bounds = {
        reason["code"]: reason["spendable"] if reason["code"] == "spend_insufficient" else reason["limit"]
        for reason in reasons
        if reason["code"] in {"spend_insufficient", "spend_capped"}
    }
    decided = min(bounds, key=lambda code: bounds[code], default="")
    return [reason for reason in reasons if reason["code"] not in bounds or reason["code"] == decided]


def _earning(earning: Data, program: CompiledProgram, spend: Data) -> str:
    words = {
        "rule": rule_title(program, earning["rule"]),
        "rate": percent_text(earning["rate_bp"]),
        "base": money_text(earning["base_kopecks"]),
        "points": number_text(earning["points"]),
    }
    if earning["kind"] == EarningKind.VISIT:
        return _("%(rule)s: +%(points)s for the visit.") % words
    if earning["kind"] == EarningKind.LINE:
        return _("%(rule)s: +%(points)s for the services it means.") % words
    if earning["basis"] == Basis.MONEY and spend.get("points"):
        return _("%(rule)s: %(rate)s of %(base)s; points earn no points.") % words
    return _("%(rule)s: %(rate)s of %(base)s.") % words


def _reason(reason: Data, category_names: Mapping[str, str]) -> str:
    name = category_names.get(reason.get("category", ""))
    if name and reason["code"] in NAMED_REASONS:
        return NAMED_REASONS[reason["code"]]() % {"name": name}
    return REASONS[reason["code"]](reason)


def _insufficient(reason: Data) -> str:
    count = reason["spendable"]
    return ngettext(
        "Only %(count)s point can be spent. We set %(points)s.",
        "Only %(count)s points can be spent. We set %(points)s.",
        count,
    ) % {"count": number_text(count), "points": number_text(reason["points"])}


def _capped(reason: Data) -> str:
    return _("At most %(limit)s can be spent on this receipt. We set %(points)s.") % {
        "limit": number_text(reason["limit"]),
        "points": number_text(reason["points"]),
    }


def _debt(reason: Data) -> str:
    count = reason["debt"]
    return ngettext(
        "There is a debt of %(count)s point: new points pay it off first, then they can be spent.",
        "There is a debt of %(count)s points: new points pay it off first, then they can be spent.",
        count,
    ) % {"count": number_text(count)}


def _earn_capped(reason: Data) -> str:
    count = reason["lost"]
    return ngettext(
        "%(count)s point above the limit is not given.",
        "%(count)s points above the limit are not given.",
        count,
    ) % {"count": number_text(count)}


NAMED_REASONS: dict[str, Callable[[], str]] = {
    "spend_excluded_category": lambda: _("Not payable with points: the rules exclude “%(name)s”."),
    "earn_excluded_category": lambda: _("Earns no points: the rules exclude “%(name)s”."),
}
REASONS: dict[str, Callable[[Data], str]] = {
    "spend_excluded_service": lambda _reason: _("Not payable with points: the rules exclude this service."),
    "spend_excluded_category": lambda _reason: _("Not payable with points: the rules exclude this category."),
    "spend_not_member": lambda _reason: _("Only members of the program can spend points."),
    "spend_insufficient": _insufficient,
    "spend_capped": _capped,
    "spend_debt": _debt,
    "earn_excluded_service": lambda _reason: _("Earns no points: the rules exclude this service."),
    "earn_excluded_category": lambda _reason: _("Earns no points: the rules exclude this category."),
    "earn_no_rule": lambda _reason: _("Earns no points: no rule covers this service."),
    "earn_not_member": lambda _reason: _("Earns no points: the patient has not joined the program yet."),
    "earn_capped": _earn_capped,
}
