"""Reviews in reports: ratings on the panel with the rows behind them, a bonus to whose work they are."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from loyalty.models import Review, ReviewPlatform, StaffBonusRate
from loyalty.reports.registry import find_report
from tests.figures.shop import noon, person, sell
from tests.people import make_staff
from tests.programs import publish_preset
from tests.reports.answers import rows_of, scope_of, totals_of

pytestmark = pytest.mark.django_db
NOVEMBER = "first=2026-11-01&last=2026-11-30"


@pytest.fixture
def maria(db):
    publish_preset(has_welcome=False)
    return make_staff("maria", "manager")


@pytest.fixture
def desk(maria):
    """Rita and Sasha, receptionists."""
    rita = make_staff("rita", "receptionist")
    rita.last_name, rita.first_name = "Крылова", "Рита"
    rita.save()
    return rita, make_staff("sasha", "receptionist")


def review(patient, at, stars=None, *, accepted=None, declined=None, platform="own"):
    """Left at the moment; decided on at another, or waiting still."""
    place, _made = ReviewPlatform.objects.get_or_create(code=platform, defaults={"name": platform})
    decided = accepted or declined
    return Review.objects.create(
        patient=patient, clinic=patient.home_clinic, platform=place, stars=stars, at=at,
        status="ACCEPTED" if accepted else "DECLINED" if declined else "WAITING", decided_at=decided,
        decided_by=make_senior() if decided else None, reason="не наш пациент" if declined else "",
    )  # fmt: skip


def make_senior():
    return User.objects.filter(username="senior").first() or make_staff("senior", "senior")


def panel(user):
    return {row[0].code: (row[1].value, row[2].value) for row in rows_of(user, "program_panel", NOVEMBER)}


def test_panel_counts_reviews_and_the_mean_of_their_stars(maria):
    anna, boris = person("Анна"), person("Борис")
    review(anna, noon(20, 10), 3, accepted=noon(21, 10))
    review(anna, noon(5), 5, accepted=noon(6))
    review(boris, noon(6), 4)
    review(boris, noon(7), 1, declined=noon(8), platform="other")
    review(boris, noon(9), platform="2gis")

    rows = panel(maria)

    assert (rows["reviews"], rows["ratings"], rows["rating"]) == (
        (3, 1), (2, 1), (Decimal("4.50"), Decimal("3.00")),
    )  # fmt: skip


def test_without_reviews_the_panel_gives_no_rating(maria):
    rows = panel(maria)

    assert rows["reviews"] == (0, 0)
    assert "rating" not in rows


def test_number_of_the_panel_opens_exactly_its_reviews(maria):
    anna = person("Анна", phone="+79160000001")
    first = review(anna, noon(5), 5, accepted=noon(6))
    review(anna, noon(6), platform="2gis")
    review(anna, noon(7), 1, declined=noon(8), platform="other")
    report, scope = find_report("program_panel"), scope_of(maria, "program_panel", NOVEMBER)
    lines = {row[0].code: row for row in report.rows(scope)}

    link = report.behind(scope, report.columns[1], lines["rating"])

    assert link.filters == {
        "period": "days", "first": "2026-11-01", "last": "2026-11-30", "status": "kept", "stars": "yes",
    }  # fmt: skip
    (row,) = rows_of(maria, link.report, f"{NOVEMBER}&status=kept&stars=yes")
    assert (row[0], row[4:]) == (str(first.pk), ("Анна", "+79160000001", 5, "принят", 0, None))
    assert len(rows_of(maria, "reviews", f"{NOVEMBER}&status=kept")) == 2
    assert len(rows_of(maria, "reviews", NOVEMBER)) == 3
    assert len(rows_of(maria, "reviews", f"{NOVEMBER}&status=DECLINED")) == 1


def test_bonus_goes_to_whoever_entered_the_last_receipt_before_the_review(maria, desk):
    rita, sasha = desk
    anna, boris, vera, galya = (person(name) for name in ("Анна", "Борис", "Вера", "Галя"))
    namesake = person("Крылова", first_name="Рита")
    for who, day, receptionist in (
        (anna, 1, rita), (boris, 1, rita), (boris, 5, sasha), (galya, 2, rita), (namesake, 2, rita),
    ):  # fmt: skip
        sell(who, noon(day), 1_000, actor=receptionist)
    sell(vera, noon(1, 9), 1_000, actor=rita)
    review(anna, noon(10), 5, accepted=noon(12))
    review(anna, noon(11), platform="2gis", accepted=noon(12))
    review(boris, noon(6), 4, accepted=noon(7))
    review(vera, noon(10), 5, accepted=noon(12))  # seventy days after the visit
    review(galya, noon(10), 5)
    review(galya, noon(10), 2, platform="other", declined=noon(12))
    review(galya, noon(30), platform="2gis", accepted=noon(1, 12))
    review(namesake, noon(10), 5, accepted=noon(12))
    StaffBonusRate.objects.create(from_month=date(2026, 11, 1), per_review=70, per_registration=50)

    assert rows_of(maria, "staff_bonus", NOVEMBER) == [
        (date(2026, 11, 1), "sasha", 0, 0, 1, Decimal(70), None),
        (date(2026, 11, 1), "Рита Крылова", 0, 0, 2, Decimal(140), None),
    ]
    assert totals_of(maria, "staff_bonus", NOVEMBER)[2:] == (0, 0, 3, Decimal(210), 0)
    assert rows_of(maria, "staff_bonus", "first=2026-12-01&last=2026-12-31") == [
        (date(2026, 12, 1), "Рита Крылова", 0, 0, 1, Decimal(70), None)
    ]
    by_hand = {row[0]: row[9] for row in rows_of(maria, "reviews", NOVEMBER)}
    assert sorted(by_hand.values(), key=str) == [None, None] + ["sasha"] + ["Рита Крылова"] * 5


def test_receipt_that_is_typed_in_after_the_review_changes_nothing(maria, desk):
    rita, sasha = desk
    anna = person("Анна")
    sell(anna, noon(1), 1_000, actor=rita)
    left = review(anna, noon(3), 5, accepted=noon(4))
    late = sell(anna, noon(2), 1_000, actor=sasha)
    type(late).objects.filter(pk=late.pk).update(recorded_at=noon(5))
    StaffBonusRate.objects.create(from_month=date(2026, 11, 1), per_review=70)

    assert [row[1] for row in rows_of(maria, "staff_bonus", NOVEMBER)] == ["Рита Крылова"]
    assert left.points == 0
