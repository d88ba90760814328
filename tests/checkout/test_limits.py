"""Budgets and caps per patient over several receipts: counted at posting, asked at the quote."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from clinics.models import AuditEvent
from loyalty.checkout.confirming import QuoteChanged, confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.limit_use import ReceiptPlace, give_back
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import LimitUse, Receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.limits import Limit, LimitKind, LimitPeriod
from tests.people import make_clinic, make_rita
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
TITLE = {"ru": "п", "en": "r"}
NIGHT_BEFORE_DECEMBER = datetime(2026, 11, 30, 20, 59, tzinfo=UTC)  # 23:59 in Moscow


def publish_bonus(*, points=300, **limits):
    bonus = {
        "code": "bonus",
        "title": TITLE,
        "effect": {"kind": "fixed", "points": points, "per": "visit"},
        **limits,
    }
    publish_preset(has_welcome=False, earning={"rules": [bonus]})


def publish_promotion(**fields):
    promotion = {
        "code": "autumn",
        "title": TITLE,
        "effect": {"kind": "percent", "percent": 10},
        "days": {"first_day": "2026-09-01", "last_day": "2026-12-31"},
        "rules_link": "/rules/",
        **fields,
    }
    publish_preset(has_welcome=False, discounts={"promotions": [promotion]})


def quote_of(patient, *, roubles=1_000, clinic=None, at=NOON):
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=(clinic or make_clinic()).code,
        lines=(DraftLine(price_kopecks=roubles * 100),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    return quote_receipt(draft, at=at)


def desk_user():
    return User.objects.filter(username="rita").first() or make_rita()


def pay(patient, *, roubles=1_000, clinic=None, at=NOON):
    clinic = clinic or make_clinic()
    quoted = quote_of(patient, roubles=roubles, clinic=clinic, at=at)
    return confirm_receipt(quoted.token, clinic=clinic, actor=desk_user(), at=at).receipt


def test_budget_gives_its_last_points_and_then_nothing():
    publish_bonus(budget={"points": 700, "period": "month"})
    anna = make_member()

    given = [pay(anna, at=NOON + timedelta(minutes=n)).points_earned for n in range(4)]

    assert given == [300, 300, 100, 0]
    assert LimitUse.objects.values_list("rule_code", "kind", "used", "amount").get() == (
        "bonus",
        "budget",
        700,
        700,
    )


def test_budget_of_a_month_is_full_again_on_the_first_day_of_the_next_at_the_clinic():
    publish_bonus(budget={"points": 300, "period": "month"})
    anna = make_member()

    given = [pay(anna, at=NIGHT_BEFORE_DECEMBER + timedelta(minutes=n)).points_earned for n in (-1, 0, 1)]

    assert given == [300, 0, 300]
    starts = LimitUse.objects.order_by("period_start").values_list("period_start", flat=True)
    assert list(starts) == [date(2026, 11, 1), date(2026, 12, 1)]


def test_budget_per_clinic_is_counted_apart():
    publish_bonus(budget={"points": 300, "period": "year", "per_clinic": True})
    anna, other = make_member(), make_clinic(code="khimki")

    given = [pay(anna, clinic=clinic).points_earned for clinic in (make_clinic(), other, other)]

    assert given == [300, 300, 0]


def test_cap_per_patient_does_not_touch_other_patients():
    publish_bonus(cap_points_per_patient={"points": 500, "period": "quarter"})
    anna, boris = make_member(), make_member("Иванов", "Борис", "+79161234568")

    given = [pay(patient).points_earned for patient in (anna, anna, anna, boris)]

    assert given == [300, 200, 0, 300]


def test_budget_of_a_promotion_is_counted_in_kopecks():
    publish_promotion(budget={"roubles": "150.50", "period": "program"})
    anna = make_member()

    off = [pay(anna).discount for _ in range(3)]

    assert [str(amount) for amount in off] == ["100.00", "50.50", "0.00"]


def test_quote_that_met_an_emptier_budget_is_shown_anew_and_writes_nothing():
    publish_bonus(budget={"points": 300, "period": "month"})
    anna, boris = make_member(), make_member("Иванов", "Борис", "+79161234568")
    late = quote_of(boris)
    pay(anna)

    with pytest.raises(QuoteChanged) as changed:
        confirm_receipt(late.token, clinic=make_clinic(), actor=desk_user(), at=NOON)

    assert changed.value.fresh.quote.earned_points == 0
    assert Receipt.objects.filter(patient=boris).count() == 0
    assert LimitUse.objects.get().used == 300


def test_budget_warns_once_at_80_percent_and_once_when_it_is_spent():
    publish_bonus(points=100, budget={"points": 500, "period": "month"})
    anna = make_member()

    for _ in range(6):
        pay(anna)

    events = AuditEvent.objects.filter(code__startswith="budget.").order_by("id")
    assert [(event.code, event.details["used"]) for event in events] == [
        ("budget.warning", 400),
        ("budget.spent", 500),
    ]


def test_what_goes_back_can_be_given_again():
    limit = Limit("bonus", LimitKind.BUDGET, 300, LimitPeriod.MONTH)
    publish_bonus(budget={"points": 300, "period": "month"})
    anna = make_member()
    pay(anna)

    give_back([limit], {"bonus": 200}, ReceiptPlace(anna.pk, make_clinic().code, date(2026, 11, 22)))

    assert LimitUse.objects.get().used == 100
    assert pay(anna).points_earned == 200


def test_program_without_limits_asks_nothing(django_assert_num_queries):
    publish_preset(has_welcome=False)
    anna = make_member()
    quote_of(anna)

    with django_assert_num_queries(4):
        quote_of(anna)


def test_any_number_of_limits_costs_one_query(django_assert_num_queries):
    rules = [
        {
            "code": f"bonus{number}",
            "title": TITLE,
            "priority": number,
            "effect": {"kind": "fixed", "points": 10, "per": "visit"},
            "budget": {"points": 1_000, "period": "month"},
            "cap_points_per_patient": {"points": 100, "period": "year"},
        }
        for number in range(30)
    ]
    publish_preset(has_welcome=False, earning={"rules": rules, "groups": [{"code": "base", "mode": "add_up"}]})
    anna = make_member()
    pay(anna)

    with django_assert_num_queries(5):
        quote_of(anna)
