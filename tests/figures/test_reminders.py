"""Reminders and what they bring: each purchase once, to the last one delivered before it and before the end."""

from datetime import date, timedelta
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.figures.maths.increment import Trial
from loyalty.figures.reminders import attribution_days, read_effect, read_rungs, receipts_of_reminders
from loyalty.models import Account, ReminderPlan
from notifications.models import OutboxMessage
from tests.figures.shop import OCTOBER, noon, person, refund, scope, sell, take_back, wall
from tests.people import make_clinic
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program(db):
    publish_preset()


def remind(patient, at, *, last_day=date(2026, 11, 20), days_before=14, held_out=False, status="SENT"):
    """Planned and, unless it failed or the patient is held out, delivered an hour later."""
    account, _made = Account.objects.get_or_create(patient=patient, defaults={"opened_at": at})
    plan = ReminderPlan.objects.create(
        account=account, patient=patient, last_day=last_day, days_before=days_before, points=100,
        is_held_out=held_out, planned_at=at, due_at=at,
    )  # fmt: skip
    if not held_out:
        OutboxMessage.objects.create(
            key=plan.message_key, event="points.burning_soon", kind="SERVICE", patient=patient, due_at=at,
            next_attempt_at=at, created_at=at, status=status,
            sent_at=at + timedelta(hours=1) if status == "SENT" else None,
        )  # fmt: skip
    return plan


def rungs(*, window=14, days=None):
    return {
        rung.days_before: (rung.delivered, rung.receipts, rung.paid, rung.points)
        for rung in read_rungs(scope(*([days] if days else [])), window=window)
    }


def test_purchase_counts_to_the_last_reminder_delivered_before_it_and_once():
    anna = person("Анна")
    remind(anna, noon(6), days_before=14)
    remind(anna, noon(15), days_before=5)
    first = sell(anna, noon(10), (1_000, 0, 100))
    last = sell(anna, noon(16), 500)

    assert rungs() == {14: (1, 1, 900_00, 100), 5: (1, 1, 500_00, 0)}
    assert receipts_of_reminders(scope(), window=14) == {first.pk: 14, last.pk: 5}


def test_what_came_before_delivery_after_the_window_or_after_burning_does_not_count():
    anna, vera, boris = person("Анна"), person("Вера"), person("Борис")
    remind(anna, noon(6))
    sell(anna, noon(6) + timedelta(minutes=59), 1)
    remind(vera, noon(6), last_day=date(2026, 12, 31))
    sell(vera, noon(6) + timedelta(days=14, hours=1), 20)
    remind(boris, noon(15), days_before=5)
    sell(boris, wall(make_clinic(), date(2026, 11, 21), 0, 0), 300)
    at_the_edge = sell(boris, wall(make_clinic(), date(2026, 11, 20), 23, 59), 4_000)

    assert receipts_of_reminders(scope(), window=14) == {at_the_edge.pk: 5}


def test_only_delivered_reminders_bring_anything_and_refunds_are_net():
    anna, vera, boris = person("Анна"), person("Вера"), person("Борис")
    remind(anna, noon(6), status="FAILED")
    sell(anna, noon(7), 1)
    remind(vera, noon(6))
    refund(sell(vera, noon(7), (1_000, 0, 200)), noon(30), (500, 100))
    remind(boris, noon(6))
    take_back(sell(boris, noon(7), 5_000), noon(8))

    assert rungs() == {14: (2, 1, 400_00, 100)}


def test_purchase_after_the_month_counts_to_the_reminder_of_the_month_unless_a_later_one_came():
    anna, vera = person("Анна"), person("Вера")
    for patient in (anna, vera):
        remind(patient, noon(30, 10), last_day=date(2026, 11, 13), days_before=14)
    remind(vera, noon(8), last_day=date(2026, 11, 13), days_before=5)
    sell(anna, noon(9), 100)
    sell(vera, noon(9), 20)

    assert rungs(days=OCTOBER) == {14: (2, 1, 100_00, 0)}
    assert rungs() == {5: (1, 1, 20_00, 0)}


def test_increment_compares_all_who_were_to_be_reminded_with_those_held_out():
    for number in range(8):
        patient = person(f"reminded-{number}")
        remind(patient, noon(6), status="FAILED" if number == 0 else "SENT")
        if number < 4:
            sell(patient, noon(7), 1_000)
    for number in range(4):
        patient = person(f"held-out-{number}")
        remind(patient, noon(6), held_out=True)
        if number < 1:
            sell(patient, noon(7), 1_000)

    effect = read_effect(scope(), window=14)

    assert (effect.reminded, effect.held_out) == (Trial(8, 4), Trial(4, 1))
    assert effect.increment.estimate == Fraction(1, 4)
    assert effect.extra_people.estimate == 2
    assert effect.extra_revenue(paid=3_000_00, receipts=3) == 2_000_00
    assert not effect.increment.is_certain


def test_person_reminded_twice_is_one_person():
    anna = person("Анна")
    remind(anna, noon(6))
    remind(anna, noon(15), days_before=5)
    sell(anna, noon(16), 100)
    sell(anna, noon(17), 100)

    assert read_effect(scope(), window=14).reminded == Trial(1, 1)


def test_without_reminders_nothing_is_claimed():
    effect = read_effect(scope(), window=14)

    assert read_rungs(scope(), window=14) == []
    assert (effect.increment, effect.extra_people, effect.extra_revenue(paid=0, receipts=0)) == (None, None, None)


def test_window_is_the_programs_and_each_question_is_one_query():
    anna = person("Анна")
    remind(anna, noon(6))
    sell(anna, noon(7), 100)
    asked = scope()
    assert attribution_days(asked) == 14

    with CaptureQueriesContext(connection) as caught:
        read_rungs(asked, window=14)
        read_effect(asked, window=14)

    assert len(caught) == 2
