"""Lots given without end: no rolling date ends them, whatever happens to the account's."""

import importlib
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from loyalty.ledger import posting
from loyalty.ledger.balance import BurnDay, read_holdings, spendable
from loyalty.ledger.posting import PastAct
from loyalty.ledger.statement import statement
from loyalty.models import Account, Lot
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
    rolls,
    spend,
    written,
)
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


def test_they_are_spent_last_even_when_they_are_the_oldest():
    account = open_account(rolling=MARCH)
    earn(account, lot(100, never_burns=True), lot(50), lot(30, FEBRUARY), key="earn")

    spend(account, 90, key="spend")

    assert remainders(account) == [90, 0, 0]


def test_a_lapsed_rolling_date_leaves_them_and_asks_for_no_sweep():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(100, never_burns=True), lot(50), key="earn")
    late = day_end(FEBRUARY)

    burn(account, at=late)

    assert remainders(account) == [100, 0]
    assert spendable(account.pk, late) == 100
    assert posting.due_accounts(cutoff=late) == []


def test_a_payment_after_the_lapse_leaves_them():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(100, never_burns=True), lot(50), key="before")

    earn(account, lot(7), key="after", at=day_end(FEBRUARY), rolling=rolls(date(2028, 2, 11)))

    assert remainders(account) == [100, 0, 7]


def test_what_was_spent_of_them_comes_back_to_them_after_the_lapse():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(100, never_burns=True), key="earn")
    spent = spend(account, 60, key="spend")

    posting.return_spent(
        operation_id=spent.operation_id, units=60, key="refund", at=day_end(FEBRUARY), grace=dated(MARCH)
    )

    assert remainders(account) == [100]


def test_a_debt_is_paid_from_them_last():
    account = open_account(rolling=MARCH)
    earned = earn(account, lot(100), key="first")
    spend(account, 100, key="spend")
    posting.take_back(operation_id=earned.operation_id, units=100, key="refund", at=START)

    earn(account, lot(80, never_burns=True), lot(70), key="second")

    assert (remainders(account), figures(account)) == ([0, 50, 0], (50, 0, 0))


def test_points_taken_back_elsewhere_come_from_them_last():
    account = open_account(rolling=MARCH)
    earned = earn(account, lot(100), key="first")
    spend(account, 100, key="spend")
    earn(account, lot(80, never_burns=True), lot(70), key="second")

    posting.take_back(operation_id=earned.operation_id, units=100, key="refund", at=START)

    assert remainders(account) == [0, 50, 0]


def test_a_transfer_keeps_them_without_end():
    anna, boris = open_account(), open_account(rolling=FEBRUARY)
    earn(anna, lot(100, never_burns=True), key="earn")

    posting.transfer(from_account_id=anna.pk, to_account_id=boris.pk, key="transfer", at=START)

    burn(boris, at=day_end(FEBRUARY))
    assert remainders(boris) == [100]


def test_pending_ones_never_burn_either():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(100, never_burns=True, available_at=START + timedelta(days=3)), key="earn")

    posting.release_slice(account_ids=[account.pk], at=day_end(FEBRUARY))

    burn(account, at=day_end(FEBRUARY))
    assert remainders(account) == [100]


def test_a_replay_gives_them_without_end():
    account = open_account(rolling=FEBRUARY)
    acts = [
        PastAct(key="1", account_id=account.pk, at=START, lots=[lot(100, never_burns=True), lot(50)]),
        PastAct(key="2", account_id=account.pk, at=day_end(FEBRUARY), lots=[lot(7, never_burns=True)]),
    ]

    posting.replay(acts=acts, recorded_at=START)

    assert remainders(account) == [100, 0, 7]


def test_a_credit_by_hand_may_never_burn():
    account = open_account(rolling=FEBRUARY)

    posting.adjust(account_id=account.pk, units=20, key="adjust", at=START, never_burns=True, reason="sorry")

    assert Lot.objects.get().never_burns is True


def test_the_holdings_tell_them_apart_from_rolling_ones():
    account = open_account(rolling=MARCH)
    earn(account, lot(100, never_burns=True), lot(20, never_burns=True), lot(50), key="earn")

    holdings = read_holdings(account_id=account.pk, at=START)

    assert (holdings.spendable, holdings.never_burning) == (170, 120)
    assert holdings.schedule == (BurnDay(MARCH, day_end(MARCH), 50, is_rolling=True),)


def test_the_statement_says_which_gains_never_burn():
    account = open_account(rolling=MARCH)
    earn(account, lot(100, never_burns=True), key="without end")
    earn(account, lot(100, never_burns=True), lot(50), key="both")
    spend(account, 1, key="spend")

    assert [row.never_burns for row in statement(account.pk, 3)] == [False, False, True]


def test_a_lot_without_end_that_has_a_day_is_refused():
    account = open_account()
    before = written()

    with pytest.raises(IntegrityError, match="lot_without_end"), transaction.atomic():
        earn(account, lot(100, FEBRUARY, never_burns=True), key="earn")

    assert written() == before


def test_nobody_makes_a_lot_burn_that_was_given_without_end():
    account = open_account()
    earn(account, lot(100, never_burns=True), key="earn")
    before = written()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Lot.objects.update(never_burns=False)

    assert written() == before


def test_what_was_given_before_lots_knew_keeps_its_promise():
    kept, rolling = open_account(), open_account(rolling=MARCH)
    Account.objects.update(rolling_months=None)
    earn(kept, lot(100), lot(30, FEBRUARY), key="kept")
    earn(rolling, lot(50), key="rolling")
    publish_preset("cosmetology")
    publish_preset("dentistry", starts_at=START)
    migration = importlib.import_module("loyalty.migrations.0012_lives_promised_before")

    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        # Nothing protected the new column yet.
        cursor.execute("alter table loyalty_lot disable trigger made_once")
        cursor.execute(migration.NEVER_BURN)
        cursor.execute("alter table loyalty_lot enable trigger made_once")
        cursor.execute(migration.MONTHS)

    assert list(Account.objects.order_by("id").values_list("rolling_months", flat=True)) == [None, 24]
    assert list(Lot.objects.order_by("id").values_list("amount", "never_burns")) == [
        (100, True),
        (30, False),
        (50, False),
    ]
