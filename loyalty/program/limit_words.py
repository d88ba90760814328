"""How much a rule may give: caps, which everybody reads, and budgets, which are the staff's."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text, number_text, points_word
from loyalty.rules.amounts import kopecks_of

Document = Mapping[str, Any]


def cap_texts(rule: Document) -> list[str]:
    """A sentence per cap of the rule."""
    texts = []
    per_receipt = rule.get("cap_points_per_receipt")
    if per_receipt is not None:
        texts.append(
            ngettext("At most %(count)s point a receipt.", "At most %(count)s points a receipt.", per_receipt)
            % {"count": number_text(per_receipt)}
        )
    if "cap_points_per_patient" in rule:
        cap = rule["cap_points_per_patient"]
        texts.append(PER_PATIENT[cap["period"]](cap["points"]) % {"count": number_text(cap["points"])})
    return texts


def budget_text(budget: Document, *, title: str) -> str:
    amount = points_word(budget["points"]) if "points" in budget else money_text(kopecks_of(budget["roubles"]))
    words = {"rule": title, "amount": amount}
    texts = [BUDGETS[budget["period"]]() % words]
    if budget.get("per_clinic", False):
        texts.append(_("Every clinic has a budget of its own."))
    if budget.get("when_short", "part") == "part":
        texts.append(_("When less is left than is due, what is left is given."))
    else:
        texts.append(_("When less is left than is due, nothing is given."))
    return " ".join(texts)


PER_PATIENT: dict[str, Callable[[int], str]] = {
    "month": lambda points: ngettext(
        "At most %(count)s point a patient and month.", "At most %(count)s points a patient and month.", points
    ),
    "quarter": lambda points: ngettext(
        "At most %(count)s point a patient and quarter.", "At most %(count)s points a patient and quarter.", points
    ),
    "year": lambda points: ngettext(
        "At most %(count)s point a patient and year.", "At most %(count)s points a patient and year.", points
    ),
    "program": lambda points: ngettext(
        "At most %(count)s point a patient over all the time.",
        "At most %(count)s points a patient over all the time.",
        points,
    ),
}
BUDGETS: dict[str, Callable[[], str]] = {
    "month": lambda: _("Budget of “%(rule)s”: %(amount)s a month."),
    "quarter": lambda: _("Budget of “%(rule)s”: %(amount)s a quarter."),
    "year": lambda: _("Budget of “%(rule)s”: %(amount)s a year."),
    "program": lambda: _("Budget of “%(rule)s”: %(amount)s over all the time."),
}
