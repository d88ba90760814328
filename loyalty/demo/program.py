"""The demo's program: the dentistry preset, and one of each thing that a clinic adds to it."""

from datetime import date, timedelta
from typing import Any

from loyalty.program.files import read_preset

PRESET = "dentistry"
A_YEAR = timedelta(days=365)


def demo_document(*, today: date) -> dict[str, Any]:
    """Promotions run for a year from today: a demo is not ended by a date in a file."""
    document = read_preset(PRESET)
    document["earning"]["groups"] = [{"code": "extra", "mode": "add_up"}]
    document["earning"]["rules"] += [_quiet_hours(today), _stage_of_orthodontics(today)]
    document["discounts"] = _discounts(today)
    document["gifts"].append(
        {
            "code": "profile",
            "title": {"ru": "За заполненный профиль", "en": "For a profile filled in"},
            "trigger": {"kind": "activity", "of": "profile_filled"},
            "points": 100,
        }
    )
    return document


def _quiet_hours(today: date) -> dict[str, Any]:
    return {
        "code": "quiet_hours",
        "title": {"ru": "Тихие часы", "en": "Quiet hours"},
        "group": "extra",
        # Not before today: the replayed past keeps the sums of the preset.
        "when": {
            "weekdays": [2, 3],
            "hours": {"from": "09:00", "to": "13:00"},
            "days": {"first_day": today.isoformat()},
        },
        "effect": {"kind": "percent", "percent": 3},
        # Hot points: they bring the patient back within the month.
        "life": {"kind": "days", "days": 30},
        "budget": {"points": 100_000, "period": "month"},
    }


def _stage_of_orthodontics(today: date) -> dict[str, Any]:
    return {
        "code": "orthodontics",
        "title": {"ru": "Этап ортодонтии", "en": "Stage of orthodontics"},
        "group": "extra",
        "when": {"categories": ["orthodontics"], "days": {"first_day": today.isoformat()}},
        "effect": {"kind": "fixed", "points": 300, "per": "visit"},
        # Paid before the visit, earned by coming to it.
        "pending_from": "visit_closed",
    }


def _discounts(today: date) -> dict[str, Any]:
    pensioners = {
        "code": "pensioners",
        "title": {"ru": "Пенсионерам", "en": "For pensioners"},
        "when": {"social_groups": ["pensioner"]},
        "effect": {"kind": "percent", "percent": 5},
        "days": {"first_day": today.isoformat(), "last_day": (today + A_YEAR).isoformat()},
        "rules_link": "/rules/",
    }
    return {
        "needs_second_person": True,
        "promotions": [pensioners],
        "manual": {
            "most_percent_by_role": {"receptionist": 3, "senior": 10, "manager": 15},
            "most_percent": 20,
        },
    }
