"""Why an operation of the ledger was made, as the staff read it on the patient's card and in the journal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loyalty.models import Privilege
from loyalty.receipt_numbers import receipt_numbers
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import explain, rule_title
from loyalty.texts.manual_points import manual_reason

WELCOME = "welcome"


@dataclass(frozen=True, slots=True)
class Act:
    """What an operation keeps of why it was made; `comment` is what the staff wrote."""

    operation_id: int
    reversal_of_id: int | None
    comment: str
    explanation: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Names:
    """What operations are about: numbers of receipts by operation, titles of rewards by id."""

    receipts: Mapping[int, int]
    rewards: Mapping[int, str]


def read_names(acts: Collection[Act]) -> Names:
    """One query, and one more where points went for rewards."""
    rewards = {act.explanation["privilege"] for act in acts if "privilege" in act.explanation}
    language = get_language() or ""
    return Names(
        receipts=receipt_numbers({act.reversal_of_id or act.operation_id for act in acts}),
        # An empty set asks no question.
        rewards={each.pk: each.title_in(language) for each in Privilege.objects.filter(pk__in=rewards)},
    )


def operation_reason(act: Act, *, program: CompiledProgram | None, names: Names) -> str:
    """The receipt and the rules that counted, or points by hand with their comment, the gift, the reward.

    Without a program no rule and no gift has a name.
    """
    return (
        ". ".join(part for part in (_receipt(act, names.receipts), _rules(act.explanation, program)) if part)
        or ". ".join(part for part in (manual_reason(act.explanation), act.comment) if part)
        or _gift(act.explanation, program)
        or _reward(act.explanation, names.rewards)
    )


def _rules(explanation: Mapping[str, Any], program: CompiledProgram | None) -> str:
    if program is None:
        return ""
    explained = explain(explanation, program=program)
    return " ".join((*explained.earnings, *explained.spend))


def _gift(explanation: Mapping[str, Any], program: CompiledProgram | None) -> str:
    """Which gift was given, or taken back after a refund."""
    code = str(explanation.get("lapsed_gift") or explanation.get("undone_gift") or explanation.get("rule"))
    if code == WELCOME:
        return _("Welcome gift")
    if program is None or code not in program.titles:
        return ""
    title = rule_title(program, code)
    if "undone_gift" in explanation:
        return _("“%(gift)s”: the friend's visit was refunded.") % {"gift": title}
    if "lapsed_gift" in explanation:
        return _("“%(gift)s”: after a refund the payments no longer reach its sum.") % {"gift": title}
    return title


def _reward(explanation: Mapping[str, Any], rewards: Mapping[int, str]) -> str:
    """What points were spent on, or came back for when its code was not used in time."""
    title = rewards.get(explanation.get("privilege", 0))
    return _("Reward “%(title)s”") % {"title": title} if title else ""


def _receipt(act: Act, numbers: Mapping[int, int]) -> str:
    number = numbers.get(act.reversal_of_id or act.operation_id)
    if number is None:
        return ""
    text = _("Refund of receipt %(number)s") if act.reversal_of_id else _("Receipt %(number)s")
    return text % {"number": number}
