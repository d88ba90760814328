"""What earning rules, promotions and gifts may not say together: one code twice, an order that nobody can tell,
ranges the wrong way round, a cap below what it caps.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from loyalty.rules.conditions import minutes_of
from loyalty.rules.overlap import may_both_hold
from loyalty.rules.shapes import Fault, day_of, decimal_of

Document = Mapping[str, Any]
BASE = "base"
RESERVED_CODE = "manual"  # of the discount that staff give by hand


@dataclass(frozen=True, slots=True)
class Placed:
    """A rule and where it stands in the document."""

    path: str
    rule: Document

    @property
    def when(self) -> Document:
        found: Document = self.rule.get("when", {})
        return found

    @property
    def group(self) -> str:
        return str(self.rule.get("group", BASE))


def earning_rules(document: Document) -> list[Placed]:
    rules = document["earning"]["rules"]
    return [Placed(f"$.earning.rules[{index}]", rule) for index, rule in enumerate(rules)]


def promotions(document: Document) -> list[Placed]:
    """With the discount card, which is one of them."""
    discounts = document.get("discounts", {})
    found = [
        Placed(f"$.discounts.promotions[{index}]", rule)
        for index, rule in enumerate(discounts.get("promotions", ()))
    ]
    if "card" in discounts:
        found.append(Placed("$.discounts.card", discounts["card"]))
    return found


def gifts(document: Document) -> list[Placed]:
    return [Placed(f"$.gifts[{index}]", rule) for index, rule in enumerate(document.get("gifts", ()))]


def codes_differ(document: Document) -> Iterator[Fault]:
    """Over all sections: awards, discounts and budgets are told apart by nothing else."""
    seen = {RESERVED_CODE}
    for placed in (*earning_rules(document), *promotions(document), *gifts(document)):
        code = placed.rule["code"]
        if code in seen:
            yield Fault(f"{placed.path}.code", "repeated", {"value": code})
        seen.add(code)


def groups_are_known(document: Document) -> Iterator[Fault]:
    sections = (
        ("$.earning.groups", document["earning"].get("groups", ()), earning_rules(document)),
        ("$.discounts.groups", document.get("discounts", {}).get("groups", ()), promotions(document)),
    )
    for path, groups, rules in sections:
        codes = [group["code"] for group in groups]
        for index, code in enumerate(codes):
            if code in codes[:index]:
                yield Fault(f"{path}[{index}].code", "repeated", {"value": code})
        for placed in rules:
            if placed.group not in {BASE, *codes}:
                yield Fault(f"{placed.path}.group", "unknown_group", {"group": placed.group})


def order_is_clear(document: Document) -> Iterator[Fault]:
    """Where only one rule counts, two that mean the same line must differ in priority."""
    modes = {group["code"]: group["mode"] for group in document["earning"].get("groups", ())}
    compete = [rule for rule in earning_rules(document) if modes.get(rule.group) != "add_up"]
    for index, rule in enumerate(compete):
        yield from islice((_clash(rule, other) for other in compete[:index] if _compete(rule, other)), 1)
    groups = document.get("discounts", {}).get("groups", ())
    exclusive = {group["code"] for group in groups if group["mode"] == "exclusive"}
    rivals = [rule for rule in promotions(document) if rule.group in exclusive]
    for index, rule in enumerate(rivals):
        others = (other for other in rivals[:index] if _exclude_each_other(rule, other))
        yield from islice((Fault(rule.path, "order_unclear", {"other": other.path}) for other in others), 1)


def _compete(rule: Placed, other: Placed) -> bool:
    """A rule with conditions goes before the one without: that is the exception to it."""
    return (
        _same_rank(rule, other)
        and _is_multiplier(rule) == _is_multiplier(other)
        and _is_conditional(rule.when) == _is_conditional(other.when)
        and _shared_target(rule.when, other.when) is not None
        and may_both_hold(rule.when, other.when)
    )


def _exclude_each_other(rule: Placed, other: Placed) -> bool:
    """Here the nearer target does not go first: a promotion for everything meets all others."""
    meet = _shared_target(rule.when, other.when) is not None or not (_targets(rule.when) and _targets(other.when))
    return _same_rank(rule, other) and meet and may_both_hold(_with_days(rule), _with_days(other))


def _with_days(placed: Placed) -> Document:
    return {**placed.when, "days": placed.rule.get("days", {})}


def _same_rank(first: Placed, second: Placed) -> bool:
    same_group = first.group == second.group
    return same_group and first.rule.get("priority", 0) == second.rule.get("priority", 0)


def _is_multiplier(placed: Placed) -> bool:
    return bool(placed.rule["effect"]["kind"] == "multiplier")


def _is_conditional(when: Document) -> bool:
    return any(name not in ("services", "categories") for name in when)


def _targets(when: Document) -> set[tuple[str, str]]:
    return {(kind, code) for kind in ("services", "categories") for code in when.get(kind, ())}


def _shared_target(first: Document, second: Document) -> str | None:
    """A target that both name; "" when both mean everything; None when they don't meet at one nearness."""
    own, others = _targets(first), _targets(second)
    if not own and not others:
        return ""
    return min((code for _kind, code in own & others), default=None)


def _clash(rule: Placed, other: Placed) -> Fault:
    target = _shared_target(rule.when, other.when)
    if _is_conditional(rule.when):
        return Fault(rule.path, "order_unclear", {"other": other.path})
    if not target:
        return Fault(rule.path, "plain_rule_repeated", {"other": other.path})
    places = {code: path for path, _kind, code in named_targets(rule.when, f"{rule.path}.when")}
    others = {code: path for path, _kind, code in named_targets(other.when, f"{other.path}.when")}
    return Fault(places[target], "target_taken", {"target": target, "other": others[target]})


def targets_are_not_excluded(document: Document) -> Iterator[Fault]:
    """What earns nothing can't have a rule that gives something for it; and nothing is named twice."""
    taken: dict[tuple[str, str], str] = {}
    for placed in earning_rules(document):
        own: set[tuple[str, str]] = set()
        for path, kind, code in named_targets(placed.when, f"{placed.path}.when"):
            if (kind, code) in own:
                yield Fault(path, "repeated", {"value": code})
            own.add((kind, code))
            taken.setdefault((kind, code), path)
    for path, kind, code in named_targets(document["earning"].get("nothing_on", {}), "$.earning.nothing_on"):
        if (kind, code) in taken:
            yield Fault(path, "target_taken", {"target": code, "other": taken[kind, code]})
        taken[kind, code] = path


def named_targets(targets: Document, path: str) -> Iterator[tuple[str, str, str]]:
    """Path, kind and code of every service and category named."""
    for kind in ("services", "categories"):
        for index, code in enumerate(targets.get(kind, ())):
            yield f"{path}.{kind}[{index}]", kind, code


def ranges_are_forward(document: Document) -> Iterator[Fault]:
    for placed in (*earning_rules(document), *promotions(document)):
        yield from _ranges(placed.when, f"{placed.path}.when")
        if "days" in placed.rule:
            yield from _range(placed.rule["days"], ("first_day", "last_day"), f"{placed.path}.days", day_of)


def _ranges(when: Document, path: str) -> Iterator[Fault]:
    if "days" in when:
        yield from _range(when["days"], ("first_day", "last_day"), f"{path}.days", day_of)
    if "age" in when:
        yield from _range(when["age"], ("from", "to"), f"{path}.age", int)
    if "receipt_roubles" in when:
        yield from _range(when["receipt_roubles"], ("from", "to"), f"{path}.receipt_roubles", decimal_of)
    if "hours" in when and minutes_of(when["hours"]["from"]) >= minutes_of(when["hours"]["to"]):
        yield Fault(f"{path}.hours", "range_reversed")


def _range(bounds: Document, names: tuple[str, str], path: str, read: Any) -> Iterator[Fault]:
    first, last = (read(bounds[name]) if name in bounds else None for name in names)
    if first is None and last is None:
        yield Fault(path, "range_without_bounds")
    elif first is not None and last is not None and first > last:
        yield Fault(path, "range_reversed")


def conditions_name_known_tiers(document: Document) -> Iterator[Fault]:
    tiers = {level["code"] for level in document.get("tiers", {"levels": []})["levels"]}
    for placed in (*earning_rules(document), *promotions(document)):
        for index, tier in enumerate(placed.when.get("tiers", ())):
            if tier not in tiers:
                yield Fault(f"{placed.path}.when.tiers[{index}]", "unknown_tier", {"tier": tier})


def caps_are_not_below_awards(document: Document) -> Iterator[Fault]:
    """A fixed award above its own cap could never be given whole."""
    for placed in (*earning_rules(document), *gifts(document)):
        rule = placed.rule
        points = rule.get("points") or rule.get("effect", {}).get("points")
        caps = {
            "cap_points_per_receipt": rule.get("cap_points_per_receipt"),
            "cap_points_per_patient.points": rule.get("cap_points_per_patient", {}).get("points"),
            "budget.points": rule.get("budget", {}).get("points"),
        }
        for name, cap in caps.items():
            if points is not None and cap is not None and cap < points:
                yield Fault(f"{placed.path}.{name}", "cap_below_award", {"points": points})


def multipliers_multiply(document: Document) -> Iterator[Fault]:
    for placed in earning_rules(document):
        effect = placed.rule["effect"]
        if effect["kind"] == "multiplier" and decimal_of(effect["times"]) == 1:
            yield Fault(f"{placed.path}.effect.times", "multiplier_of_one")


def card_levels_rise(document: Document) -> Iterator[Fault]:
    levels = document.get("discounts", {}).get("card", {}).get("levels", ())
    for index in range(1, len(levels)):
        for name in ("from_roubles", "percent"):
            if (decimal_of(levels[index][name]) or 0) <= (decimal_of(levels[index - 1][name]) or 0):
                yield Fault(f"$.discounts.card.levels[{index}].{name}", "level_not_rising")


def roles_stay_below_the_most(document: Document) -> Iterator[Fault]:
    manual = document.get("discounts", {}).get("manual")
    if manual is None:
        return
    most = decimal_of(manual.get("most_percent", 100)) or 0
    for role, percent in manual["most_percent_by_role"].items():
        if (decimal_of(percent) or 0) > most:
            path = f"$.discounts.manual.most_percent_by_role.{role}"
            yield Fault(path, "role_above_most", {"most": str(most)})
