"""Shapes of automatic promotions, the discount card by turnover and manual discounts.

A promotion has its days and a link to its published rules, so that nobody has to ask what was promised.
"""

from loyalty.rules.condition_shapes import CONDITIONS, MOST_ROUBLES, PERCENT, PRIORITY, ROUBLES_BUDGET, TITLE
from loyalty.rules.shapes import ByKind, Code, Day, Flag, ListOf, Number, OneOf, Record, TextLike, Whole

LINK_PATTERN = "^(https://|/)[^\\s<>\"']{1,300}$"

DISCOUNT_GROUP = Record({"code": Code(), "mode": OneOf(("exclusive", "best_of", "sequential"))})

DISCOUNT_EFFECT = ByKind(
    {
        "percent": Record({"percent": PERCENT}),
        "amount": Record({"roubles": Number(0, MOST_ROUBLES)}),
        # Of one piece; a line that is cheaper stays as it is.
        "fixed_price": Record({"roubles": Number(0, MOST_ROUBLES)}),
        # The cheapest matching lines.
        "free_line": Record({}, {"lines": Whole(1, 100)}),
    }
)

PROMOTION = Record(
    {
        "code": Code(),
        "title": TITLE,
        "effect": DISCOUNT_EFFECT,
        "days": Record({"first_day": Day(), "last_day": Day()}),
        "rules_link": TextLike(LINK_PATTERN, "not_link"),
    },
    {"group": Code(), "priority": PRIORITY, "when": CONDITIONS, "budget": ROUBLES_BUDGET},
)

CARD_LEVEL = Record({"from_roubles": Number(0, MOST_ROUBLES), "percent": PERCENT})
DISCOUNT_CARD = Record(
    {"code": Code(), "title": TITLE, "levels": ListOf(CARD_LEVEL, fewest=1)},
    {"group": Code(), "priority": PRIORITY, "when": CONDITIONS},
)

MANUAL_DISCOUNT = Record(
    {"most_percent_by_role": Record({}, {"receptionist": PERCENT, "senior": PERCENT, "manager": PERCENT})},
    {"most_percent": PERCENT, "request_hours": Whole(1, 168)},
)

DISCOUNTS = Record(
    {},
    {
        "groups": ListOf(DISCOUNT_GROUP),
        "promotions": ListOf(PROMOTION),
        "card": DISCOUNT_CARD,
        "manual": MANUAL_DISCOUNT,
        "needs_second_person": Flag(),
    },
)
