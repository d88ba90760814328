"""Shapes of one-off gifts: points for something the patient has done, outside a single receipt."""

from collections.abc import Mapping
from typing import Any

from loyalty.rules.condition_shapes import MOST_POINTS, MOST_ROUBLES, POINTS_BUDGET, PRICE_LIST_CODES, TITLE
from loyalty.rules.shapes import PRICE_LIST_CODE_PATTERN, ByKind, Code, ListOf, Number, OneOf, Record, Shape, Whole

SOME_TARGETS = Record({}, {"services": PRICE_LIST_CODES, "categories": PRICE_LIST_CODES})

TRIGGER = ByKind(
    {
        # Net money over the last months reached the sum; the count restarts after a gift.
        "threshold": Record({"roubles": Number(1, MOST_ROUBLES), "months": Whole(1, 120)}),
        # The same service or category again within the months; every `streak`-th time in a row.
        "habit": Record({"of": SOME_TARGETS, "within_months": Whole(1, 120)}, {"streak": Whole(1, 100)}),
        "course_finished": Record({}, {"courses": ListOf(Code(PRICE_LIST_CODE_PATTERN), fewest=1)}),
        "review": Record({"platforms": ListOf(Code(), fewest=1)}, {"months": Whole(1, 120)}),
        "activity": Record({"of": OneOf(("profile_filled", "first_log_in", "channel_linked", "booked_online"))}),
        # To the inviter, when a friend has paid a first visit in money.
        "friend_paid": Record({}),
    }
)
# The document may say these, but nothing sets them off yet: nobody is promised what never comes.
UNHEARD_TRIGGERS = ("habit", "course_finished")
UNHEARD_ACTIVITIES = ("channel_linked",)


def is_heard(trigger: Mapping[str, Any]) -> bool:
    """Whether something in the portal sets the trigger off."""
    return trigger["kind"] not in UNHEARD_TRIGGERS and trigger.get("of") not in UNHEARD_ACTIVITIES


def gift_shape(life: Shape) -> Record:
    """A gift rule; `life` is the program's shape of a life of points."""
    return Record(
        {"code": Code(), "title": TITLE, "trigger": TRIGGER, "points": Whole(1, MOST_POINTS)},
        {"life": life, "budget": POINTS_BUDGET},
    )
