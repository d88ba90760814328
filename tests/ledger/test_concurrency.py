"""Many connections on committed data. Each proof begins with its control: without the lock the bug happens."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import Sum

from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.install import SQL_FOLDER
from loyalty.ledger.posting import InsufficientPoints
from loyalty.models import Account, Entry, Operation
from tests.ledger.accounts import START, earn, figures, lot, open_account

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

MARCH = date(2026, 3, 10)
REDEEMERS = 16
ROUNDS = 50


def in_threads(count: int, work: Callable[[int], object]) -> list[object]:
    """Run work(0), work(1)... at the same moment, each on its own connection."""
    barrier = threading.Barrier(count)

    def one(index: int) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return work(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def in_rounds(accounts: list[Account], redeem: Callable[[Account, str], str]) -> list[Counter[str]]:
    """Sixteen redeemers meet at every account in turn; what each got is counted by account."""
    barrier = threading.Barrier(REDEEMERS)
    outcomes: list[Counter[str]] = [Counter() for _ in accounts]
    guard = threading.Lock()

    def rounds(index: int) -> None:
        connection.ensure_connection()
        for account, outcome in zip(accounts, outcomes, strict=True):
            barrier.wait(timeout=30)
            got = redeem(account, f"{account.pk}:{index}")
            with guard:
                outcome[got] += 1

    in_threads(REDEEMERS, rounds)
    return outcomes


def room_for_five() -> Account:
    account = open_account()
    earn(account, lot(200, MARCH), lot(300, MARCH), key=f"earn:{account.pk}")
    return account


def redeem_without_a_lock(account: Account, key: str) -> str:
    """Read, check, save: what a team writes in a day."""
    with transaction.atomic():
        read = Account.objects.get(pk=account.pk)
        if read.balance < 100:
            return "refused"
        operation = Operation.objects.create(
            key=key, kind="SPEND", source="SYSTEM", effective_at=START, recorded_at=START
        )
        Entry.objects.create(operation=operation, account=read, units=-100)
        read.balance -= 100
        read.save(update_fields=["balance"])
    return "spent"


def redeem(account: Account, key: str) -> str:
    try:
        posting.spend(account_id=account.pk, units=100, key=key, at=START)
    except InsufficientPoints:
        return "refused"
    return "spent"


def test_control_without_the_lock_an_account_is_overspent():
    accounts = [room_for_five() for _ in range(10)]

    outcomes = in_rounds(accounts, redeem_without_a_lock)

    assert any(outcome["spent"] > 5 for outcome in outcomes)
    left = Entry.objects.filter(account__in=accounts).values("account").annotate(units=Sum("units"))
    assert any(row["units"] < 0 for row in left)


def test_sixteen_redeemers_with_room_for_five():
    accounts = [room_for_five() for _ in range(ROUNDS)]

    outcomes = in_rounds(accounts, redeem)

    assert outcomes == [Counter(spent=5, refused=11)] * ROUNDS
    assert {figures(account) for account in accounts} == {(0, 0, 0)}
    assert list(breaches()) == []


def test_earning_and_spending_at_once_keep_the_lots_right():
    account = open_account()
    earn(account, lot(1000, MARCH), key="first")

    def act(index: int) -> None:
        for step in range(20):
            if index % 2:
                earn(account, lot(10, date(2026, 2, 1 + step)), key=f"{index}:{step}")
            else:
                posting.spend(account_id=account.pk, units=10, key=f"{index}:{step}", at=START)

    in_threads(8, act)

    assert figures(account) == (1000, 0, 0)
    assert list(breaches()) == []


def test_one_key_from_thirty_two_threads_has_one_effect():
    account = open_account()
    earn(account, lot(5000, MARCH), key="earn")

    posted = in_threads(32, lambda _: posting.spend(account_id=account.pk, units=100, key="receipt:1", at=START))

    assert Counter(act.is_duplicate for act in posted) == Counter({True: 31, False: 1})
    assert len({act.operation_id for act in posted}) == 1
    assert figures(account) == (4900, 0, 0)
    assert Operation.objects.count() == 2


def test_one_key_from_thirty_two_threads_earns_once():
    account = open_account()

    posted = in_threads(32, lambda _: earn(account, lot(100, MARCH), key="receipt:1"))

    assert Counter(act.is_duplicate for act in posted) == Counter({True: 31, False: 1})
    assert figures(account) == (100, 0, 0)


def test_one_reversal_of_two_at_once():
    account = open_account()
    earned = earn(account, lot(100, MARCH), key="earn")

    def refund(index: int) -> str:
        try:
            posting.take_back(operation_id=earned.operation_id, units=100, key=f"refund:{index}", at=START)
        except posting.NothingToReverse:
            return "refused"
        return "taken"

    outcomes = in_threads(8, refund)

    assert Counter(outcomes) == Counter(taken=1, refused=7)
    assert figures(account) == (0, 0, 0)


def install_transfer_with_unsorted_locks() -> None:
    """The kernel's transfer that locks the giver first, and waits so that its opposite meets it."""
    text = (SQL_FOLDER / "42_transfer.sql").read_text()
    sorted_locks = (
        "perform ledger_lock_account(least(p_from, p_to));\n  perform ledger_lock_account(greatest(p_from, p_to));"
    )
    unsorted_locks = (
        "perform ledger_lock_account(p_from);\n  perform pg_sleep(0.3);\n  perform ledger_lock_account(p_to);"
    )
    assert sorted_locks in text
    with connection.cursor() as cursor:
        cursor.execute(text.replace(sorted_locks, unsorted_locks).replace("ledger_transfer", "unsorted_transfer"))


@pytest.fixture
def unsorted_transfer():
    install_transfer_with_unsorted_locks()
    yield
    with connection.cursor() as cursor:
        cursor.execute("drop function unsorted_transfer")


def test_control_unsorted_locks_deadlock(unsorted_transfer, monkeypatch):
    pair = [open_account(), open_account()]
    for account in pair:
        earn(account, lot(100, MARCH), key=f"earn:{account.pk}")
    monkeypatch.setattr(posting, "TRANSFER", posting.TRANSFER.replace("ledger_transfer", "unsorted_transfer"))

    def move(index: int) -> str:
        try:
            posting.transfer(
                from_account_id=pair[index].pk, to_account_id=pair[1 - index].pk, units=1, key=str(index), at=START
            )
        except OperationalError as error:
            return str(error)
        return "moved"

    outcomes = in_threads(2, move)

    assert sum("deadlock detected" in outcome for outcome in outcomes) == 1


def test_opposite_transfers_do_not_deadlock():
    pair = [open_account(), open_account()]
    for account in pair:
        earn(account, lot(1000, MARCH), key=f"earn:{account.pk}")

    def move(index: int) -> None:
        giver, receiver = pair if index % 2 else reversed(pair)
        for step in range(50):
            posting.transfer(
                from_account_id=giver.pk, to_account_id=receiver.pk, units=1, key=f"{index}:{step}", at=START
            )

    in_threads(8, move)

    assert [figures(account) for account in pair] == [(1000, 0, 0), (1000, 0, 0)]
    assert list(breaches()) == []


def test_a_sweep_waits_for_a_spending_and_takes_only_the_rest():
    account = open_account()
    earn(account, lot(100, date(2026, 1, 20)), key="earn")
    late = START.replace(day=21, hour=12)
    swept: list[posting.Slice] = []

    def sweep() -> None:
        swept.append(posting.burn_slice(account_ids=[account.pk], cutoff=late, at=late))
        connection.close()

    thread = threading.Thread(target=sweep)
    with transaction.atomic():
        posting.spend(account_id=account.pk, units=60, key="quoted before midnight", at=START)
        thread.start()
        thread.join(timeout=0.5)
        still_waiting = thread.is_alive()
    thread.join(timeout=10)

    assert still_waiting
    assert swept[0].units == 40
    assert figures(account) == (0, 0, 0)
