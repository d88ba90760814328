"""Earning rules, promotions and gifts of a valid document in the engine's form."""

from collections.abc import Mapping
from typing import Any

from clinics.money import FULL_RATE_BP
from loyalty.rules.amounts import kopecks_of, rate_bp
from loyalty.rules.compiled import (
    Basis,
    DiscountEffect,
    DiscountKind,
    DiscountMode,
    Discounts,
    Earning,
    EarningMode,
    EarningRule,
    FixedEffect,
    Gift,
    ManualDiscounts,
    MultiplierEffect,
    PercentEffect,
    Promotion,
    Title,
)
from loyalty.rules.conditions import compile_conditions
from loyalty.rules.life import Life, LifeKind, Opening, PendingFrom
from loyalty.rules.limits import Limit, LimitKind, LimitPeriod
from loyalty.rules.rule_book import make_book

Document = Mapping[str, Any]

# The group of rules that name none; a document may set another mode for it.
BASE_GROUP = "base"
REQUEST_HOURS = 24


def compile_title(title: Document) -> Title:
    return Title(ru=title["ru"], en=title["en"])


def compile_life(life: Document) -> Life:
    return Life(
        kind=LifeKind(life["kind"]),
        length=life.get("days", life.get("months", 0)),
        counts_day_of_issue=life.get("counts_day_of_issue", False),
    )


def compile_earning(earning: Document, *, points: Document, life: Life) -> Earning:
    """`points` is that part of the document: what a rule leaves out is as there."""
    kinds: dict[tuple[Opening, PendingFrom], int] = {}
    rules = tuple(_earning_rule(rule, points=points, life=life, kinds=kinds) for rule in earning["rules"])
    nothing_on = earning.get("nothing_on", {})
    return Earning(
        rules=rules,
        book=make_book(rules),
        modes={BASE_GROUP: EarningMode.FIRST_MATCH}
        | {group["code"]: EarningMode(group["mode"]) for group in earning.get("groups", ())},
        excluded_services=frozenset(nothing_on.get("services", ())),
        excluded_categories=frozenset(nothing_on.get("categories", ())),
        basis=Basis.PRICE if earning.get("on_part_paid_with_points", False) else Basis.MONEY,
        cap_points=earning.get("cap_points_per_receipt"),
    )


def _earning_rule(
    rule: Document, *, points: Document, life: Life, kinds: dict[tuple[Opening, PendingFrom], int]
) -> EarningRule:
    wait = {**points, **rule}
    opening = Opening(compile_life(rule["life"]) if "life" in rule else life, wait.get("pending_days", 0))
    pending_from = PendingFrom(wait.get("pending_from", PendingFrom.PAYMENT))
    return EarningRule(
        code=rule["code"],
        title=compile_title(rule["title"]),
        effect=_earning_effect(rule["effect"]),
        conditions=compile_conditions(rule.get("when", {})),
        group=rule.get("group", BASE_GROUP),
        priority=rule.get("priority", 0),
        opening=opening,
        pending_from=pending_from,
        lot_kind=kinds.setdefault((opening, pending_from), len(kinds)),
        cap_points=rule.get("cap_points_per_receipt"),
        limits=_limits(rule),
    )


def _earning_effect(effect: Document) -> PercentEffect | FixedEffect | MultiplierEffect:
    if effect["kind"] == "fixed":
        return FixedEffect(points=effect["points"], per=effect["per"])
    if effect["kind"] == "multiplier":
        # "1.5" times is a rate like any other: 15 000 basis points of what there is, 5 000 more than once.
        return MultiplierEffect(extra_bp=rate_bp(effect["times"]) * 100 - FULL_RATE_BP)
    return PercentEffect(
        rate_bp=rate_bp(effect.get("percent", 0)),
        rate_bp_by_tier={tier: rate_bp(percent) for tier, percent in effect.get("percent_by_tier", {}).items()},
    )


def compile_discounts(discounts: Document) -> Discounts:
    promotions = [_promotion(promotion) for promotion in discounts.get("promotions", ())]
    if "card" in discounts:
        promotions.append(_discount_card(discounts["card"]))
    named = [(group["code"], DiscountMode(group["mode"])) for group in discounts.get("groups", ())]
    if BASE_GROUP not in dict(named):
        named.insert(0, (BASE_GROUP, DiscountMode.BEST_OF))
    return Discounts(
        promotions=tuple(promotions),
        book=make_book(promotions),
        groups=tuple(named),
        manual=_manual(discounts["manual"]) if "manual" in discounts else None,
        needs_second_person=discounts.get("needs_second_person", True),
    )


def _promotion(promotion: Document) -> Promotion:
    return Promotion(
        code=promotion["code"],
        title=compile_title(promotion["title"]),
        effect=_discount_effect(promotion["effect"]),
        conditions=compile_conditions({**promotion.get("when", {}), "days": promotion["days"]}),
        group=promotion.get("group", BASE_GROUP),
        priority=promotion.get("priority", 0),
        rules_link=promotion["rules_link"],
        limits=_limits(promotion),
    )


def _discount_effect(effect: Document) -> DiscountEffect:
    return DiscountEffect(
        kind=DiscountKind(effect["kind"]),
        rate_bp=rate_bp(effect.get("percent", 0)),
        kopecks=kopecks_of(effect.get("roubles", 0)),
        lines=effect.get("lines", 1),
    )


def _discount_card(card: Document) -> Promotion:
    levels = [(kopecks_of(level["from_roubles"]), rate_bp(level["percent"])) for level in card["levels"]]
    return Promotion(
        code=card["code"],
        title=compile_title(card["title"]),
        effect=DiscountEffect(DiscountKind.TURNOVER, rate_bp_by_turnover=tuple(sorted(levels, reverse=True))),
        conditions=compile_conditions(card.get("when", {})),
        group=card.get("group", BASE_GROUP),
        priority=card.get("priority", 0),
        rules_link="",
    )


def _manual(manual: Document) -> ManualDiscounts:
    most_by_role = {role: rate_bp(percent) for role, percent in manual["most_percent_by_role"].items()}
    return ManualDiscounts(
        most_bp_by_role=most_by_role,
        most_bp=rate_bp(manual.get("most_percent", 100)),
        request_hours=manual.get("request_hours", REQUEST_HOURS),
    )


def compile_gift(gift: Document, *, life: Life) -> Gift:
    return Gift(
        code=gift["code"],
        title=compile_title(gift["title"]),
        trigger=gift["trigger"],
        points=gift["points"],
        life=compile_life(gift["life"]) if "life" in gift else life,
        limits=_limits(gift),
    )


def _limits(rule: Document) -> tuple[Limit, ...]:
    limits = []
    if "cap_points_per_patient" in rule:
        cap = rule["cap_points_per_patient"]
        period = LimitPeriod(cap["period"])
        limits.append(Limit(rule["code"], LimitKind.PATIENT, cap["points"], period))
    if "budget" in rule:
        limits.append(_budget(rule["code"], rule["budget"]))
    return tuple(limits)


def _budget(rule_code: str, budget: Document) -> Limit:
    return Limit(
        rule_code,
        LimitKind.BUDGET,
        budget["points"] if "points" in budget else kopecks_of(budget["roubles"]),
        LimitPeriod(budget["period"]),
        per_clinic=budget.get("per_clinic", False),
        gives_part=budget.get("when_short", "part") == "part",
    )
