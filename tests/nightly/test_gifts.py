"""Threshold gifts: net money over three calendar months; the count restarts after a gift."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinics.calendar import local_date
from loyalty.ledger.audit import breaches
from loyalty.messages.gifts import compose_gift
from loyalty.models import LimitUse, Lot, NightlyRun, Operation, OperationKind, Receipt, Refund, Standing
from loyalty.nightly import night
from notifications.models import OutboxMessage
from tests.nightly.burning import moscow
from tests.people import make_clinic
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db
GIFT = {
    "code": "loyal",
    "title": {"ru": "За верность", "en": "For loyalty"},
    "trigger": {"kind": "threshold", "roubles": 50_000, "months": 3},
    "points": 1_000,
    "life": {"kind": "months", "months": 3},
}
NIGHT = moscow(2026, 11, 28, 3, 10)


def run_program(**changes):
    return publish_preset(has_welcome=False, gifts=[GIFT | changes])


def paid(patient, roubles, *, at, identified_by="PHONE", version=None):
    amount = Decimal(roubles)
    receipt = Receipt.objects.create(
        clinic=patient.home_clinic,
        patient=patient,
        document=f"{patient.pk}:{at}",
        identified_by=identified_by,
        paid_at=at,
        visit_closed_at=at,
        recorded_at=at,
        program_version_id=version or patient.standing_version,
        price=amount,
        points_value=0,
        paid=amount,
        explanation={},
    )
    Standing.objects.filter(patient=patient).update(last_paid_at=at, turnover=amount)
    return receipt


@pytest.fixture
def anna():
    version = run_program()
    anna = make_member()
    anna.standing_version = version.pk
    return anna


def gifts_of(patient):
    return list(
        Lot.objects.filter(account=patient.standing.account, entry__operation__kind=OperationKind.GIFT)
        .order_by("id")
        .values_list("amount", "last_day")
    )


def test_gift_comes_the_night_after_the_sum_is_reached_exactly(anna):
    paid(anna, 20_000, at=moscow(2026, 9, 1, 12))
    paid(anna, 30_000, at=moscow(2026, 11, 27, 23, 59, 59))

    night.run_due_nights(at=NIGHT)

    assert gifts_of(anna) == [(1_000, date(2027, 2, 28))]
    operation = Operation.objects.get(kind=OperationKind.GIFT)
    assert operation.explanation["rule"] == "loyal"
    assert operation.explanation["paid_kopecks"] == 5_000_000
    assert list(breaches()) == []


def test_a_kopeck_less_gives_nothing(anna):
    paid(anna, "49999.99", at=moscow(2026, 11, 27))

    night.run_due_nights(at=NIGHT)

    assert gifts_of(anna) == []


@pytest.mark.parametrize(("day", "counts"), [(date(2026, 8, 28), True), (date(2026, 8, 27), False)])
def test_three_calendar_months_are_counted_with_both_their_days(anna, day, counts):
    paid(anna, 50_000, at=moscow(day.year, day.month, day.day, 23, 59, 59))

    night.run_due_nights(at=NIGHT)

    assert bool(gifts_of(anna)) is counts


def test_what_was_refunded_does_not_count(anna):
    receipt = paid(anna, 60_000, at=moscow(2026, 11, 20))
    Refund.objects.create(
        receipt=receipt,
        key="r",
        at=moscow(2026, 11, 21),
        recorded_at=moscow(2026, 11, 21),
        reason="OTHER",
        portion={},
        money=Decimal("10000.01"),
        points_returned=0,
        points_taken=0,
        is_complete=False,
    )

    night.run_due_nights(at=NIGHT)

    assert gifts_of(anna) == []


def test_count_restarts_after_a_gift(anna):
    paid(anna, 50_000, at=moscow(2026, 11, 27))
    night.run_due_nights(at=NIGHT)
    paid(anna, 49_000, at=moscow(2026, 12, 1))
    night.run_due_nights(at=moscow(2026, 12, 2, 3, 10))
    paid(anna, 1_000, at=moscow(2026, 12, 3))

    night.run_due_nights(at=moscow(2026, 12, 4, 3, 10))

    assert [amount for amount, _day in gifts_of(anna)] == [1_000, 1_000]


def test_repeated_and_late_nights_give_one_gift_and_one_message(anna):
    paid(anna, 50_000, at=moscow(2026, 11, 27))

    night.run_due_nights(at=NIGHT)
    night.repeat_nights(at=NIGHT + timedelta(minutes=5))
    night.run_due_nights(at=NIGHT + timedelta(days=3))

    assert len(gifts_of(anna)) == 1
    assert OutboxMessage.objects.filter(event="gift.given").count() == 1
    assert NightlyRun.objects.get(step="GIFTS", day=local_date(NIGHT, make_clinic().tz)).points == 1_000


def test_what_was_paid_before_the_program_gives_no_gift(anna):
    paid(anna, 90_000, at=moscow(2026, 11, 20), identified_by="IMPORT")

    night.run_due_nights(at=NIGHT)

    assert gifts_of(anna) == []


def test_budget_of_gifts_gives_its_last_points_and_stops():
    version = run_program(budget={"points": 1_500, "period": "year"})
    people = [make_member("Иванова", name, f"+7916123450{n}") for n, name in enumerate(("Анна", "Белла", "Вера"))]
    for person in people:
        paid(person, 50_000, at=moscow(2026, 11, 27), version=version.pk)

    night.run_due_nights(at=NIGHT)

    assert [[amount for amount, _day in gifts_of(person)] for person in people] == [[1_000], [500], []]
    assert LimitUse.objects.get().used == 1_500


def test_message_says_what_for_and_until_when(anna):
    paid(anna, 50_000, at=moscow(2026, 11, 27))
    night.run_due_nights(at=NIGHT)

    text = compose_gift(OutboxMessage.objects.get(event="gift.given"), NIGHT).body

    assert text.replace("\u00a0", " ") == "За верность: дарим вам 1 000 бонусных баллов. Действуют до 28.02.2027."
