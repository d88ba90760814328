"""Shapes that earning rules and promotions share: when a rule applies, and how much of it there is.

A rule's conditions all have to hold. `services` and `categories` are one condition, its target: any of them will
do. Days and hours are those of the receipt's clinic; both days are inclusive, the later hour is not.
"""

from loyalty.rules.shapes import (
    PRICE_LIST_CODE_PATTERN,
    ByKind,
    Code,
    Day,
    Flag,
    ListOf,
    Number,
    OneOf,
    Record,
    Text,
    TextLike,
    Whole,
)

MOST_POINTS = 1_000_000_000
MOST_ROUBLES = 1_000_000_000
MOST_PRIORITY = 1_000
TIME_PATTERN = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"

TITLE = Record({"ru": Text(), "en": Text()})
PERCENT = Number(0, 100)
PRIORITY = Whole(-MOST_PRIORITY, MOST_PRIORITY)  # the higher one goes first

PRICE_LIST_CODES = ListOf(Code(PRICE_LIST_CODE_PATTERN))
TARGETS = Record({}, {"services": PRICE_LIST_CODES, "categories": PRICE_LIST_CODES})

SOME_CODES = ListOf(Code(PRICE_LIST_CODE_PATTERN), fewest=1)
TIME_OF_DAY = TextLike(TIME_PATTERN, "not_time")
DAYS = Record({}, {"first_day": Day(), "last_day": Day()})

CONDITIONS = Record(
    {},
    {
        # Of a line.
        "services": PRICE_LIST_CODES,
        "categories": PRICE_LIST_CODES,
        "doctors": SOME_CODES,
        # Of the receipt.
        "clinics": SOME_CODES,
        "weekdays": ListOf(Whole(1, 7), fewest=1),
        "hours": Record({"from": TIME_OF_DAY, "to": TIME_OF_DAY}),
        "days": DAYS,
        "receipt_roubles": Record({}, {"from": Number(0, MOST_ROUBLES), "to": Number(0, MOST_ROUBLES)}),
        "booked_online": Flag(),
        # Of the patient.
        "tiers": SOME_CODES,
        "tags": SOME_CODES,
        "sources": SOME_CODES,
        "social_groups": SOME_CODES,
        "sex": OneOf(("FEMALE", "MALE")),
        "age": Record({}, {"from": Whole(0, 150), "to": Whole(0, 150)}),
        "patients": OneOf(("new", "regular")),
        "visit": ByKind(
            {"number": Record({"number": Whole(1, 1_000)}), "every": Record({"number": Whole(2, 1_000)})}
        ),
    },
)

PERIOD = OneOf(("month", "quarter", "year", "program"))

# More than the budget has left: give what is left, or nothing at all.
WHEN_SHORT = OneOf(("part", "nothing"))
POINTS_BUDGET = Record(
    {"points": Whole(1, MOST_POINTS), "period": PERIOD}, {"per_clinic": Flag(), "when_short": WHEN_SHORT}
)
ROUBLES_BUDGET = Record(
    {"roubles": Number(1, MOST_ROUBLES), "period": PERIOD}, {"per_clinic": Flag(), "when_short": WHEN_SHORT}
)
POINTS_PER_PATIENT = Record({"points": Whole(1, MOST_POINTS), "period": PERIOD})
