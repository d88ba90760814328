"""Turn a valid program document into the engine's form. A document with faults must not come here."""

from collections.abc import Iterable, Mapping
from typing import Any

from clinics.money import to_kopecks
from loyalty.rules.compiled import (
    Basis,
    CompiledProgram,
    DowngradePolicy,
    Earning,
    EarningRule,
    NegativePolicy,
    PercentEffect,
    Redemption,
    Reminders,
    Tier,
    Title,
    Welcome,
)
from loyalty.rules.life import Life, LifeKind
from loyalty.rules.shapes import decimal_of

# What a document means when it leaves a field out.
LOT_GRACE_DAYS = 14
TIER_GRACE_DAYS = 30
BURNING_WINDOW_DAYS = 30
ATTRIBUTION_DAYS = 14

Document = Mapping[str, Any]


def compile_program(document: Document) -> CompiledProgram:
    points = document["points"]
    tiers = document.get("tiers", {"levels": []})
    levels = tuple(_tier(level) for level in tiers["levels"])
    life = compile_life(points["life"])
    return CompiledProgram(
        code=document["code"],
        title=_title(document["title"]),
        point_value_kopecks=points["value_kopecks"],
        life=life,
        pending_days=points.get("pending_days", 0),
        lot_grace_days=points.get("lot_grace_days", LOT_GRACE_DAYS),
        burning_window_days=points.get("burning_window_days", BURNING_WINDOW_DAYS),
        negative_policy=NegativePolicy(points.get("negative_policy", NegativePolicy.DEBT)),
        tiers=levels,
        tier_by_code={tier.code: tier for tier in levels},
        tier_grace_days=tiers.get("tier_grace_days", TIER_GRACE_DAYS),
        downgrade=DowngradePolicy(tiers.get("downgrade", DowngradePolicy.NEVER)),
        earning=_earning(document["earning"], life=life, pending_days=points.get("pending_days", 0)),
        redemption=_redemption(document["redemption"]),
        welcome=_welcome(document.get("welcome"), life=life),
        reminders=_reminders(document.get("reminders", {"days_before": []})),
    )


def compile_life(life: Document) -> Life:
    return Life(
        kind=LifeKind(life["kind"]),
        length=life.get("days", life.get("months", 0)),
        counts_day_of_issue=life.get("counts_day_of_issue", False),
    )


def rate_bp(percent: int | str) -> int:
    number = decimal_of(percent)
    if number is None:
        raise ValueError(f"{percent!r} is not a percent with at most two places")
    return int(number * 100)


def _title(title: Document) -> Title:
    return Title(ru=title["ru"], en=title["en"])


def _tier(level: Document) -> Tier:
    threshold = decimal_of(level["threshold_roubles"])
    if threshold is None:
        raise ValueError(f"{level['threshold_roubles']!r} is not an amount")
    cap = level.get("redemption_cap_percent")
    return Tier(
        code=level["code"],
        title=_title(level["title"]),
        threshold_kopecks=to_kopecks(threshold),
        redemption_cap_bp=None if cap is None else rate_bp(cap),
    )


def _earning(earning: Document, *, life: Life, pending_days: int) -> Earning:
    rules = tuple(_rule(rule, life=life, pending_days=pending_days) for rule in earning["rules"])
    nothing_on = earning.get("nothing_on", {})
    by_service: dict[str, EarningRule | None] = dict.fromkeys(nothing_on.get("services", ()))
    by_category: dict[str, EarningRule | None] = dict.fromkeys(nothing_on.get("categories", ()))
    for rule in rules:
        by_service |= dict.fromkeys(rule.services, rule)
        by_category |= dict.fromkeys(rule.categories, rule)
    return Earning(
        rules=rules,
        by_service=by_service,
        by_category=by_category,
        plain=_first(rule for rule in rules if not rule.services and not rule.categories),
        basis=Basis.PRICE if earning.get("on_part_paid_with_points", False) else Basis.MONEY,
        cap_points=earning.get("cap_points_per_receipt"),
    )


def _first(rules: Iterable[EarningRule]) -> EarningRule | None:
    return next(iter(rules), None)


def _rule(rule: Document, *, life: Life, pending_days: int) -> EarningRule:
    effect = rule["effect"]
    when = rule.get("when", {})
    return EarningRule(
        code=rule["code"],
        title=_title(rule["title"]),
        effect=PercentEffect(
            rate_bp=rate_bp(effect.get("percent", 0)),
            rate_bp_by_tier={
                tier: rate_bp(percent) for tier, percent in effect.get("percent_by_tier", {}).items()
            },
        ),
        life=compile_life(rule["life"]) if "life" in rule else life,
        pending_days=rule.get("pending_days", pending_days),
        cap_points=rule.get("cap_points_per_receipt"),
        services=tuple(when.get("services", ())),
        categories=tuple(when.get("categories", ())),
    )


def _redemption(redemption: Document) -> Redemption:
    nothing_on = redemption.get("nothing_on", {})
    return Redemption(
        cap_bp=rate_bp(redemption["cap_percent"]),
        excluded_services=frozenset(nothing_on.get("services", ())),
        excluded_categories=frozenset(nothing_on.get("categories", ())),
    )


def _welcome(welcome: Document | None, *, life: Life) -> Welcome | None:
    if welcome is None:
        return None
    own = compile_life(welcome["life"]) if "life" in welcome else life
    return Welcome(points=welcome["points"], life=own)


def _reminders(reminders: Document) -> Reminders:
    return Reminders(
        days_before=tuple(reminders["days_before"]),
        holdout_bp=rate_bp(reminders.get("holdout_percent", 0)),
        attribution_days=reminders.get("attribution_days", ATTRIBUTION_DAYS),
    )
