"""Which of several rules counts and which add up: told only where two rules can meet on one receipt."""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.program.telling import Section, Sentence, Telling, is_personal, title_of
from loyalty.program.word_lists import and_list, or_list, quoted, then_list
from loyalty.rules.overlap import may_both_hold
from loyalty.rules.rule_checks import BASE, Placed


def earning_orders(rules: list[Placed], telling: Telling) -> Iterator[Sentence]:
    modes = _modes(telling, section="earning")
    groups = _by_group(rules)
    for group, members in groups.items():
        key, path = f"earning.groups.{group}", "$.earning.groups"
        if modes.get(group) == "add_up":
            if _can_meet(members):
                text = _("Points of the rules %(rules)s add up.") % {"rules": _titles(members)}
                yield _sentence(Section.EARNING, key, path, text, members)
            continue
        for suffix, rivals in _rivals(members):
            if _can_meet(rivals):
                text = _first_match(rivals)
                yield _sentence(Section.EARNING, f"{key}{suffix}", path, text, rivals)
    besides = [placed for group, members in groups.items() if group != _main(groups) for placed in members]
    if besides and _can_meet(rules):
        text = ngettext(
            "Points of the rule %(rules)s are given besides the others.",
            "Points of the rules %(rules)s are given besides the others.",
            len(besides),
        ) % {"rules": _titles(besides)}
        yield _sentence(Section.EARNING, "earning.groups", "$.earning.groups", text, besides)


def discount_orders(promotions: list[Placed], telling: Telling) -> Iterator[Sentence]:
    modes = _modes(telling, section="discounts")
    groups = _by_group(promotions)
    path = "$.discounts.groups"
    for group, members in groups.items():
        if _can_meet(members):
            text = DISCOUNT_ORDERS[modes.get(group, "best_of")](members)
            yield _sentence(Section.DISCOUNTS, f"discounts.groups.{group}", path, text, members)
    if len(groups) > 1 and _can_meet(promotions):
        steps = [
            or_list([quoted(title_of(placed)) for placed in groups[group]]) for group in _steps(groups, modes)
        ]
        text = _("Discounts are taken off one after the other: %(order)s.") % {"order": then_list(steps)}
        yield _sentence(Section.DISCOUNTS, "discounts.groups", path, text, promotions)


def _sentence(section: Section, key: str, path: str, text: str, rules: list[Placed]) -> Sentence:
    return Sentence(section, key, path, text, is_internal=any(map(is_personal, rules)))


def _modes(telling: Telling, *, section: str) -> dict[str, str]:
    groups = telling.document.get(section, {}).get("groups", ())
    return {group["code"]: group["mode"] for group in groups}


def _by_group(rules: list[Placed]) -> dict[str, list[Placed]]:
    found: dict[str, list[Placed]] = {}
    for placed in rules:
        found.setdefault(placed.group, []).append(placed)
    return found


def _main(groups: Mapping[str, list[Placed]]) -> str:
    return BASE if BASE in groups else next(iter(groups))


def _steps(groups: Mapping[str, list[Placed]], modes: Mapping[str, str]) -> list[str]:
    """Discount groups apply in the order of the document; the base group goes first unless it is named there."""
    order = list(modes) if BASE in modes else [BASE, *modes]
    return [group for group in order if group in groups]


def _rivals(members: list[Placed]) -> list[tuple[str, list[Placed]]]:
    """Multipliers compete among themselves, all others among themselves."""
    multipliers = [placed for placed in members if placed.rule["effect"]["kind"] == "multiplier"]
    others = [placed for placed in members if placed not in multipliers]
    return [("", others), (".multipliers", multipliers)]


def _can_meet(rules: list[Placed]) -> bool:
    return any(may_both_hold(_conditions(one), _conditions(other)) for one, other in combinations(rules, 2))


def _conditions(placed: Placed) -> Mapping[str, object]:
    return {**placed.when, "days": placed.rule["days"]} if "days" in placed.rule else placed.when


def _ranks(rules: list[Placed]) -> list[list[Placed]]:
    """The higher priority first."""

    def priority(placed: Placed) -> int:
        return -int(placed.rule.get("priority", 0))

    return [list(same) for _priority, same in groupby(sorted(rules, key=priority), key=priority)]


def _order(ranks: list[list[Placed]]) -> str:
    return then_list([or_list([quoted(title_of(placed)) for placed in rank]) for rank in ranks])


def _titles(rules: list[Placed]) -> str:
    return and_list([quoted(title_of(placed)) for placed in rules])


def _first_match(rules: list[Placed]) -> str:
    ranks = _ranks(rules)
    if len(ranks) == 1:
        return _("Where several rules fit, one gives points: the most exact one.")
    text = _("Where several rules fit, one gives points, the first in this order: %(order)s.") % {
        "order": _order(ranks)
    }
    if all(len(rank) == 1 for rank in ranks):
        return text
    return " ".join((text, _("Of equal ones it is the most exact.")))


def _exclusive(promotions: list[Placed]) -> str:
    return _("Where several discounts fit, one applies, the first in this order: %(order)s.") % {
        "order": _order(_ranks(promotions))
    }


def _best_of(promotions: list[Placed]) -> str:
    return _("Of the discounts %(discounts)s the larger one applies.") % {"discounts": _titles(promotions)}


def _sequential(promotions: list[Placed]) -> str:
    in_turn = [placed for rank in _ranks(promotions) for placed in sorted(rank, key=lambda p: str(p.rule["code"]))]
    return _("These discounts apply together, each to what is left to pay: %(order)s.") % {
        "order": then_list([quoted(title_of(placed)) for placed in in_turn])
    }


DISCOUNT_ORDERS: dict[str, Callable[[list[Placed]], str]] = {
    "exclusive": _exclusive,
    "best_of": _best_of,
    "sequential": _sequential,
}
