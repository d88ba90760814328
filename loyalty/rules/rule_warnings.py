"""What a valid program says in vain: rules that can never apply, promotions that are over, empty promises.

A warning is a fault that refuses nothing: the program works, but hardly as its author thinks.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from loyalty.rules.overlap import holds_whenever, may_both_hold
from loyalty.rules.program_warnings import gift_warnings, limit_warnings, reminder_warnings, tier_warnings
from loyalty.rules.rule_checks import BASE, Placed, earning_rules, promotions
from loyalty.rules.shapes import Fault, day_of, decimal_of

Document = Mapping[str, Any]
WEEK = 7


def find_warnings(document: Document, *, day: date) -> list[Fault]:
    """Of a valid document, as on a day; its codes are put in words like those of faults."""
    found: list[Fault] = []
    for placed in (*earning_rules(document), *promotions(document)):
        found += _conditions_never_hold(placed, day=day)
    for warn in (
        _beaten_rules,
        _useless_multipliers,
        _beaten_promotions,
        _empty_promotions,
        _empty_groups,
        limit_warnings,
        tier_warnings,
        gift_warnings,
        reminder_warnings,
    ):
        found += warn(document)
    return found


def _conditions_never_hold(placed: Placed, *, day: date) -> Iterator[Fault]:
    when, path = placed.when, f"{placed.path}.when"
    if _never_such_visit(when):
        yield Fault(f"{path}.visit", "never_such_visit")
    if "days" in placed.rule and "days" in when:
        yield Fault(f"{path}.days", "days_not_used")
    own_path = f"{placed.path}.days" if "days" in placed.rule else f"{path}.days"
    days = placed.rule.get("days", when.get("days", {}))
    last_day = day_of(days.get("last_day"))
    if last_day is not None and last_day < day:
        yield Fault(f"{own_path}.last_day", "is_over", {"day": f"{last_day:%d.%m.%Y}"})
    if "weekdays" in when and _never_such_weekday(when["weekdays"], days):
        yield Fault(f"{path}.weekdays", "never_such_weekday")


def _never_such_visit(when: Document) -> bool:
    """The first visit is number 1 and no multiple of two or more."""
    visit = when.get("visit", {})
    is_first = visit.get("number") == 1 and visit.get("kind") == "number"
    return bool(visit) and (
        (when.get("patients") == "new" and not is_first) or (when.get("patients") == "regular" and is_first)
    )


def _never_such_weekday(weekdays: list[int], days: Document) -> bool:
    first, last = day_of(days.get("first_day")), day_of(days.get("last_day"))
    if first is None or last is None or (last - first).days >= WEEK - 1:
        return False
    within = {(first + timedelta(days=ahead)).isoweekday() for ahead in range((last - first).days + 1)}
    return within.isdisjoint(weekdays)


def _beaten_rules(document: Document) -> Iterator[Fault]:
    """Where one rule counts, a higher one that holds whenever this does leaves it nothing."""
    modes = {group["code"]: group["mode"] for group in document["earning"].get("groups", ())}
    rules = [rule for rule in earning_rules(document) if modes.get(rule.group) != "add_up"]
    has_exclusions = any(document["earning"].get("nothing_on", {}).values())
    for rule in rules:
        for other in rules:
            if _goes_first(other, rule) and _is_multiplier(other) == _is_multiplier(rule):
                # A nearer target reaches lines that exclusions keep from the other rule.
                reaches_further = has_exclusions and _has_target(rule) and not _has_target(other)
                if holds_whenever(other.when, rule.when) and not reaches_further:
                    yield Fault(rule.path, "always_beaten", {"rule": other.rule["code"]})
                    break


def _goes_first(first: Placed, second: Placed) -> bool:
    same_group = first.group == second.group
    return same_group and first.rule.get("priority", 0) > second.rule.get("priority", 0)


def _has_target(placed: Placed) -> bool:
    return any(placed.when.get(kind) for kind in ("services", "categories"))


def _is_multiplier(placed: Placed) -> bool:
    return bool(placed.rule["effect"]["kind"] == "multiplier")


def _useless_multipliers(document: Document) -> Iterator[Fault]:
    rules = earning_rules(document)
    percents = [rule for rule in rules if _gives_percent(rule.rule["effect"])]
    for rule in rules:
        if _is_multiplier(rule) and not any(may_both_hold(rule.when, other.when) for other in percents):
            yield Fault(rule.path, "nothing_to_multiply")


def _gives_percent(effect: Document) -> bool:
    rates = [effect.get("percent", 0), *effect.get("percent_by_tier", {}).values()]
    return effect["kind"] == "percent" and any(decimal_of(rate) for rate in rates)


def _beaten_promotions(document: Document) -> Iterator[Fault]:
    """Among percents alone: of other discounts the receipt decides which takes more."""
    modes = {group["code"]: group["mode"] for group in document.get("discounts", {}).get("groups", ())}
    rules = [placed for placed in promotions(document) if _percent(placed)]
    for rule in rules:
        mode = modes.get(rule.group, "best_of")
        for other in rules:
            wins = _goes_first(other, rule) if mode == "exclusive" else _percent(other) > _percent(rule)
            is_rival = mode != "sequential" and other.group == rule.group and "budget" not in other.rule
            if is_rival and wins and holds_whenever(_with_days(other), _with_days(rule)):
                yield Fault(rule.path, "always_beaten", {"rule": other.rule["code"]})
                break


def _percent(placed: Placed) -> Any:
    """What a promotion takes off as a plain percent; 0 when it is another kind of discount."""
    return decimal_of(placed.rule.get("effect", {}).get("percent", 0)) or 0


def _with_days(placed: Placed) -> Document:
    return {**placed.when, "days": placed.rule["days"]}


def _empty_promotions(document: Document) -> Iterator[Fault]:
    for placed in promotions(document):
        effect = placed.rule.get("effect", {})
        for name in ("percent", "roubles"):
            if effect.get("kind") in ("percent", "amount") and name in effect and not decimal_of(effect[name]):
                yield Fault(f"{placed.path}.effect.{name}", "takes_nothing_off")


def _empty_groups(document: Document) -> Iterator[Fault]:
    sections = (
        ("earning", document["earning"], earning_rules(document)),
        ("discounts", document.get("discounts", {}), promotions(document)),
    )
    for name, section, rules in sections:
        used = {BASE, *(placed.group for placed in rules)}
        for index, group in enumerate(section.get("groups", ())):
            if group["code"] not in used:
                yield Fault(f"$.{name}.groups[{index}]", "empty_group")
