"""What a valid program promises in vain outside its rules: limits, tiers, reminders."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from loyalty.rules.gift_shapes import is_heard
from loyalty.rules.rule_checks import earning_rules, gifts
from loyalty.rules.shapes import Fault, decimal_of

Document = Mapping[str, Any]


def limit_warnings(document: Document) -> Iterator[Fault]:
    most = document["earning"].get("cap_points_per_receipt")
    for placed in earning_rules(document) if most is not None else ():
        points = placed.rule["effect"].get("points", 0)
        if points > most:
            path = f"{placed.path}.effect.points"
            yield Fault(path, "receipt_cap_below_award", {"most": most, "points": points})
    flat = document["redemption"]["cap_percent"]
    caps = [level.get("redemption_cap_percent", flat) for level in _levels(document)] or [flat]
    if not any(decimal_of(cap) for cap in caps):
        yield Fault("$.redemption.cap_percent", "nothing_to_spend_on")


def tier_warnings(document: Document) -> Iterator[Fault]:
    """Every tier is compared with the one below it, by what the document gives to each."""
    for index, (lower, tier) in enumerate(pairwise(_levels(document)), start=1):
        path = f"$.tiers.levels[{index}]"
        below, here = _gains(document, lower), _gains(document, tier)
        if any(gain < low for gain, low in zip(here, below, strict=True)):
            yield Fault(path, "tier_gives_less", {"tier": lower["code"]})
        elif here == below and tier.get("perks", []) == lower.get("perks", []) and not _is_named(document, tier):
            yield Fault(path, "tier_gives_no_more", {"tier": lower["code"]})


def _levels(document: Document) -> list[Document]:
    return list(document.get("tiers", {}).get("levels", ()))


def _gains(document: Document, tier: Document) -> list[Any]:
    """The cap, and the percent of every rule that has one."""
    cap = tier.get("redemption_cap_percent", document["redemption"]["cap_percent"])
    effects = [placed.rule["effect"] for placed in earning_rules(document)]
    percents = [
        effect.get("percent_by_tier", {}).get(tier["code"], effect.get("percent", 0))
        for effect in effects
        if effect["kind"] == "percent"
    ]
    return [decimal_of(gain) for gain in (cap, *percents)]


def _is_named(document: Document, tier: Document) -> bool:
    """Some rule or promotion is for this tier, so that it may give more by that."""
    discounts = document.get("discounts", {})
    rules = [*document["earning"]["rules"], *discounts.get("promotions", ()), discounts.get("card", {})]
    return any(tier["code"] in rule.get("when", {}).get("tiers", ()) for rule in rules)


def gift_warnings(document: Document) -> Iterator[Fault]:
    for placed in gifts(document):
        if not is_heard(placed.rule["trigger"]):
            yield Fault(f"{placed.path}.trigger", "nothing_sets_it_off")


def reminder_warnings(document: Document) -> Iterator[Fault]:
    reminders = document.get("reminders", {"days_before": []})
    if not reminders["days_before"]:
        return
    life = document["points"]["life"]
    own = [rule["life"] for rule in (*document["earning"]["rules"], *document.get("gifts", ())) if "life" in rule]
    own += [(document.get("welcome") or {}).get("life", life)]
    if all(each["kind"] == "none" for each in (life, *own)):
        yield Fault("$.reminders.days_before", "nothing_burns")
    for index, days in enumerate(reminders["days_before"] if life["kind"] == "days" else ()):
        if days >= life["days"]:
            yield Fault(f"$.reminders.days_before[{index}]", "reminder_at_once", {"days": life["days"]})
    if decimal_of(reminders.get("holdout_percent", 0)) == 100:
        yield Fault("$.reminders.holdout_percent", "nobody_reminded")
