"""Earning, spending and their refusals, with the sums of the program's rules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from loyalty.ledger import posting
from loyalty.ledger.posting import AccountInDebt, AccountMissing, InsufficientPoints, KeyReused
from loyalty.models import Account, Allocation, Entry, Lot, Operation, ProgramVersion
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


def test_earning_makes_an_operation_an_entry_and_a_lot():
    account = open_account()

    posted = earn(account, lot(595, FEBRUARY), key="receipt:1", explanation={"rule": "cashback"}, source="DESK")

    assert (posted.units, posted.balance, posted.pending, posted.debt, posted.is_duplicate) == (
        595,
        595,
        0,
        0,
        False,
    )
    operation = Operation.objects.get()
    assert (operation.pk, operation.key, operation.kind) == (posted.operation_id, "receipt:1", "EARN")
    assert (operation.effective_at, operation.recorded_at, operation.source) == (START, START, "DESK")
    assert operation.explanation == {"rule": "cashback"}
    entry = Entry.objects.get()
    assert (entry.operation_id, entry.account_id, entry.units) == (operation.pk, account.pk, 595)
    made = Lot.objects.get()
    assert (made.amount, made.remaining, made.is_released, made.available_at) == (595, 595, True, START)
    assert (made.last_day, made.expires_at) == (FEBRUARY, day_end(FEBRUARY))


def test_lots_of_several_lives_come_in_one_entry_in_their_order():
    account = open_account()

    posted = earn(account, lot(100, MARCH), lot(50, FEBRUARY), lot(7), key="receipt:1")

    assert (posted.units, posted.balance) == (157, 157)
    assert list(Lot.objects.order_by("id").values_list("amount", "last_day")) == [
        (100, MARCH), (50, FEBRUARY), (7, None),
    ]  # fmt: skip
    assert Entry.objects.get().units == 157


def test_soonest_day_is_spent_first_whatever_the_order_of_earning():
    account = open_account()
    earn(account, lot(500, MARCH), key="march")
    earn(account, lot(500, FEBRUARY), key="february")

    posted = spend(account, 600, key="spend")

    assert remainders(account) == [400, 0]
    assert (posted.units, posted.balance) == (-600, 400)


def test_oldest_lot_is_spent_first_among_equal_days():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="first")
    earn(account, lot(500, FEBRUARY), key="second")

    spend(account, 600, key="spend")

    assert remainders(account) == [0, 400]
    assert list(Allocation.objects.order_by("id").values_list("units", flat=True)) == [-500, -100]


def test_a_lot_without_a_day_is_ordered_by_the_rolling_date():
    account = open_account(rolling=date(2026, 2, 20))
    earn(account, lot(10), key="rolling")
    earn(account, lot(10, FEBRUARY), key="sooner")
    earn(account, lot(10, MARCH), key="later")

    spend(account, 15, key="spend")

    assert remainders(account) == [5, 0, 10]


def test_a_lot_without_any_day_is_spent_last_and_never_ends():
    account = open_account()
    earn(account, lot(10), key="endless")
    earn(account, lot(10, MARCH), key="march")

    spend(account, 5, key="spend")
    posted = spend(account, 10, key="much later", at=datetime(2099, 1, 1, tzinfo=UTC))

    assert remainders(account) == [0, 5]
    assert posted.balance == 5


def test_the_last_day_works_to_its_last_microsecond():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="earn")

    posted = spend(account, 500, key="spend", at=day_end(FEBRUARY) - timedelta(microseconds=1))

    assert posted.balance == 0


def test_midnight_after_the_last_day_refuses():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="earn")
    before = written()

    with pytest.raises(InsufficientPoints) as refused:
        spend(account, 1, key="spend", at=day_end(FEBRUARY))

    assert refused.value == InsufficientPoints(needed=1, spendable=0)
    assert written() == before


def test_a_lapsed_rolling_date_refuses_but_hot_points_stay():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(500), key="earn")
    earn(account, lot(200, MARCH), key="hot")

    with pytest.raises(InsufficientPoints) as refused:
        spend(account, 201, key="too much", at=day_end(FEBRUARY))
    posted = spend(account, 200, key="hot ones", at=day_end(FEBRUARY))

    assert refused.value == InsufficientPoints(needed=201, spendable=200)
    assert posted.balance == 500
    assert remainders(account) == [500, 0]


def test_more_than_the_balance_is_refused_and_nothing_is_written():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="earn")
    before = written()

    with pytest.raises(InsufficientPoints) as refused:
        spend(account, 501, key="spend")

    assert refused.value == InsufficientPoints(needed=501, spendable=500)
    assert written() == before


def test_pending_points_are_not_spendable():
    account = open_account()
    posted = earn(account, lot(300, MARCH, available_at=START + timedelta(days=14)), key="earn")

    with pytest.raises(InsufficientPoints) as refused:
        spend(account, 1, key="spend")

    assert (posted.balance, posted.pending) == (0, 300)
    assert refused.value == InsufficientPoints(needed=1, spendable=0)


def test_an_account_in_debt_spends_nothing():
    account = open_account()
    first = earn(account, lot(500, FEBRUARY), key="earn")
    spend(account, 450, key="spend")
    posting.take_back(operation_id=first.operation_id, units=500, key="refund", at=START)
    before = written()

    with pytest.raises(AccountInDebt) as refused:
        spend(account, 1, key="again")

    assert refused.value == AccountInDebt(account_id=account.pk, debt=450)
    assert written() == before


def test_the_next_earning_pays_the_debt_first():
    account = open_account()
    first = earn(account, lot(450, FEBRUARY), key="earn")
    spend(account, 450, key="spend")
    posting.take_back(operation_id=first.operation_id, units=450, key="refund", at=START)
    assert figures(account) == (0, 0, 450)

    posted = earn(account, lot(600, MARCH), key="next")

    assert (posted.units, posted.balance, posted.debt) == (600, 150, 0)
    assert remainders(account) == [0, 150]
    last = Entry.objects.get(operation_id=posted.operation_id)
    assert set(Allocation.objects.filter(entry=last).values_list("lot_id", "units")) == {
        (Lot.objects.latest("id").pk, -450),
        (None, 450),
    }


def test_a_debt_larger_than_the_earning_stays_in_part():
    account = open_account()
    first = earn(account, lot(450, FEBRUARY), key="earn")
    spend(account, 450, key="spend")
    posting.take_back(operation_id=first.operation_id, units=450, key="refund", at=START)

    posted = earn(account, lot(100, MARCH), lot(50, FEBRUARY), key="next")

    assert (posted.balance, posted.debt) == (0, 300)


def test_the_same_key_earns_once():
    account = open_account()
    first = earn(account, lot(595, FEBRUARY), key="receipt:1")
    before = written()

    second = earn(account, lot(595, FEBRUARY), key="receipt:1")

    assert second.is_duplicate
    assert (second.operation_id, second.units, second.balance) == (first.operation_id, 595, 595)
    assert written() == before


def test_the_same_key_spends_once_even_when_nothing_is_left():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="earn")
    first = spend(account, 500, key="spend")

    second = spend(account, 500, key="spend")

    assert second.is_duplicate
    assert (second.operation_id, second.units, second.balance) == (first.operation_id, -500, 0)


REUSES = {
    "another kind": lambda account, other: spend(account, 500, key="receipt:1"),
    "other units": lambda account, other: earn(account, lot(499, FEBRUARY), key="receipt:1"),
    "another account": lambda account, other: earn(other, lot(500, FEBRUARY), key="receipt:1"),
}


@pytest.mark.parametrize("reuse", REUSES.values(), ids=REUSES)
def test_a_key_of_another_act_is_an_error(reuse):
    account, other = open_account(), open_account()
    first = earn(account, lot(500, FEBRUARY), key="receipt:1")
    before = written()

    with pytest.raises(KeyReused) as refused:
        reuse(account, other)

    assert refused.value == KeyReused(key="receipt:1", operation_id=first.operation_id)
    assert written() == before


def test_a_missing_account_is_named():
    with pytest.raises(AccountMissing) as refused:
        posting.earn(account_id=999, lots=[lot(1)], key="earn", at=START)

    assert refused.value == AccountMissing(account_id=999)


def test_a_missing_account_cannot_spend():
    with pytest.raises(AccountMissing):
        posting.spend(account_id=999, units=1, key="spend", at=START)


def test_a_refusal_leaves_the_transaction_usable():
    account = open_account()

    with pytest.raises(InsufficientPoints):
        spend(account, 1, key="spend")

    assert earn(account, lot(1), key="earn").balance == 1


@pytest.mark.parametrize("points", [0, -1])
def test_a_lot_without_points_is_a_programming_error(points):
    account = open_account()

    with pytest.raises(ValueError, match="at least one point"):
        earn(account, lot(points), key="earn")


def test_a_correction_needs_a_reason():
    account = open_account()

    with pytest.raises(ValueError, match="reason"):
        posting.adjust(account_id=account.pk, units=5, key="adjust", at=START, reason=" ")


def test_corrections_go_both_ways():
    account = open_account()

    credit = posting.adjust(
        account_id=account.pk, units=50, key="plus", at=START, reason="apology", **dated(MARCH)._asdict()
    )
    debit = posting.adjust(account_id=account.pk, units=-20, key="minus", at=START, reason="typing error")

    assert (credit.units, credit.balance) == (50, 50)
    assert (debit.units, debit.balance) == (-20, 30)
    assert list(Operation.objects.order_by("id").values_list("kind", "reason")) == [
        ("ADJUST", "apology"), ("ADJUST", "typing error"),
    ]  # fmt: skip


def test_burning_takes_what_is_left_of_a_lot_once():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="a")
    spend(account, 300, key="spend")
    earn(account, lot(400, MARCH), key="b")

    burnt = burn(account, at=day_end(FEBRUARY))
    again = burn(account, at=day_end(FEBRUARY))

    assert (burnt.accounts, burnt.lots, burnt.units) == (1, 1, 200)
    assert figures(account) == (400, 0, 0)
    assert (again.operation_id, again.accounts, again.lots, again.units) == (None, 0, 0, 0)
    assert Lot.objects.order_by("id").first().burnt_at == day_end(FEBRUARY)
    assert Entry.objects.get(operation_id=burnt.operation_id).units == -200


def test_two_owners_or_none_are_refused_by_the_database():
    with pytest.raises(IntegrityError, match="account_has_one_owner"):
        Account.objects.create(opened_at=START)


def test_every_kind_of_act_stores_the_program_version_that_made_it():
    version = ProgramVersion.objects.create(number=1, title="Dentistry", document={}, created_at=START).pk
    anna, boris = open_account(), open_account()
    made = {"program_version_id": version}

    earned = earn(anna, lot(100, MARCH), key="earn", **made)
    spent = spend(anna, 50, key="spend", **made)
    posting.return_spent(
        operation_id=spent.operation_id, units=50, key="return", at=START, grace=dated(MARCH), **made
    )
    posting.take_back(operation_id=earned.operation_id, units=10, key="take back", at=START, **made)
    posting.transfer(from_account_id=anna.pk, to_account_id=boris.pk, key="transfer", at=START, **made)

    assert list(Operation.objects.values_list("program_version_id", flat=True)) == [version] * 5
