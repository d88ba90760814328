"""Turn a valid program document into the engine's form. A document with faults must not come here."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from loyalty.rules.amounts import kopecks_of, rate_bp
from loyalty.rules.compiled import (
    CompiledProgram,
    DowngradePolicy,
    NegativePolicy,
    Recount,
    Redemption,
    Reminders,
    Tier,
    Welcome,
)
from loyalty.rules.life import Life
from loyalty.rules.rule_compilation import (
    compile_discounts,
    compile_earning,
    compile_gift,
    compile_life,
    compile_title,
)

# What a document means when it leaves a field out.
VISIT_CLOSES_AFTER_DAYS = 7
LOT_GRACE_DAYS = 14
TIER_GRACE_DAYS = 30
BURNING_WINDOW_DAYS = 30
ATTRIBUTION_DAYS = 14

TIER_KEY_LENGTH = 16

Document = Mapping[str, Any]


def compile_program(document: Document) -> CompiledProgram:
    points = document["points"]
    tiers = document.get("tiers", {"levels": []})
    levels = tuple(_tier(level) for level in tiers["levels"])
    months = tiers.get("turnover", {}).get("months")
    downgrade = DowngradePolicy(tiers.get("downgrade", DowngradePolicy.NEVER))
    life = compile_life(points["life"])
    earning = compile_earning(document["earning"], points=points, life=life)
    discounts = compile_discounts(document.get("discounts", {}))
    gifts = tuple(compile_gift(gift, life=life) for gift in document.get("gifts", ()))
    return CompiledProgram(
        code=document["code"],
        title=compile_title(document["title"]),
        point_value_kopecks=points["value_kopecks"],
        life=life,
        visit_closes_after_days=points.get("visit_closes_after_days", VISIT_CLOSES_AFTER_DAYS),
        lot_grace_days=points.get("lot_grace_days", LOT_GRACE_DAYS),
        burning_window_days=points.get("burning_window_days", BURNING_WINDOW_DAYS),
        negative_policy=NegativePolicy(points.get("negative_policy", NegativePolicy.DEBT)),
        tiers=levels,
        tier_by_code={tier.code: tier for tier in levels},
        turnover_months=months,
        recount=Recount(tiers.get("recount", Recount.AT_ONCE)),
        downgrade=downgrade,
        tier_grace_days=tiers.get("tier_grace_days", TIER_GRACE_DAYS),
        tier_key=_tier_key(levels, months=months, downgrade=downgrade),
        earning=earning,
        redemption=_redemption(document["redemption"]),
        discounts=discounts,
        gifts=gifts,
        welcome=_welcome(document.get("welcome"), life=life),
        reminders=_reminders(document.get("reminders", {"days_before": []})),
        titles={rule.code: rule.title for rule in earning.rules}
        | {promotion.code: promotion.title for promotion in discounts.promotions}
        | {gift.code: gift.title for gift in gifts},
    )


def _tier(level: Document) -> Tier:
    cap = level.get("redemption_cap_percent")
    return Tier(
        code=level["code"],
        title=compile_title(level["title"]),
        threshold_kopecks=kopecks_of(level["threshold_roubles"]),
        redemption_cap_bp=None if cap is None else rate_bp(cap),
        perks=tuple(compile_title(perk) for perk in level.get("perks", ())),
    )


def _tier_key(levels: Sequence[Tier], *, months: int | None, downgrade: DowngradePolicy) -> str:
    """A digest of all that decides who has which tier: a new one means that everybody is judged anew."""
    if not levels:
        return ""
    rules = [[[tier.code, tier.threshold_kopecks] for tier in levels], months, downgrade]
    return hashlib.sha256(json.dumps(rules).encode()).hexdigest()[:TIER_KEY_LENGTH]


def _redemption(redemption: Document) -> Redemption:
    nothing_on = redemption.get("nothing_on", {})
    return Redemption(
        cap_bp=rate_bp(redemption["cap_percent"]),
        proof_required=redemption.get("proof_required", True),
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
