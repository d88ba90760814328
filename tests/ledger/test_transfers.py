"""Moving points between accounts: lots are made anew with their dates."""

from datetime import date, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.ledger.posting import AccountInDebt, InsufficientPoints, KeyReused
from loyalty.models import Entry, Lot, Operation
from tests.ledger.accounts import START, day_end, earn, figures, lot, open_account, remainders, spend, written

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


def transfer(giver, receiver, *, key="transfer", units=None, at=START):
    return posting.transfer(from_account_id=giver.pk, to_account_id=receiver.pk, units=units, key=key, at=at)


def owe(account, units, *, key):
    earned = earn(account, lot(units, MARCH), key=f"{key}: earned")
    spend(account, units, key=f"{key}: spent")
    posting.take_back(operation_id=earned.operation_id, units=units, key=f"{key}: taken", at=START)


def test_everything_moves_with_its_dates_and_origin():
    anna, boris = open_account(rolling=FEBRUARY), open_account(rolling=MARCH)
    later = START + timedelta(days=5)
    earn(anna, lot(100, MARCH), lot(50), key="a")
    earn(anna, lot(30, MARCH, available_at=later), key="pending")
    spend(anna, 10, key="spend")

    posted = transfer(anna, boris)

    assert (posted.units, posted.balance, posted.pending, posted.debt) == (-170, 0, 0, 0)
    assert figures(boris) == (140, 30, 0)
    moved = Lot.objects.filter(account=boris)
    assert set(moved.values_list("amount", "last_day", "is_released", "origin_lot__account_id")) == {
        (40, None, True, anna.pk),
        (100, MARCH, True, anna.pk),
        (30, MARCH, False, anna.pk),
    }
    assert boris.rolling_until == MARCH
    assert sorted(Entry.objects.filter(operation_id=posted.operation_id).values_list("units", flat=True)) == [
        -170,
        170,
    ]


def test_the_later_rolling_date_wins():
    anna, boris = open_account(rolling=MARCH), open_account(rolling=FEBRUARY)
    earn(anna, lot(1), key="a")

    transfer(anna, boris)

    boris.refresh_from_db()
    assert (boris.rolling_until, boris.rolling_expires_at) == (MARCH, day_end(MARCH))


def test_a_later_date_brings_nothing_back_on_either_side():
    anna, boris = open_account(rolling=MARCH), open_account(rolling=FEBRUARY)
    earn(anna, lot(10), key="a")
    earn(boris, lot(20), key="b")

    transfer(anna, boris, at=day_end(FEBRUARY))

    assert figures(boris) == (10, 0, 0)
    assert list(Operation.objects.filter(kind="BURN").values_list("key", flat=True)) == ["transfer:burn-to"]


def test_a_number_takes_what_ends_soonest():
    anna, boris = open_account(), open_account()
    earn(anna, lot(100, MARCH), lot(50, FEBRUARY), key="a")

    transfer(anna, boris, units=70)

    assert remainders(anna) == [80, 0]
    assert sorted(remainders(boris)) == [20, 50]


def test_a_number_above_what_can_be_spent_is_refused():
    anna, boris = open_account(), open_account()
    earn(anna, lot(100, FEBRUARY), key="a")
    before = written()

    with pytest.raises(InsufficientPoints) as refused:
        transfer(anna, boris, units=1, at=day_end(FEBRUARY))

    assert refused.value == InsufficientPoints(needed=1, spendable=0)
    assert written() == before


def test_an_account_in_debt_gives_no_number():
    anna, boris = open_account(), open_account()
    owe(anna, 30, key="debt")
    before = written()

    with pytest.raises(AccountInDebt) as refused:
        transfer(anna, boris, units=1)

    assert refused.value == AccountInDebt(account_id=anna.pk, debt=30)
    assert written() == before


def test_the_debt_moves_too_and_is_paid_by_what_the_receiver_has():
    anna, boris = open_account(), open_account()
    owe(anna, 30, key="debt")
    earn(boris, lot(100, MARCH), key="b")

    transfer(anna, boris)

    assert figures(anna) == (0, 0, 0)
    assert figures(boris) == (70, 0, 0)


def test_what_arrives_pays_the_receivers_debt():
    anna, boris = open_account(), open_account()
    owe(boris, 30, key="debt")
    earn(anna, lot(100, MARCH), key="a")

    posted = transfer(anna, boris, units=20)

    assert figures(boris) == (0, 0, 10)
    assert posted.balance == 80


def test_a_repeated_transfer_has_one_effect():
    anna, boris, vera = open_account(), open_account(), open_account()
    earn(anna, lot(100, MARCH), key="a")
    first = transfer(anna, boris)
    before = written()

    second = transfer(anna, boris)

    assert second.is_duplicate
    assert (second.operation_id, second.units) == (first.operation_id, -100)
    with pytest.raises(KeyReused):
        transfer(anna, vera)
    assert written() == before


def test_a_transfer_to_itself_is_a_programming_error():
    anna = open_account()

    with pytest.raises(ValueError, match="two accounts"):
        transfer(anna, anna)
