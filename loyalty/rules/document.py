"""The program document, version 1: which fields it has and between which bounds.

Percents and roubles are JSON numbers or decimal strings with at most two places; every tier and rule
has a permanent `code`. Rules that need several fields at once stand in `validation.py`.
"""

import json
from typing import Any

from loyalty.rules.condition_shapes import (
    CONDITIONS,
    MOST_POINTS,
    MOST_ROUBLES,
    PERCENT,
    POINTS_BUDGET,
    POINTS_PER_PATIENT,
    PRIORITY,
    TARGETS,
    TITLE,
)
from loyalty.rules.discount_shapes import DISCOUNTS
from loyalty.rules.gift_shapes import gift_shape
from loyalty.rules.shapes import ByKind, Code, Flag, ListOf, MapOf, Maybe, Number, OneOf, Record, Text, Whole

SCHEMA_VERSION = 1
MOST_DAYS = 3_660
MOST_MONTHS = 120
MOST_PERKS = 10
LONGEST_PERK = 100

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

# What pending days are counted from.
PENDING_FROM = OneOf(("payment", "visit_closed"))

POINTS = Record(
    {"value_kopecks": Whole(1, 1_000_000), "life": LIFE},
    {
        "pending_days": Whole(0, 365),
        "pending_from": PENDING_FROM,
        # The night closes a visit that nobody has closed, so that no points wait for ever.
        "visit_closes_after_days": Whole(1, 90),
        "lot_grace_days": Whole(0, 365),
        "burning_window_days": Whole(1, 365),
        "negative_policy": OneOf(("debt", "zero", "pending_only")),
    },
)

# What a tier gives besides points, in a few words: the staff keep the promise, no sum depends on it.
PERK = Record({"ru": Text(LONGEST_PERK), "en": Text(LONGEST_PERK)})

TIER = Record(
    {"code": Code(), "title": TITLE, "threshold_roubles": Number(0, MOST_ROUBLES)},
    {"redemption_cap_percent": PERCENT, "perks": ListOf(PERK, most=MOST_PERKS)},
)

TURNOVER = ByKind({"lifetime": NOTHING, "rolling_months": Record({"months": Whole(1, MOST_MONTHS)})})

TIERS = Record(
    {"levels": ListOf(TIER)},
    {
        "turnover": TURNOVER,
        "recount": OneOf(("at_once", "nightly")),
        "downgrade": OneOf(("never", "at_end", "one_step")),
        "tier_grace_days": Whole(0, 365),
    },
)

EFFECT = ByKind(
    {
        "percent": Record({}, {"percent": PERCENT, "percent_by_tier": MapOf(PERCENT)}),
        "fixed": Record({"points": Whole(1, MOST_POINTS), "per": OneOf(("visit", "line"))}),
        # Of what percent rules give on the line: 2 doubles it, as an award of its own.
        "multiplier": Record({"times": Number(1, 100)}),
    }
)

EARNING_RULE = Record(
    {"code": Code(), "title": TITLE, "effect": EFFECT},
    {
        "group": Code(),
        "priority": PRIORITY,
        "when": CONDITIONS,
        "life": LIFE,
        "pending_days": Whole(0, 365),
        "pending_from": PENDING_FROM,
        "cap_points_per_receipt": Maybe(Whole(1, MOST_POINTS)),
        "cap_points_per_patient": POINTS_PER_PATIENT,
        "budget": POINTS_BUDGET,
    },
)

# Of the rules of a group that match a line: the first one alone, or all of them together.
EARNING_GROUP = Record({"code": Code(), "mode": OneOf(("first_match", "add_up"))})

EARNING = Record(
    {"rules": ListOf(EARNING_RULE, fewest=1)},
    {
        "groups": ListOf(EARNING_GROUP),
        "on_part_paid_with_points": Flag(),
        "nothing_on": TARGETS,
        "cap_points_per_receipt": Maybe(Whole(1, MOST_POINTS)),
    },
)

REDEMPTION = Record({"cap_percent": PERCENT}, {"nothing_on": TARGETS, "proof_required": Flag()})

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
    {
        "tiers": TIERS,
        "discounts": DISCOUNTS,
        "gifts": ListOf(gift_shape(LIFE)),
        "welcome": Maybe(WELCOME),
        "reminders": REMINDERS,
    },
)


def schema_text() -> str:
    """The text of docs/program.schema.json."""
    schema: dict[str, Any] = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Loyalty program",
        **PROGRAM.json_schema(),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
