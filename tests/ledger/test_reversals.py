"""Returning spent points and taking earned ones back, whole and in slices."""

from datetime import date, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.ledger.posting import KeyReused, NothingToReverse, ReversalTooLarge, TakeBackPolicy
from loyalty.models import Allocation, Lot, Operation
from tests.ledger.accounts import (
    START,
    burn,
    dated,
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
MAY = date(2026, 5, 10)
GRACE = dated(date(2026, 6, 1))


def give_back(posted, units, key, *, at=START):
    return posting.return_spent(operation_id=posted.operation_id, units=units, key=key, at=at, grace=GRACE)


def take_back(posted, units, key, *, at=START, policy=TakeBackPolicy.DEBT):
    return posting.take_back(operation_id=posted.operation_id, units=units, key=key, at=at, policy=policy)


def test_half_a_refund_fills_the_lot_taken_last_first():
    account = open_account()
    earn(account, lot(200, MARCH), key="a")
    earn(account, lot(100, MAY), key="b")
    spent = spend(account, 300, key="spend")

    posted = give_back(spent, 150, "refund")

    assert remainders(account) == [50, 100]
    assert (posted.units, posted.balance) == (150, 150)
    operation = Operation.objects.get(pk=posted.operation_id)
    assert (operation.reversal_of_id, operation.reversed_units) == (spent.operation_id, 150)


def test_slices_of_a_refund_go_on_where_the_last_one_ended():
    account = open_account()
    earn(account, lot(200, MARCH), key="a")
    earn(account, lot(100, MAY), key="b")
    spent = spend(account, 300, key="spend")

    give_back(spent, 30, "first")
    give_back(spent, 100, "second")

    assert remainders(account) == [30, 100]
    assert list(Allocation.objects.filter(units__gt=0).order_by("id").values_list("units", flat=True)) == [
        30,
        70,
        30,
    ]


def test_dates_of_returned_points_do_not_change():
    account = open_account()
    earn(account, lot(200, MARCH), key="a")
    spent = spend(account, 200, key="spend")

    give_back(spent, 200, "refund", at=START + timedelta(days=30))

    assert list(Lot.objects.values_list("remaining", "last_day")) == [(200, MARCH)]


def test_points_of_a_burnt_lot_return_with_the_grace_day():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="a")
    spent = spend(account, 300, key="spend")
    burn(account, at=day_end(FEBRUARY))

    posted = give_back(spent, 300, "refund", at=day_end(FEBRUARY))

    origin, fresh = Lot.objects.order_by("id")
    assert (origin.remaining, fresh.remaining, fresh.amount) == (0, 300, 300)
    assert (fresh.origin_lot_id, fresh.last_day, fresh.expires_at) == (origin.pk, *GRACE)
    assert posted.balance == 300


def test_points_past_their_day_return_with_the_grace_day_before_the_sweep_too():
    account = open_account()
    earn(account, lot(300, FEBRUARY), key="a")
    spent = spend(account, 300, key="spend")

    give_back(spent, 100, "refund", at=day_end(FEBRUARY))

    assert list(Lot.objects.order_by("id").values_list("remaining", "last_day")) == [
        (0, FEBRUARY),
        (100, GRACE[0]),
    ]


def test_points_of_a_lapsed_rolling_date_return_with_the_grace_day():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(300), key="a")
    spent = spend(account, 300, key="spend")

    give_back(spent, 300, "refund", at=day_end(FEBRUARY))

    assert list(Lot.objects.order_by("id").values_list("remaining", "last_day")) == [(0, None), (300, GRACE[0])]


def test_returned_points_pay_a_debt_first():
    account = open_account()
    earned = earn(account, lot(300, MARCH), key="a")
    spent = spend(account, 300, key="spend")
    take_back(earned, 200, "refund: earned")

    posted = give_back(spent, 300, "refund: spent")

    assert (posted.units, posted.balance, posted.debt) == (300, 100, 0)
    assert remainders(account) == [100]


def test_more_than_was_spent_is_never_returned():
    account = open_account()
    earn(account, lot(300, MARCH), key="a")
    spent = spend(account, 300, key="spend")
    give_back(spent, 200, "first")
    before = written()

    with pytest.raises(ReversalTooLarge) as refused:
        give_back(spent, 101, "second")

    assert refused.value == ReversalTooLarge(operation_id=spent.operation_id, needed=101, reversible=100)
    assert written() == before


def test_a_full_return_leaves_nothing_to_reverse():
    account = open_account()
    earn(account, lot(300, MARCH), key="a")
    spent = spend(account, 300, key="spend")
    give_back(spent, 300, "first")
    before = written()

    with pytest.raises(NothingToReverse):
        give_back(spent, 1, "second")

    assert written() == before


def test_an_earning_cannot_be_returned_nor_a_spending_taken_back():
    account = open_account()
    earned = earn(account, lot(300, MARCH), key="a")
    spent = spend(account, 100, key="spend")

    with pytest.raises(NothingToReverse):
        give_back(earned, 1, "first")
    with pytest.raises(NothingToReverse):
        take_back(spent, 1, "second")


def test_a_repeated_return_has_one_effect():
    account = open_account()
    earn(account, lot(300, MARCH), key="a")
    spent = spend(account, 300, key="spend")
    first = give_back(spent, 300, "refund")
    before = written()

    second = give_back(spent, 300, "refund")

    assert second.is_duplicate
    assert (second.operation_id, second.balance) == (first.operation_id, 300)
    assert written() == before
    with pytest.raises(KeyReused):
        give_back(spent, 299, "refund")


def test_taking_back_empties_the_own_lot_first():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="other")
    earned = earn(account, lot(500, MARCH), key="own")

    posted = take_back(earned, 400, "refund")

    assert remainders(account) == [500, 100]
    assert (posted.units, posted.balance, posted.debt) == (-400, 600, 0)


def test_taking_back_goes_on_with_the_lots_that_end_soonest():
    account = open_account()
    earned = earn(account, lot(500, FEBRUARY), key="own")
    spend(account, 450, key="spend")
    earn(account, lot(100, MAY), key="may")
    earn(account, lot(100, MARCH), key="march")

    take_back(earned, 200, "refund")

    assert remainders(account) == [0, 50, 0]


def test_the_shortfall_becomes_a_debt():
    account = open_account()
    earned = earn(account, lot(500, MARCH), key="own")
    spend(account, 450, key="spend")

    posted = take_back(earned, 500, "refund")

    assert (posted.units, posted.balance, posted.debt) == (-500, 0, 450)
    assert list(Allocation.objects.filter(lot=None).values_list("units", flat=True)) == [-450]


def test_the_shortfall_is_written_down_under_the_zero_policy():
    account = open_account()
    earned = earn(account, lot(500, MARCH), key="own")
    spend(account, 450, key="spend")

    posted = take_back(earned, 500, "refund", policy=TakeBackPolicy.ZERO)

    assert (posted.units, posted.balance, posted.debt) == (-50, 0, 0)
    assert Operation.objects.get(pk=posted.operation_id).reversed_units == 500
    with pytest.raises(NothingToReverse):
        take_back(earned, 1, "again")


def test_only_pending_points_are_taken_under_the_pending_only_policy():
    account = open_account()
    earned = earn(account, lot(300, MARCH), lot(200, MARCH, available_at=START + timedelta(days=14)), key="own")

    posted = take_back(earned, 500, "refund", policy=TakeBackPolicy.PENDING_ONLY)

    assert (posted.units, posted.balance, posted.pending, posted.debt) == (-200, 300, 0, 0)


def test_pending_points_of_the_operation_are_taken_back_while_pending():
    account = open_account()
    earned = earn(account, lot(300, MARCH, available_at=START + timedelta(days=14)), key="own")

    posted = take_back(earned, 100, "refund")

    assert (posted.balance, posted.pending, posted.debt) == (0, 200, 0)


def test_what_has_burnt_counts_as_taken_and_slices_add_up():
    account = open_account()
    earned = earn(account, lot(500, FEBRUARY), key="own")
    spend(account, 300, key="spend")
    burn(account, at=day_end(FEBRUARY))

    first = take_back(earned, 250, "first", at=day_end(FEBRUARY))
    second = take_back(earned, 250, "second", at=day_end(FEBRUARY))

    assert (first.units, first.debt) == (-50, 50)
    assert (second.units, second.debt) == (-250, 300)
    slices = Operation.objects.filter(kind="TAKE_BACK").order_by("id")
    assert list(slices.values_list("burnt_units", flat=True)) == [200, 0]


def test_what_burns_between_two_slices_is_set_off_in_the_second():
    account = open_account()
    earned = earn(account, lot(500, FEBRUARY), key="own")

    first = take_back(earned, 150, "first")
    burn(account, at=day_end(FEBRUARY))
    second = take_back(earned, 350, "second", at=day_end(FEBRUARY))

    assert (first.units, second.units) == (-150, 0)
    assert figures(account) == (0, 0, 0)


def test_a_whole_refund_of_earned_and_spent_leaves_the_account_as_before():
    account = open_account()
    earn(account, lot(300, MARCH), key="before")
    spent = spend(account, 200, key="receipt: spent")
    earned = earn(account, lot(40, MAY), key="receipt: earned")

    give_back(spent, 200, "refund: spent")
    take_back(earned, 40, "refund: earned")

    assert figures(account) == (300, 0, 0)
    assert remainders(account) == [300, 0]
