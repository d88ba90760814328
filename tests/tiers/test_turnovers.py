"""What counts towards a tier, read from receipts, refunds and imports, at awkward moments of the calendar."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.imports.openings import NewOpening, post_openings
from loyalty.imports.patient_rows import Opening
from loyalty.program.versions import current_program
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.refund_portions import SpreadAmount
from loyalty.rules.tier_states import TierState
from loyalty.rules.turnover import Payment
from loyalty.tiers.turnovers import read_turnover, read_turnovers
from patients.models import PatientSourceKey
from tests.people import make_clinic
from tests.programs import make_member
from tests.tiers.paying import YEAR, moscow, pay, run_tiers, standing_of, state_of

pytestmark = pytest.mark.django_db
NOW = moscow(2026, 11, 22, 12, 0)


def payments_of(patient, *, day):
    program = current_program(at=NOW).program
    return list(read_turnover(standing_of(patient), program=program, day=day).payments)


@pytest.mark.parametrize(
    ("paid_at", "day"),
    [
        (moscow(2026, 1, 31, 23, 59, 59), date(2026, 1, 31)),
        (moscow(2026, 2, 1, 0, 0), date(2026, 2, 1)),
        (datetime(2026, 1, 31, 21, 0, tzinfo=UTC), date(2026, 2, 1)),
    ],
)
def test_payment_belongs_to_the_day_of_the_home_clinic(paid_at, day):
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))

    pay(anna, 1_000, at=paid_at)

    assert payments_of(anna, day=day) == [Payment(day, 100_000)]


def test_home_clinic_decides_the_day_wherever_the_receipt_was_paid():
    run_tiers()
    kamchatka = make_clinic("kamchatka", timezone="Asia/Kamchatka")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0), clinic=kamchatka)

    pay(anna, 1_000, at=moscow(2026, 1, 31, 15, 0))

    assert payments_of(anna, day=date(2026, 2, 1)) == [Payment(date(2026, 2, 1), 100_000)]


def test_window_begins_on_its_first_day_and_ends_a_day_is_summed():
    run_tiers()
    anna = make_member(at=moscow(2025, 1, 15, 12, 0))
    pay(anna, 100, at=moscow(2025, 11, 21, 23, 59, 59))
    pay(anna, 20, at=moscow(2025, 11, 22, 0, 0))
    pay(anna, 3, at=moscow(2025, 11, 22, 23, 59, 59))

    assert payments_of(anna, day=date(2026, 11, 22)) == [Payment(date(2025, 11, 22), 2_300)]


def test_refund_counts_on_the_day_of_its_receipt():
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    receipt = pay(anna, 10_000, at=moscow(2026, 2, 1, 12, 0))
    pay(anna, 500, at=moscow(2026, 3, 1, 12, 0))
    for key, kopecks in (("one", 300_000), ("two", 100_000)):
        wish = RefundWish(receipt_id=receipt.pk, key=key, reason="OTHER", portion=SpreadAmount(kopecks))
        refund_receipt(wish, actor=receipt.actor, at=NOW)

    assert payments_of(anna, day=date(2026, 11, 22)) == [
        Payment(date(2026, 2, 1), 600_000),
        Payment(date(2026, 3, 1), 50_000),
    ]


def test_earlier_turnover_counts_from_the_day_it_was_taken_over():
    version = run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    key = PatientSourceKey.objects.create(patient=anna, source="old", key="17")

    post_openings(
        [NewOpening(source_key=key, opening=Opening(turnover_kopecks=6_000_000))],
        standings={anna.pk: standing_of(anna)},
        program=current_program(at=NOW).program,
        version_id=version.pk,
        at=moscow(2026, 2, 1, 12, 0),
    )

    assert payments_of(anna, day=date(2027, 2, 1)) == [Payment(date(2026, 2, 1), 6_000_000)]
    assert state_of(anna) == TierState("silver", due_on=date(2027, 2, 2))


def test_many_members_are_read_by_one_query_and_apart(django_assert_num_queries):
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    vera = make_member("Лебедева", "Вера", "+79167654321", at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 1_000, at=NOW - timedelta(days=2))
    pay(vera, 2_000, at=NOW - timedelta(days=1))
    standings = [standing_of(anna), standing_of(vera)]
    program = current_program(at=NOW).program

    with django_assert_num_queries(1):
        turnovers = read_turnovers(standings, program=program, day=NOW.date())

    assert list(turnovers[anna.pk].payments) == [Payment(date(2026, 11, 20), 100_000)]
    assert list(turnovers[vera.pk].payments) == [Payment(date(2026, 11, 21), 200_000)]


def test_lifetime_turnover_needs_no_query(django_assert_num_queries):
    run_tiers(turnover={"kind": "lifetime"})
    anna = make_member(at=moscow(2026, 1, 15, 12, 0), turnover=70_000)
    standing, program = standing_of(anna), current_program(at=NOW).program

    with django_assert_num_queries(0):
        turnover = read_turnover(standing, program=program, day=NOW.date())

    assert (turnover.lifetime_kopecks, list(turnover.payments)) == (7_000_000, [])


def test_a_leap_days_payment_leaves_after_28_february():
    run_tiers(turnover=YEAR)
    anna = make_member(at=moscow(2028, 1, 15, 12, 0))
    pay(anna, 50_000, at=moscow(2028, 2, 29, 23, 59, 59))

    assert state_of(anna) == TierState("silver", due_on=date(2029, 3, 1))
    assert len(payments_of(anna, day=date(2029, 2, 28))) == 1
    assert payments_of(anna, day=date(2029, 3, 1)) == []
