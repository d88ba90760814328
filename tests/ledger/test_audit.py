"""The audit names exactly the breach and the account, for each invariant broken with the triggers off."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from loyalty.ledger import posting
from loyalty.ledger.audit import INVARIANTS, Breach, breaches
from loyalty.models import Account, Allocation, Entry, Lot, Operation, Receipt
from tests.ledger.accounts import START, burn, dated, day_end, earn, lot, open_account, spend

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


@contextmanager
def triggers_off() -> Iterator[None]:
    """The append-only triggers and the foreign keys' checks sleep meanwhile."""
    with connection.cursor() as cursor:
        # What is queued so far is checked now: it must not meet the rows we are about to break.
        cursor.execute("set constraints all immediate")
        cursor.execute("set session_replication_role = replica")
        yield
        cursor.execute("set session_replication_role = origin")


def a_busy_account() -> Account:
    """Earned, spent, refunded both ways, burnt, pending, transferred, in debt once and out of it."""
    account, other = open_account(), open_account()
    earned = earn(account, lot(300, FEBRUARY), lot(200, MARCH), key=f"{account.pk}:earn")
    spent = spend(account, 250, key=f"{account.pk}:spend")
    posting.return_spent(
        operation_id=spent.operation_id, units=100, key=f"{account.pk}:return", at=START, grace=dated(MARCH)
    )
    posting.take_back(operation_id=earned.operation_id, units=450, key=f"{account.pk}:take back", at=START)
    earn(account, lot(500, FEBRUARY), lot(70, MARCH), key=f"{account.pk}:next")
    burn(account, at=day_end(FEBRUARY))
    earn(account, lot(40, MARCH, available_at=day_end(MARCH)), key=f"{account.pk}:pending")
    earn(account, lot(60, MARCH), key=f"{account.pk}:last")
    posting.transfer(
        from_account_id=account.pk, to_account_id=other.pk, units=10, key=f"{account.pk}:gift", at=START
    )
    return account


def change(queryset, **fields: object) -> None:
    assert queryset.update(**fields) == 1


def raise_balance(account: Account) -> None:
    change(Account.objects.filter(pk=account.pk), balance=account.balance + 5)


def raise_pending(account: Account) -> None:
    change(Account.objects.filter(pk=account.pk), pending=account.pending + 5)


def raise_debt(account: Account) -> None:
    change(Account.objects.filter(pk=account.pk), debt=5)


def lose_an_entry(account: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("delete from loyalty_entry e using loyalty_operation o where o.id = e.operation_id "
                       "and o.key = %s", [f"{account.pk}:last"])  # fmt: skip
        cursor.execute("delete from loyalty_operation where key = %s", [f"{account.pk}:last"])


def shift_units_between_lots(account: Account) -> None:
    fuller, emptier = Lot.objects.filter(account=account, remaining__gt=20, is_released=True).order_by("-id")[:2]
    change(Lot.objects.filter(pk=fuller.pk), remaining=fuller.remaining - 5)
    change(Lot.objects.filter(pk=emptier.pk), remaining=emptier.remaining + 5)


def shift_units_between_entries(account: Account) -> None:
    older, newer = Entry.objects.filter(account=account, operation__kind="EARN").order_by("id")[:2]
    change(Entry.objects.filter(pk=older.pk), units=older.units + 5)
    change(Entry.objects.filter(pk=newer.pk), units=newer.units - 5)


def overdraw_a_lot(account: Account) -> None:
    """Everything adds up, but one lot gave more than it had."""
    drawn = Lot.objects.filter(account=account, remaining__gt=0, is_released=True).latest("id")
    entry = Entry.objects.filter(account=account, operation__kind="SPEND").get()
    with connection.cursor() as cursor:
        cursor.execute("alter table loyalty_lot drop constraint lot_remaining_within_amount")
    units = drawn.remaining + 5
    Allocation.objects.create(entry=entry, lot=drawn, units=-units)
    change(Lot.objects.filter(pk=drawn.pk), remaining=-5)
    change(Entry.objects.filter(pk=entry.pk), units=entry.units - units)
    change(Account.objects.filter(pk=account.pk), balance=account.balance - units)


def mark_a_lot_as_burnt(account: Account) -> None:
    emptied = Lot.objects.filter(account=account, remaining=0, burnt_at=None).earliest("id")
    change(Lot.objects.filter(pk=emptied.pk), burnt_at=START)


def answer_for_more_than_was_earned(account: Account) -> None:
    change(Operation.objects.filter(key=f"{account.pk}:take back"), reversed_units=501)


def answer_for_less_than_was_returned(account: Account) -> None:
    change(Operation.objects.filter(key=f"{account.pk}:return"), reversed_units=99)


def call_an_earning_a_transfer(account: Account) -> None:
    change(Operation.objects.filter(key=f"{account.pk}:last"), kind="TRANSFER")


def take_from_a_stranger(account: Account) -> None:
    """Two accounts spent the same from equal lots; their allocations change places."""
    stranger = open_account()
    earn(stranger, lot(60, MARCH), key="stranger")
    spend(stranger, 7, key="stranger spends")
    spend(account, 7, key="account spends")
    own, strange = Allocation.objects.filter(units=-7).order_by("-id")
    change(Allocation.objects.filter(pk=own.pk), lot_id=strange.lot_id)
    change(Allocation.objects.filter(pk=strange.pk), lot_id=own.lot_id)


def forget_to_move_anything(account: Account) -> None:
    Operation.objects.create(key="empty", kind="EARN", source="SYSTEM", effective_at=START, recorded_at=START)


def close_a_visit_in_the_receipt_alone(account: Account) -> None:
    waiting = posting.NewLot(30, waits_for_visit=True)
    earned = earn(account, waiting, key="visit")
    Receipt.objects.create(
        clinic_id=0, patient_id=0, document="visit", identified_by="PHONE", paid_at=START, visit_closed_at=START,
        recorded_at=START, program_version_id=0, price=600, points_value=0, paid=600,
        earn_operation_id=earned.operation_id, explanation={},
    )  # fmt: skip


BREAKS = {
    "balance_is_left_in_released_lots": raise_balance,
    "pending_is_left_in_unreleased_lots": raise_pending,
    "debt_is_booked_and_not_repaid": raise_debt,
    "entries_add_up_to_what_is_left": lose_an_entry,
    "lot_is_what_was_not_taken_from_it": shift_units_between_lots,
    "entry_is_its_lots_and_allocations": shift_units_between_entries,
    "nothing_is_negative": overdraw_a_lot,
    "lot_burns_once": mark_a_lot_as_burnt,
    "reversals_stay_within_the_original": answer_for_more_than_was_earned,
    "reversal_moves_what_it_answers_for": answer_for_less_than_was_returned,
    "transfer_gives_what_it_takes": call_an_earning_a_transfer,
    "units_stay_on_their_account": take_from_a_stranger,
    "nothing_waits_for_a_closed_visit": close_a_visit_in_the_receipt_alone,
    "operation_has_an_entry": forget_to_move_anything,
}


def test_every_invariant_has_a_test_that_breaks_it():
    assert set(BREAKS) == set(INVARIANTS)


def test_a_busy_ledger_is_sound():
    a_busy_account()
    out = StringIO()

    call_command("ledger_audit", stdout=out)

    assert list(breaches()) == []


@pytest.mark.parametrize("invariant", BREAKS)
def test_the_audit_names_exactly_the_breach_and_the_account(invariant):
    a_busy_account()
    account = a_busy_account()
    account.refresh_from_db()

    with triggers_off():
        BREAKS[invariant](account)
    found = list(breaches())

    assert {breach.invariant for breach in found} == {invariant}
    accounts = {breach.account_id for breach in found}
    if invariant == "operation_has_an_entry":
        assert accounts == {None}
    elif invariant == "units_stay_on_their_account":
        assert accounts == {account.pk, Account.objects.latest("id").pk}
    else:
        assert accounts == {account.pk}


def test_the_command_prints_the_breach_and_fails():
    account = a_busy_account()
    account.refresh_from_db()
    stored = account.balance + 5
    with triggers_off():
        raise_balance(account)
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("ledger_audit", stdout=out)

    assert out.getvalue() == (
        f"balance_is_left_in_released_lots: account {account.pk}: stored {stored}, proved {account.balance}\n"
    )


def test_the_audit_of_one_account_leaves_the_others_out():
    sound, broken = a_busy_account(), a_busy_account()
    broken.refresh_from_db()
    with triggers_off():
        raise_balance(broken)

    assert list(breaches(sound.pk)) == []
    assert list(breaches(broken.pk)) == [
        Breach("balance_is_left_in_released_lots", broken.pk, broken.balance + 5, broken.balance)
    ]
