"""A valid document that uses every field there is."""

from loyalty.program.files import read_preset

TITLE = {"ru": "Правило", "en": "Rule"}
DAYS = {"first_day": "2026-12-01", "last_day": "2027-11-30"}
EVERYTHING = {
    "services": ["hygiene-full"],
    "categories": ["therapy"],
    "doctors": ["petrov"],
    "clinics": ["mytishchi"],
    "weekdays": [1, 3],
    "hours": {"from": "09:00", "to": "24:00"},
    "receipt_roubles": {"from": 1000, "to": "5000.50"},
    "booked_online": False,
    "tiers": ["silver", "gold"],
    "tags": ["has-children"],
    "sources": ["site"],
    "social_groups": ["pensioner"],
    "sex": "FEMALE",
    "age": {"from": 18, "to": 60},
    "patients": "regular",
    "visit": {"kind": "every", "number": 5},
}
BUDGET = {"period": "month", "per_clinic": True, "when_short": "nothing"}


def full_document():
    document = read_preset("dentistry")
    document["points"] |= {"life": {"kind": "days", "days": 90, "counts_day_of_issue": True}, "pending_days": 3}
    document["points"] |= {"pending_from": "visit_closed", "visit_closes_after_days": 5}
    document["points"]["negative_policy"] = "zero"
    document["tiers"] |= {
        "turnover": {"kind": "rolling_months", "months": 12},
        "recount": "nightly",
        "downgrade": "one_step",
        "tier_grace_days": 20,
    }
    earning = document["earning"]
    earning |= {"on_part_paid_with_points": True, "cap_points_per_receipt": 5000}
    earning["groups"] = [{"code": "extra", "mode": "add_up"}, {"code": "base", "mode": "first_match"}]
    earning["nothing_on"] = {"services": ["aligner"], "categories": ["goods"]}
    earning["rules"] += [
        {
            "code": "women",
            "title": TITLE,
            "effect": {"kind": "percent", "percent": "7.5", "percent_by_tier": {"gold": 11}},
            "when": EVERYTHING | {"days": DAYS},
            "life": {"kind": "end_of_quarter"},
            "pending_days": 7,
            "pending_from": "payment",
            "group": "extra",
            "priority": -3,
            "cap_points_per_receipt": 900,
            "cap_points_per_patient": {"points": 2000, "period": "year"},
            "budget": {"points": 100_000, **BUDGET},
        },
        {
            "code": "visit",
            "title": TITLE,
            "group": "extra",
            "effect": {"kind": "fixed", "points": 50, "per": "visit"},
        },
        {
            "code": "double",
            "title": TITLE,
            "effect": {"kind": "multiplier", "times": "1.5"},
            "when": {"tags": ["vip"]},
        },
    ]
    document["redemption"]["nothing_on"]["services"] = ["aligner"]
    document["discounts"] = {
        "groups": [{"code": "season", "mode": "sequential"}],
        "promotions": [
            {
                "code": f"promotion-{number}",
                "title": TITLE,
                "effect": effect,
                "days": DAYS,
                "rules_link": "/rules/",
                "when": EVERYTHING if number == 1 else {"patients": "new"},
                "group": "season",
                "priority": number,
                "budget": {"roubles": "50000.50", **BUDGET},
            }
            for number, effect in enumerate(
                (
                    {"kind": "percent", "percent": "12.5"},
                    {"kind": "amount", "roubles": 500},
                    {"kind": "fixed_price", "roubles": 990},
                    {"kind": "free_line", "lines": 2},
                ),
                start=1,
            )
        ],
        "card": {
            "code": "card",
            "title": TITLE,
            "levels": [{"from_roubles": 0, "percent": 5}, {"from_roubles": "100000.50", "percent": 7}],
            "when": {"weekdays": [2]},
            "priority": 2,
        },
        "manual": {"most_percent_by_role": {"senior": 5}, "most_percent": 20, "request_hours": 12},
        "needs_second_person": False,
    }
    document["gifts"] = [
        {
            "code": f"gift-{number}",
            "title": TITLE,
            "trigger": trigger,
            "points": 100,
            "life": {"kind": "months", "months": 3},
            "budget": {"points": 5000, **BUDGET},
        }
        for number, trigger in enumerate(
            (
                {"kind": "threshold", "roubles": 50_000, "months": 3},
                {"kind": "habit", "of": {"categories": ["hygiene"]}, "within_months": 6, "streak": 2},
                {"kind": "course_finished", "courses": ["whitening"]},
                {"kind": "review", "platforms": ["yandex-maps", "elsewhere"], "months": 12},
                {"kind": "activity", "of": "channel_linked"},
            )
        )
    ]
    document["welcome"] = {"points": 250, "life": {"kind": "end_of_year"}}
    return document
