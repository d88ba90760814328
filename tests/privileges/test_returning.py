"""Codes that nobody used: points back in their lots, dates unchanged; what is past its day burns."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.balance import read_holdings
from loyalty.models import Lot, NightlyRun, Operation, PrivilegeCode, Standing
from loyalty.nightly.night import repeat_nights, run_due_nights
from loyalty.privileges.returning import return_unused
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.programs import NOON, give_points

pytestmark = pytest.mark.django_db
# The code's last day is 6 December; 03:10 of the next day in Moscow.
NIGHT_AFTER = datetime(2026, 12, 7, 0, 10, tzinfo=UTC)


def lots_of(patient):
    rows = Lot.objects.filter(account=patient.standing.account_id, remaining__gt=0)
    return list(rows.order_by("id").values_list("last_day", "remaining"))


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def test_points_return_to_their_lots_with_their_dates():
    anna = make_buyer(points=500)
    give_points(anna, 700, last_day=date(2027, 2, 10), at=NOON - timedelta(days=9))
    code = buy(anna, make_privilege(price=1000))
    assert lots_of(anna) == [(None, 200)]

    run_due_nights(at=NIGHT_AFTER)

    code.refresh_from_db()
    assert lots_of(anna) == [(None, 500), (date(2027, 2, 10), 700)]
    assert (code.status, code.return_operation.kind) == ("RETURNED", "RETURN")
    assert list(breaches()) == []


def test_points_past_their_day_burn_in_the_same_night():
    anna = make_buyer(points=600)
    give_points(anna, 400, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    buy(anna, make_privilege(price=1000))

    run_due_nights(at=NIGHT_AFTER)

    assert (balance_of(anna), lots_of(anna)) == (600, [(None, 600)])
    kinds = list(Operation.objects.order_by("-pk").values_list("kind", flat=True)[:2])
    assert kinds == ["BURN", "RETURN"]
    assert list(breaches()) == []


def test_points_past_their_day_cannot_be_spent_before_the_night_burns_them():
    anna = make_buyer(points=600)
    give_points(anna, 400, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    code = buy(anna, make_privilege(price=1000))

    returned = return_unused(code.pk, cutoff=NIGHT_AFTER, at=NIGHT_AFTER)

    holdings = read_holdings(account_id=anna.standing.account_id, at=NIGHT_AFTER)
    assert (returned, holdings.spendable) == (1000, 600)


def test_lot_that_had_burnt_meanwhile_does_not_come_to_life():
    anna = make_buyer(points=600)
    give_points(anna, 400, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 50, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    buy(anna, make_privilege(price=420))
    run_due_nights(at=datetime(2026, 11, 28, 0, 10, tzinfo=UTC))
    assert balance_of(anna) == 600

    run_due_nights(at=NIGHT_AFTER)

    assert balance_of(anna) == 600
    assert list(breaches()) == []


def test_second_night_returns_nothing_more():
    anna = make_buyer(points=3000)
    buy(anna, make_privilege(price=1000))
    run_due_nights(at=NIGHT_AFTER)

    repeat_nights(at=NIGHT_AFTER + timedelta(hours=1))

    run = NightlyRun.objects.get(step=NightlyRun.Step.CODES)
    assert (balance_of(anna), run.accounts, run.points) == (3000, 1, 1000)


def test_code_waits_until_its_last_day_is_over():
    anna = make_buyer(points=3000)
    code = buy(anna, make_privilege(price=1000))

    run_due_nights(at=datetime(2026, 12, 6, 20, 59, tzinfo=UTC))

    code.refresh_from_db()
    assert (code.status, balance_of(anna)) == ("OPEN", 2000)


def test_returned_code_goes_back_into_the_stock():
    anna = make_buyer(points=3000)
    privilege = make_privilege(price=1000, stock=1)
    buy(anna, privilege)

    run_due_nights(at=NIGHT_AFTER)

    privilege.refresh_from_db()
    assert privilege.sold == 0
    assert buy(anna, privilege, key="again", at=NIGHT_AFTER).status == "OPEN"


def test_night_costs_the_same_number_of_queries_for_a_code(django_assert_max_num_queries):
    anna = make_buyer(points=3000)
    code = buy(anna, make_privilege(price=1000))

    with django_assert_max_num_queries(12):
        return_unused(code.pk, cutoff=NIGHT_AFTER, at=NIGHT_AFTER)


def test_debt_is_not_paid_with_points_past_their_day():
    anna = make_buyer(points=600)
    give_points(anna, 400, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    code = buy(anna, make_privilege(price=400))
    earned = give_points(anna, 100, at=NOON, key="earned")
    posting.spend(account_id=anna.standing.account_id, units=700, key="all", at=NOON)
    posting.take_back(operation_id=earned, units=100, key="back", at=NOON)

    return_unused(code.pk, cutoff=NIGHT_AFTER, at=NIGHT_AFTER)

    account = Standing.objects.get(patient=anna).account
    assert (account.balance, account.debt) == (400, 100)
    assert PrivilegeCode.objects.get().status == "RETURNED"
