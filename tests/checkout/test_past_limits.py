"""A replay counts budgets and caps per patient as the desk would have."""

from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.models import LimitUse, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from tests.checkout.test_limits import pay, publish_bonus
from tests.people import make_clinic
from tests.programs import NOON, make_member

pytestmark = pytest.mark.django_db
LIMITS = {
    "budget": {"points": 1_000, "period": "month"},
    "cap_points_per_patient": {"points": 500, "period": "year"},
}


def replay(patient, *, receipts):
    standing = Standing.objects.select_related("account", "patient__home_clinic").get(patient=patient)
    past = [
        PastReceipt(
            standing=standing,
            clinic=make_clinic(),
            paid_at=NOON - timedelta(hours=receipts - number),
            lines=(DraftLine(price_kopecks=100_000),),
            source_system="old",
            document=f"{patient.pk}-{number}",
        )
        for number in range(receipts)
    ]
    running = current_program(at=NOON)
    catalogue = read_catalogue(line for each in past for line in each.lines)
    with transaction.atomic():
        written = replay_receipts(past, catalogue=catalogue, running=running, recorded_at=NOON)
    return [receipt.points_earned for receipt in written]


def used():
    rows = LimitUse.objects.order_by("kind", "patient").values_list("kind", "used", "amount")
    return list(rows)


def test_replay_gives_what_limits_leave_and_counts_it():
    publish_bonus(**LIMITS)
    anna, boris, vera = (make_member(phone=f"+7916123450{number}") for number in range(3))

    given = [replay(patient, receipts=3) for patient in (anna, boris, vera)]

    assert given == [[300, 200, 0], [300, 200, 0], [0, 0, 0]]
    assert used() == [("budget", 1_000, 1_000), ("patient", 500, 500), ("patient", 500, 500)]


def test_replay_goes_on_where_the_desk_stopped_and_the_desk_after_it():
    publish_bonus(**LIMITS)
    anna, boris = (make_member(phone=f"+7916123450{number}") for number in range(2))

    at_the_desk = pay(anna).points_earned
    replayed = replay(anna, receipts=2)
    after = [pay(boris).points_earned for _ in range(3)]

    assert (at_the_desk, replayed, after) == (300, [200, 0], [300, 200, 0])
    assert used()[0] == ("budget", 1_000, 1_000)
