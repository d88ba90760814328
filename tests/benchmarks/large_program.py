"""A program of many rules as a network of clinics would write it, and receipts that it judges.

Of ten rules seven name a service of their own and one a category; one names a doctor, who has an own rate or
multiplies the others'; the last is a promotion or asks about the patient and the day. Receipts hold what the first
two hundred rules name: those that come after match nothing.
"""

import random
from datetime import date
from typing import Any

from loyalty.rules.facts import LineFacts, ReceiptFacts

TITLE = {"ru": "Правило", "en": "Rule"}
ALL_YEAR = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
SOLD_SERVICES = 200
SERVICES_A_CATEGORY = 10


def large_program(preset: dict[str, Any], *, rules: int) -> dict[str, Any]:
    """The preset with as many rules and promotions together; tiers, caps and exclusions are its own."""
    earning = [*preset["earning"]["rules"]]
    promotions: list[dict[str, Any]] = []
    for number in range(rules - len(earning)):
        if number % 20 == 19:
            promotions.append(_promotion(number))
        else:
            earning.append(_rule(number))
    return preset | {
        "earning": preset["earning"] | {"rules": earning, "groups": [{"code": "extra", "mode": "add_up"}]},
        "discounts": {"promotions": promotions},
    }


def _rule(number: int) -> dict[str, Any]:
    rule = {"code": f"rule{number}", "title": TITLE, "effect": {"kind": "percent", "percent": 3 + number % 9}}
    match number % 10:
        case 9:
            when = {"tags": [f"tag{number}"], "weekdays": [1 + number // 20 % 7]}
            return rule | {"when": when, "group": "extra"}
        case 8 if number % 20 == 8:
            effect = {"kind": "multiplier", "times": "1.5"}
            return rule | {"when": {"doctors": [f"doctor{number // 10}"]}, "effect": effect, "group": "extra"}
        case 8:
            return rule | {"when": {"doctors": [f"doctor{number // 10}"]}, "priority": -1}
        case 7:
            return rule | {"when": {"categories": [f"category{number // 10}"]}}
        case _:
            return rule | {"when": {"services": [f"service{number}"]}}


def _promotion(number: int) -> dict[str, Any]:
    return {
        "code": f"promotion{number}",
        "title": TITLE,
        "when": {"services": [f"service{number}", f"service{number - 19}"]},
        "effect": {"kind": "percent", "percent": 5 + number % 15},
        "days": ALL_YEAR,
        "rules_link": "/rules/",
    }


def large_receipt(chance: random.Random, *, lines: int, day: date) -> ReceiptFacts:
    """Different services, each of its category and by its doctor."""
    return ReceiptFacts(
        lines=tuple(
            LineFacts(
                position=position,
                price_kopecks=chance.randint(50_000, 900_000),
                service=f"service{service}",
                categories=(f"category{service // SERVICES_A_CATEGORY}", "all"),
                doctor=f"doctor{service // SERVICES_A_CATEGORY}",
            )
            for position, service in enumerate(chance.sample(range(SOLD_SERVICES), lines), start=1)
        ),
        clinic="mytishchi",
        day=day,
        minute_of_day=600,
    )
