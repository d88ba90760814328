"""Receipts of the past replayed at once meet the tiers that daily nights would have given them."""

from datetime import date, timedelta

import pytest
from django.db import transaction

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.models import Receipt, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from loyalty.rules.tier_states import TierState
from notifications.models import OutboxMessage
from tests.people import make_clinic, make_service
from tests.programs import make_member
from tests.tiers.paying import moscow, pay, run_night, run_nights, run_tiers, standing_of, state_of

pytestmark = pytest.mark.django_db
JOINED = moscow(2025, 1, 15, 12, 0)
# Silver in the first winter, gold in spring, a poor year after, a payment in grace, and silence.
VISITS = (
    (moscow(2025, 1, 31, 23, 59, 59), 60_000),
    (moscow(2025, 2, 1, 0, 0), 1_000),
    (moscow(2025, 4, 9, 12, 0), 95_000),
    (moscow(2025, 4, 10, 12, 0), 2_000),
    (moscow(2026, 2, 14, 12, 0), 3_000),
    (moscow(2026, 3, 4, 12, 0), 20_000),
    (moscow(2026, 4, 11, 12, 0), 4_000),
    (moscow(2026, 5, 12, 12, 0), 5_000),
    (moscow(2026, 6, 30, 12, 0), 90_000),
    (moscow(2026, 7, 1, 12, 0), 6_000),
)
RECORDED_AT = moscow(2026, 8, 1, 12, 0)


def replay(patient, visits=VISITS, *, recorded_at=RECORDED_AT):
    standing = Standing.objects.select_related("account", "patient__home_clinic").get(patient=patient)
    service = make_service("hygiene", "hygiene")
    start = Receipt.objects.count()
    receipts = [
        PastReceipt(
            standing=standing,
            clinic=make_clinic(),
            paid_at=paid_at,
            lines=(DraftLine(price_kopecks=roubles * 100, service_id=service.pk),),
            source_system="old",
            document=str(start + number),
        )
        for number, (paid_at, roubles) in enumerate(visits)
    ]
    catalogue = read_catalogue(line for past in receipts for line in past.lines)
    with transaction.atomic():
        replay_receipts(
            receipts, catalogue=catalogue, running=current_program(at=recorded_at), recorded_at=recorded_at
        )


def tiers_of(patient):
    receipts = Receipt.objects.filter(patient=patient).order_by("paid_at")
    return list(receipts.values_list("paid_at", "tier", "paid", "points_earned"))


@pytest.mark.parametrize(("downgrade", "months"), [("never", 12), ("at_end", 12), ("at_end", 3), ("one_step", 3)])
def test_replay_meets_the_tiers_of_a_desk_with_a_night_every_day(downgrade, months):
    run_tiers(downgrade=downgrade, turnover={"kind": "rolling_months", "months": months})
    anna = make_member(at=JOINED)
    vera = make_member("Лебедева", "Вера", "+79167654321", at=JOINED)
    day = JOINED.date()
    for paid_at, roubles in VISITS:
        run_nights(day, paid_at.date())
        pay(anna, roubles, at=paid_at)
        day = paid_at.date() + timedelta(days=1)
    run_nights(day, RECORDED_AT.date())

    replay(vera)

    assert tiers_of(vera) == tiers_of(anna)
    assert standing_of(vera).tier == standing_of(anna).tier
    assert state_of(vera).earned == state_of(anna).earned


def test_exact_tiers_of_a_year_that_ran_out():
    run_tiers()
    vera = make_member("Лебедева", "Вера", "+79167654321", at=JOINED)

    replay(vera)

    assert [tier for _at, tier, _paid, _points in tiers_of(vera)] == [
        "standart", "silver", "silver", "gold", "gold", "silver", "silver", "standart", "standart", "silver",
    ]  # fmt: skip
    assert OutboxMessage.objects.count() == 0


def test_grace_that_is_open_at_the_end_begins_anew_and_is_told():
    run_tiers()
    vera = make_member("Лебедева", "Вера", "+79167654321", at=JOINED)

    replay(vera, VISITS[:1], recorded_at=moscow(2026, 2, 20, 12, 0))
    replayed = state_of(vera)
    run_night(date(2026, 2, 21))

    assert replayed == TierState("silver", due_on=date(2026, 2, 21))
    assert state_of(vera).grace_until == date(2026, 3, 23)
    assert OutboxMessage.objects.get().context == {"grace_until": "2026-03-23"}


def test_tier_that_fell_long_ago_is_not_told():
    run_tiers()
    vera = make_member("Лебедева", "Вера", "+79167654321", at=JOINED)

    replay(vera, VISITS[:1])
    run_night(date(2026, 8, 2))

    assert state_of(vera) == TierState("standart")
    assert OutboxMessage.objects.count() == 0


def test_receipts_older_than_known_ones_are_counted_with_them():
    run_tiers(downgrade="never")
    vera = make_member("Лебедева", "Вера", "+79167654321", at=JOINED)
    replay(vera, [(moscow(2026, 6, 30, 12, 0), 30_000)])

    replay(vera, [(moscow(2026, 5, 30, 12, 0), 20_000)])

    assert state_of(vera) == TierState("silver")


def test_replay_of_many_members_reads_what_they_paid_by_one_query(django_assert_num_queries):
    run_tiers()
    few, many = (
        [make_member(phone=f"+7916000000{n}", at=JOINED) for n in range(2)],
        [make_member(phone=f"+7916000001{n}", at=JOINED) for n in range(6)],
    )
    replay(few[0])
    with django_assert_num_queries(100, exact=False) as for_one:
        replay(few[1])
    standings = Standing.objects.select_related("account", "patient__home_clinic").filter(patient__in=many)
    service = make_service("hygiene", "hygiene")
    receipts = [
        PastReceipt(
            standing=standing, clinic=make_clinic(), paid_at=paid_at,
            lines=(DraftLine(price_kopecks=roubles * 100, service_id=service.pk),),
            source_system="many", document=f"{standing.pk}-{number}",
        )
        for standing in standings
        for number, (paid_at, roubles) in enumerate(VISITS)
    ]  # fmt: skip
    catalogue = read_catalogue(line for past in receipts for line in past.lines)
    running = current_program(at=RECORDED_AT)

    with django_assert_num_queries(100, exact=False) as for_many, transaction.atomic():
        replay_receipts(receipts, catalogue=catalogue, running=running, recorded_at=RECORDED_AT)

    assert len(for_many) < len(for_one)
