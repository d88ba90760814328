"""Documents on trial: the presets and one program with everything that a receipt can meet."""

import copy
import json
from typing import Any

from tests.programs import PRESETS

TITLE = {"ru": "п", "en": "r"}
DAYS = {"first_day": "2025-01-01", "last_day": "2027-12-31"}


def preset(name: str, **changes: Any) -> dict[str, Any]:
    """`changes` replace values by path: `preset("dentistry", points__pending_days=3)`."""
    document = json.loads((PRESETS / f"{name}.json").read_text())
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place[parent]
        place[last] = value
    return document


def rich() -> dict[str, Any]:
    """Conditions, promotions, multipliers, hot and pending points, half a rouble a point, tiers that fall."""
    document = copy.deepcopy(preset("dentistry", points__value_kopecks=50, points__pending_days=3))
    document["tiers"] |= {
        "downgrade": "one_step",
        "tier_grace_days": 20,
        "turnover": {"kind": "rolling_months", "months": 6},
    }
    document["earning"]["groups"] = [{"code": "extra", "mode": "add_up"}]
    document["earning"]["rules"] += [
        rule("care", {"kind": "percent", "percent": 12}, when={"categories": ["care"]}),
        rule(
            "doctor",
            {"kind": "multiplier", "times": "1.5"},
            when={"doctors": ["petrov"], "weekdays": [1, 2, 3]},
            group="extra",
        ),
        rule(
            "online", {"kind": "fixed", "points": 40, "per": "visit"}, when={"booked_online": True}, group="extra"
        ),
        rule(
            "tagged",
            {"kind": "percent", "percent": 3},
            when={"tags": ["has-children"], "hours": {"from": "09:00", "to": "15:00"}},
            group="extra",
            life={"kind": "days", "days": 20},
            pending_days=0,
            pending_from="visit_closed",
        ),
        rule(
            "third",
            {"kind": "fixed", "points": 15, "per": "line"},
            when={"visit": {"kind": "every", "number": 3}},
            group="extra",
        ),
    ]
    document["discounts"] = {
        "groups": [{"code": "second", "mode": "sequential"}],
        "promotions": [
            promotion("hygiene", {"kind": "percent", "percent": "7.5"}, when={"services": ["hygiene"]}),
            promotion(
                "pensioner", {"kind": "percent", "percent": 5}, when={"social_groups": ["pensioner"]}, priority=1
            ),
            promotion(
                "big",
                {"kind": "amount", "roubles": 999},
                when={"receipt_roubles": {"from": 30000}},
                group="second",
            ),
        ],
    }
    return document


def rule(code: str, effect: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"code": code, "title": TITLE, "effect": effect, **fields}


def promotion(code: str, effect: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {
        "code": code,
        "title": TITLE,
        "effect": effect,
        "days": DAYS,
        "rules_link": "/rules/",
        "priority": 0,
        **fields,
    }
