"""The program document, version 1: which fields it has and between which bounds.

Percents and roubles are JSON numbers or decimal strings with at most two places; every tier and rule
has a permanent `code`. Rules that need several fields at once stand in `validation.py`.
"""

import json
from typing import Any

from loyalty.rules.shapes import (
    PRICE_LIST_CODE_PATTERN,
    ByKind,
    Code,
    Flag,
    ListOf,
    MapOf,
    Maybe,
    Number,
    OneOf,
    Record,
    Text,
    Whole,
)

SCHEMA_VERSION = 1
MOST_POINTS = 1_000_000_000
MOST_ROUBLES = 1_000_000_000
MOST_DAYS = 3_660
MOST_MONTHS = 120

PERCENT = Number(0, 100)
TITLE = Record({"ru": Text(), "en": Text()})
NOTHING = Record({})

LIFE = ByKind(
    {
        "none": NOTHING,
        "days": Record({"days": Whole(1, MOST_DAYS)}, {"counts_day_of_issue": Flag()}),
        "months": Record({"months": Whole(1, MOST_MONTHS)}),
        "rolling_months": Record({"months": Whole(1, MOST_MONTHS)}),
        "end_of_month": NOTHING,
        "end_of_quarter": NOTHING,
        "end_of_year": NOTHING,
    }
)

PRICE_LIST_CODES = ListOf(Code(PRICE_LIST_CODE_PATTERN))
TARGETS = Record({}, {"services": PRICE_LIST_CODES, "categories": PRICE_LIST_CODES})

POINTS = Record(
    {"value_kopecks": Whole(1, 1_000_000), "life": LIFE},
    {
        "pending_days": Whole(0, 365),
        "lot_grace_days": Whole(0, 365),
        "burning_window_days": Whole(1, 365),
        "negative_policy": OneOf(("debt", "zero", "pending_only")),
    },
)

TIER = Record(
    {"code": Code(), "title": TITLE, "threshold_roubles": Number(0, MOST_ROUBLES)},
    {"redemption_cap_percent": PERCENT},
)

TIERS = Record(
    {"levels": ListOf(TIER)},
    {"downgrade": OneOf(("never",)), "tier_grace_days": Whole(0, 365)},
)

EFFECT = ByKind({"percent": Record({}, {"percent": PERCENT, "percent_by_tier": MapOf(PERCENT)})})

EARNING_RULE = Record(
    {"code": Code(), "title": TITLE, "effect": EFFECT},
    {
        "when": TARGETS,
        "life": LIFE,
        "pending_days": Whole(0, 365),
        "cap_points_per_receipt": Maybe(Whole(1, MOST_POINTS)),
    },
)

EARNING = Record(
    {"rules": ListOf(EARNING_RULE, fewest=1)},
    {
        "on_part_paid_with_points": Flag(),
        "nothing_on": TARGETS,
        "cap_points_per_receipt": Maybe(Whole(1, MOST_POINTS)),
    },
)

REDEMPTION = Record({"cap_percent": PERCENT}, {"nothing_on": TARGETS})

WELCOME = Record({"points": Whole(1, MOST_POINTS)}, {"life": LIFE})

REMINDERS = Record(
    {"days_before": ListOf(Whole(1, 365))},
    {"holdout_percent": PERCENT, "attribution_days": Whole(1, 365)},
)

PROGRAM = Record(
    {
        "schema_version": OneOf((SCHEMA_VERSION,)),
        "code": Code(),
        "title": TITLE,
        "points": POINTS,
        "earning": EARNING,
        "redemption": REDEMPTION,
    },
    {"tiers": TIERS, "welcome": Maybe(WELCOME), "reminders": REMINDERS},
)


def schema_text() -> str:
    """The text of docs/program.schema.json."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loyalty program",
        **PROGRAM.json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
