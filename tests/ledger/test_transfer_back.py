"""Undoing a transfer of everything: lots, dates and debts are where they were, or the undo is refused."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.posting import LedgerRefusal, MovedOn, NothingToReverse
from loyalty.models import Lot
from tests.ledger.accounts import (
    START,
    burn,
    day_end,
    earn,
    figures,
    lot,
    open_account,
    remainders,
    spend,
    written,
)

pytestmark = pytest.mark.django_db
FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)
LATER = START + timedelta(days=5)


def transfer(giver, receiver):
    return posting.transfer(
        from_account_id=giver.pk, to_account_id=receiver.pk, key="merge", at=START
    ).operation_id


def undo(operation_id, giver, receiver, *, key="undo", at=START):
    return posting.transfer_back(
        operation_id=operation_id, from_account_id=giver.pk, to_account_id=receiver.pk, key=key, at=at
    )


def owe(account, units, *, key):
    earned = earn(account, lot(units, MARCH), key=f"{key}: earned")
    spend(account, units, key=f"{key}: spent")
    posting.take_back(operation_id=earned.operation_id, units=units, key=f"{key}: taken", at=START)


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["dated", "rolling", "pending", "endless", "spend", "owe"]),
        st.booleans(),
        st.integers(1, 50),
    ),
    max_size=8,
)


def play(acts, accounts):
    for number, (act, is_second, units) in enumerate(acts):
        account, key = accounts[is_second], f"{accounts[0].pk}: {number}"
        match act:
            case "dated":
                earn(account, lot(units, MARCH), key=key)
            case "rolling":
                earn(account, lot(units), key=key)
            case "pending":
                earn(account, lot(units, MARCH, available_at=LATER), key=key)
            case "endless":
                earn(account, lot(units, never_burns=True), key=key)
            case "spend":
                try:
                    spend(account, units, key=key)
                except LedgerRefusal:
                    continue
            case "owe":
                try:
                    owe(account, units, key=key)
                except LedgerRefusal:
                    continue


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=ACTS)
def test_undo_returns_to_the_start_and_the_sum_never_changes(acts):
    accounts = [open_account(rolling=MARCH), open_account(rolling=MARCH)]
    anna, boris = accounts
    play(acts, accounts)
    before = [(figures(account), remainders(account)) for account in accounts]
    worth = sum(sum(figures(account)[:2]) - figures(account)[2] for account in accounts)

    moved = posting.transfer(from_account_id=anna.pk, to_account_id=boris.pk, key=f"merge {anna.pk}", at=START)
    together = figures(anna), figures(boris)
    undo(moved.operation_id, anna, boris, key=f"undo {anna.pk}")

    assert together[0] == (0, 0, 0)
    assert sum(together[1][:2]) - together[1][2] == worth
    after = [(figures(account), remainders(account)) for account in accounts]
    assert after[0] == before[0]
    assert (after[1][0], after[1][1][: len(before[1][1])]) == before[1]
    assert set(after[1][1][len(before[1][1]) :]) <= {0}
    assert list(breaches()) == []


def test_points_spent_since_refuse_the_undo_and_nothing_is_written():
    anna, boris = open_account(), open_account()
    earn(anna, lot(100, FEBRUARY), key="a")
    earn(boris, lot(50, MARCH), key="b")
    moved = transfer(anna, boris)
    spend(boris, 30, key="spent")
    before = written()

    with pytest.raises(MovedOn) as refused:
        undo(moved, anna, boris)

    assert refused.value == MovedOn(operation_id=moved, units=30)
    assert written() == before


def test_own_points_of_the_receiver_may_be_spent():
    anna, boris = open_account(), open_account()
    earn(anna, lot(100, MARCH), key="a")
    earn(boris, lot(50, FEBRUARY), key="b")
    moved = transfer(anna, boris)
    spend(boris, 50, key="spent")

    undo(moved, anna, boris)

    assert (figures(anna), figures(boris)) == ((100, 0, 0), (0, 0, 0))


def test_what_burnt_since_stays_burnt():
    anna, boris = open_account(), open_account()
    earn(anna, lot(100, FEBRUARY), lot(40, MARCH), key="a")
    moved = transfer(anna, boris)
    burn(boris, at=day_end(FEBRUARY))

    undo(moved, anna, boris, at=day_end(FEBRUARY))

    assert (figures(anna), figures(boris)) == ((40, 0, 0), (0, 0, 0))
    assert list(breaches()) == []


def test_points_released_since_come_back_released():
    anna, boris = open_account(), open_account()
    earn(anna, lot(30, MARCH, available_at=LATER), key="a")
    moved = transfer(anna, boris)
    posting.release_slice(account_ids=[boris.pk], at=LATER)

    undo(moved, anna, boris, at=LATER)

    assert (figures(anna), figures(boris)) == ((30, 0, 0), (0, 0, 0))
    assert Lot.objects.get(account=anna).is_released
    assert list(breaches()) == []


def test_debt_that_new_points_have_paid_refuses_the_undo():
    anna, boris = open_account(), open_account()
    owe(anna, 30, key="debt")
    moved = transfer(anna, boris)
    earn(boris, lot(100, MARCH), key="later")

    with pytest.raises(MovedOn) as refused:
        undo(moved, anna, boris)

    assert refused.value.units == 30


def test_twice_with_one_key_is_once_and_another_operation_is_refused():
    anna, boris = open_account(), open_account()
    earned = earn(anna, lot(100, MARCH), key="a").operation_id
    moved = transfer(anna, boris)

    first, second = (undo(moved, anna, boris) for _ in range(2))

    assert (first.operation_id, first.is_duplicate, second.is_duplicate) == (second.operation_id, False, True)
    assert figures(anna) == (100, 0, 0)
    with pytest.raises(NothingToReverse):
        undo(earned, anna, boris, key="another")
