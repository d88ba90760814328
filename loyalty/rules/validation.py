"""All faults of a program document at once: its shape first, then what several fields say together.

A check runs only when the sections it reads have the right shape, so that one typing error
does not hide the rest and is not reported twice.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from loyalty.rules import rule_checks
from loyalty.rules.document import PROGRAM
from loyalty.rules.shapes import Fault, decimal_of

Document = Mapping[str, Any]
Check = Callable[[Document], Iterator[Fault]]


def find_faults(document: Any) -> list[Fault]:
    """Everything that is wrong with the document; empty for one that may be compiled."""
    faults = list(PROGRAM.faults(document, "$"))
    if not isinstance(document, dict):
        return faults
    broken = {section for section in SECTIONS for fault in faults if _is_in(section, fault.path)}
    for sections, check in CHECKS:
        if broken.isdisjoint(sections):
            faults += check(document)
    return faults


def _is_in(section: str, path: str) -> bool:
    return path == f"$.{section}" or path.startswith((f"$.{section}.", f"$.{section}["))


def _tier_codes(document: Document) -> list[str]:
    return [level["code"] for level in document.get("tiers", {"levels": []})["levels"]]


def _tiers_rise_from_zero(document: Document) -> Iterator[Fault]:
    levels = document.get("tiers", {"levels": []})["levels"]
    yield from _repeated(_tier_codes(document), lambda i: f"$.tiers.levels[{i}].code")
    thresholds = [decimal_of(level["threshold_roubles"]) or 0 for level in levels]
    for index, threshold in enumerate(thresholds):
        path = f"$.tiers.levels[{index}].threshold_roubles"
        if index == 0 and threshold != 0:
            yield Fault(path, "first_threshold_not_zero")
        if index > 0 and threshold <= thresholds[index - 1]:
            yield Fault(path, "threshold_not_rising")


def _every_tier_has_a_rate(document: Document) -> Iterator[Fault]:
    tiers = _tier_codes(document)
    for index, rule in enumerate(document["earning"]["rules"]):
        path = f"$.earning.rules[{index}].effect"
        if rule["effect"]["kind"] != "percent":
            continue
        by_tier = rule["effect"].get("percent_by_tier", {})
        for tier in by_tier:
            if tier not in tiers:
                yield Fault(f"{path}.percent_by_tier.{tier}", "unknown_tier", {"tier": tier})
        if "percent" in rule["effect"]:
            continue
        if not by_tier:
            yield Fault(path, "no_rate")
        for tier in tiers if by_tier else ():
            if tier not in by_tier:
                yield Fault(f"{path}.percent_by_tier", "tier_without_rate", {"tier": tier})


def _own_lives_do_not_roll(document: Document) -> Iterator[Fault]:
    """The rolling date belongs to the account: a rule can't have another one."""
    common = document["points"]["life"]
    owners = [(f"$.earning.rules[{i}].life", rule) for i, rule in enumerate(document["earning"]["rules"])]
    owners.append(("$.welcome.life", document.get("welcome") or {}))
    owners += [(f"$.gifts[{i}].life", gift) for i, gift in enumerate(document.get("gifts", ()))]
    for path, owner in owners:
        own = owner.get("life", common)
        if own != common and own["kind"] == "rolling_months":
            yield Fault(path, "own_life_without_day")


def _exclusions_differ(document: Document) -> Iterator[Fault]:
    nothing_on = document["redemption"].get("nothing_on", {})
    for kind in ("services", "categories"):
        path = f"$.redemption.nothing_on.{kind}"
        yield from _repeated(nothing_on.get(kind, []), lambda i, path=path: f"{path}[{i}]")  # type: ignore[misc]


def _ladder_falls(document: Document) -> Iterator[Fault]:
    days = document.get("reminders", {"days_before": []})["days_before"]
    for index in range(1, len(days)):
        if days[index] >= days[index - 1]:
            yield Fault(f"$.reminders.days_before[{index}]", "days_not_falling")


def _repeated(codes: Iterable[str], path_of: Callable[[int], str]) -> Iterator[Fault]:
    seen = set()
    for index, code in enumerate(codes):
        if code in seen:
            yield Fault(path_of(index), "repeated", {"value": code})
        seen.add(code)


CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    (("tiers",), _tiers_rise_from_zero),
    (("earning", "discounts", "gifts"), rule_checks.codes_differ),
    (("earning", "discounts"), rule_checks.groups_are_known),
    (("earning", "discounts"), rule_checks.order_is_clear),
    (("earning",), rule_checks.targets_are_not_excluded),
    (("earning", "discounts"), rule_checks.ranges_are_forward),
    (("earning", "discounts", "tiers"), rule_checks.conditions_name_known_tiers),
    (("earning", "gifts"), rule_checks.caps_are_not_below_awards),
    (("earning",), rule_checks.multipliers_multiply),
    (("discounts",), rule_checks.card_levels_rise),
    (("discounts",), rule_checks.roles_stay_below_the_most),
    (("earning", "tiers"), _every_tier_has_a_rate),
    (("points", "earning", "welcome", "gifts"), _own_lives_do_not_roll),
    (("redemption",), _exclusions_differ),
    (("reminders",), _ladder_falls),
)
SECTIONS = frozenset(section for sections, _ in CHECKS for section in sections)
