"""Points that wait until their visit is closed."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.balance import BurnDay, read_holdings
from loyalty.ledger.posting import InsufficientPoints, NewLot, Slice, VisitLot
from loyalty.ledger.statement import statement
from loyalty.models import Lot, Operation
from tests.ledger.accounts import START, day_end, earn, figures, lot, open_account, remainders, spend, written

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)
LATER = START + timedelta(days=3)


def waiting(points):
    return NewLot(points, waits_for_visit=True)


def close(operation_id, *days, at=LATER, available_at=None, key="visit"):
    """A last day for each lot of the earning; None for those without one."""
    lots = Lot.objects.filter(entry__operation=operation_id).order_by("id").values_list("id", flat=True)
    return posting.close_visit(
        operation_id=operation_id,
        lots=[
            VisitLot(pk, available_at or at, day, day and day_end(day)) for pk, day in zip(lots, days, strict=True)
        ],
        key=key,
        at=at,
    )


def test_points_that_wait_are_pending_without_days():
    account = open_account()

    earn(account, waiting(300), key="earn")

    assert figures(account) == (0, 300, 0)
    found = Lot.objects.get()
    assert (found.is_released, found.available_at, found.last_day) == (False, None, None)
    assert read_holdings(account_id=account.pk, at=START).waiting == 300


def test_points_that_wait_are_not_spent_released_or_burnt():
    account = open_account(rolling=FEBRUARY)
    earn(account, waiting(300), key="earn")

    with pytest.raises(InsufficientPoints):
        spend(account, 1, key="spend")
    posting.release_slice(account_ids=[account.pk], at=START + timedelta(days=3650))
    posting.burn_slice(account_ids=[account.pk], cutoff=day_end(MARCH), at=day_end(MARCH))

    assert figures(account) == (0, 300, 0)
    assert posting.due_releases(at=START + timedelta(days=3650)) == []


def test_closing_the_visit_gives_the_days_and_makes_the_points_available():
    account = open_account()
    earned = earn(account, waiting(300), lot(50, MARCH), key="earn")

    done = close(earned.operation_id, FEBRUARY, MARCH)

    assert done == Slice(Operation.objects.get(kind="VISIT").pk, accounts=1, lots=1, units=300)
    assert figures(account) == (350, 0, 0)
    holdings = read_holdings(account_id=account.pk, at=LATER)
    assert (holdings.spendable, holdings.waiting) == (350, 0)
    assert holdings.schedule == (
        BurnDay(FEBRUARY, day_end(FEBRUARY), 300, is_rolling=False),
        BurnDay(MARCH, day_end(MARCH), 50, is_rolling=False),
    )
    assert list(breaches()) == []


def test_closing_twice_changes_nothing():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")
    close(earned.operation_id, FEBRUARY)
    before = written()

    again = close(earned.operation_id, MARCH, key="again")

    assert again == Slice(None, 0, 0, 0)
    assert written() == before


def test_points_may_become_available_some_days_after_the_visit_was_closed():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")

    done = close(earned.operation_id, MARCH, available_at=LATER + timedelta(days=2))

    assert (done.accounts, done.lots, done.units) == (1, 0, 0)
    assert figures(account) == (0, 300, 0)
    posting.release_slice(account_ids=[account.pk], at=LATER + timedelta(days=2))
    assert figures(account) == (300, 0, 0)


def test_a_take_back_before_the_closing_takes_from_what_waits():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")

    posting.take_back(operation_id=earned.operation_id, units=120, key="refund", at=START)

    assert figures(account) == (0, 180, 0)
    assert close(earned.operation_id, FEBRUARY).units == 180
    assert figures(account) == (180, 0, 0)


def test_a_visit_of_which_nothing_is_left_closes_without_an_operation():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")
    posting.take_back(operation_id=earned.operation_id, units=300, key="refund", at=START)

    assert close(earned.operation_id, FEBRUARY) == Slice(None, 0, 0, 0)
    assert not Operation.objects.filter(kind="VISIT").exists()
    assert not Lot.objects.filter(available_at=None).exists()


def test_a_debt_is_paid_from_what_becomes_available():
    account = open_account()
    debt = earn(account, lot(100, MARCH), key="spent")
    spend(account, 100, key="spend")
    posting.take_back(operation_id=debt.operation_id, units=100, key="refund", at=START)
    earned = earn(account, waiting(300), key="earn")
    assert figures(account) == (0, 300, 100)

    close(earned.operation_id, FEBRUARY)

    assert figures(account) == (200, 0, 0)
    assert list(breaches()) == []


def test_points_that_were_transferred_are_found_where_they_are():
    account, other = open_account(), open_account()
    earned = earn(account, waiting(300), key="earn")
    posting.transfer(from_account_id=account.pk, to_account_id=other.pk, key="merge", at=START)
    assert figures(other) == (0, 300, 0)

    close(earned.operation_id, FEBRUARY)

    assert figures(other) == (300, 0, 0)
    assert remainders(account) == [0]
    assert list(breaches()) == []


def test_the_statement_says_that_points_wait():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")
    assert [row.waits_for_visit for row in statement(account.pk, 5)] == [True]

    close(earned.operation_id, FEBRUARY)

    closed, gained = statement(account.pk, 5)
    assert (closed.kind, closed.units) == ("VISIT", 0)
    assert (gained.waits_for_visit, gained.last_day, gained.available_at) == (False, FEBRUARY, LATER)


def test_a_lot_gets_its_days_only_once():
    account = open_account()
    earned = earn(account, waiting(300), key="earn")
    close(earned.operation_id, FEBRUARY)
    before = written()

    with pytest.raises(DatabaseError, match="the ledger is append-only"), transaction.atomic():
        Lot.objects.update(last_day=MARCH, expires_at=day_end(MARCH))

    assert written() == before
