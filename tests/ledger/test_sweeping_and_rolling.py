"""Burning and releasing in slices, the rolling date, replay of past receipts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.ledger.posting import InsufficientPoints, PastAct
from loyalty.ledger.replaying import ReplayRefused
from loyalty.models import Account, Entry, Lot, Operation
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

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


def test_a_burnt_lot_leaves_the_newer_one():
    account = open_account()
    earn(account, lot(500, FEBRUARY), key="a")
    spend(account, 300, key="spend")
    earn(account, lot(400, MARCH), key="b")

    slice_ = burn(account, at=day_end(FEBRUARY))

    assert slice_.units == 200
    assert figures(account) == (400, 0, 0)


def test_a_slice_is_one_operation_with_an_entry_per_account_that_loses_points():
    anna, boris, vera = open_account(), open_account(rolling=FEBRUARY), open_account()
    earn(anna, lot(100, FEBRUARY), lot(50, FEBRUARY), key="anna")
    earn(boris, lot(70), lot(30, MARCH), key="boris")
    earn(vera, lot(9, MARCH), key="vera")
    at = day_end(FEBRUARY) + timedelta(hours=3)

    done = posting.burn_slice(
        account_ids=[vera.pk, boris.pk, anna.pk], cutoff=day_end(FEBRUARY), at=at, key="burn:2026-02-11:1"
    )

    assert (done.accounts, done.lots, done.units) == (2, 3, 220)
    operation = Operation.objects.get(pk=done.operation_id)
    assert (operation.kind, operation.key, operation.effective_at) == ("BURN", "burn:2026-02-11:1", at)
    assert list(Entry.objects.filter(operation=operation).order_by("id").values_list("account_id", "units")) == [
        (anna.pk, -150),
        (boris.pk, -70),
    ]
    assert [figures(who)[0] for who in (anna, boris, vera)] == [0, 30, 9]
    assert set(Lot.objects.filter(burnt_at=at).values_list("amount", flat=True)) == {100, 50, 70}


def test_only_what_ended_before_the_cutoff_burns():
    account = open_account()
    earn(account, lot(100, FEBRUARY), key="a")
    cutoff = day_end(FEBRUARY) - timedelta(microseconds=1)

    done = posting.burn_slice(account_ids=[account.pk], cutoff=cutoff, at=day_end(FEBRUARY))

    assert done.operation_id is None
    assert figures(account) == (100, 0, 0)


def test_pending_points_do_not_burn():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(100, available_at=day_end(MARCH)), key="a")

    done = burn(account, at=day_end(FEBRUARY))

    assert done.operation_id is None
    assert figures(account) == (0, 100, 0)


def test_due_accounts_are_those_that_would_lose_points():
    own, rolling, alive, pending = open_account(), open_account(rolling=FEBRUARY), open_account(), open_account()
    empty = open_account(rolling=FEBRUARY)
    earn(own, lot(1, FEBRUARY), key="own")
    earn(rolling, lot(1), key="rolling")
    earn(alive, lot(1, MARCH), lot(1), key="alive")
    earn(pending, lot(1, FEBRUARY, available_at=day_end(FEBRUARY)), key="pending")
    earn(empty, lot(1, MARCH), key="hot only")

    assert posting.due_accounts(cutoff=day_end(FEBRUARY)) == [own.pk, rolling.pk]
    assert posting.due_accounts(cutoff=day_end(FEBRUARY) - timedelta(microseconds=1)) == []


def test_pending_points_become_available_at_their_moment():
    account = open_account()
    when = START + timedelta(days=14)
    earn(account, lot(300, MARCH, available_at=when), key="earn")

    early = posting.release_slice(account_ids=[account.pk], at=when - timedelta(seconds=1))
    done = posting.release_slice(account_ids=[account.pk], at=when)

    assert early.operation_id is None
    assert (done.accounts, done.lots, done.units) == (1, 1, 300)
    assert figures(account) == (300, 0, 0)
    assert Entry.objects.get(operation_id=done.operation_id).units == 0
    assert posting.due_releases(at=when) == []


def test_due_releases_names_the_accounts_whose_moment_has_come():
    account, later = open_account(), open_account()
    when = START + timedelta(days=14)
    earn(account, lot(300, MARCH, available_at=when), key="earn")
    earn(later, lot(300, MARCH, available_at=when + timedelta(days=1)), key="later")

    assert posting.due_releases(at=when) == [account.pk]


def test_released_points_pay_a_debt():
    account = open_account()
    earned = earn(account, lot(200, MARCH), key="first")
    spend(account, 200, key="spend")
    earn(account, lot(300, MARCH, available_at=START + timedelta(days=14)), key="pending")
    posting.take_back(operation_id=earned.operation_id, units=200, key="refund", at=START)
    assert figures(account) == (0, 300, 200)

    done = posting.release_slice(account_ids=[account.pk], at=START + timedelta(days=14))

    assert figures(account) == (100, 0, 0)
    assert Entry.objects.get(operation_id=done.operation_id).units == 0


def test_a_payment_moves_the_rolling_date_only_forward():
    account = open_account()
    later, sooner = rolls(date(2026, 6, 15)), rolls(date(2026, 1, 10))

    earn(account, lot(10), key="newest", rolling=later)
    earn(account, lot(10), key="imported late", rolling=sooner)

    account.refresh_from_db()
    assert (account.rolling_until, account.rolling_expires_at, account.rolling_months) == later


def test_a_payment_after_the_lapse_burns_first():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(500), lot(40, MARCH), key="before")

    posted = earn(account, lot(70), key="receipt:2", at=day_end(FEBRUARY), rolling=rolls(date(2028, 2, 11)))

    assert (posted.units, posted.balance) == (70, 110)
    assert remainders(account) == [0, 40, 70]
    assert list(Operation.objects.order_by("id").values_list("kind", "key")) == [
        ("EARN", "before"),
        ("EARN", "receipt:2"),
        ("BURN", "receipt:2:burn"),
    ]
    assert list(Entry.objects.order_by("id").values_list("units", flat=True)) == [540, -500, 70]


def test_a_payment_before_the_lapse_burns_nothing():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(500), key="before")
    at = day_end(FEBRUARY) - timedelta(microseconds=1)

    posted = earn(account, lot(70), key="receipt:2", at=at, rolling=rolls(date(2028, 2, 10)))

    assert posted.balance == 570


def test_a_payment_that_earned_nothing_prolongs():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(500), key="before")
    until = rolls(date(2028, 2, 1))

    posting.prolong(account_id=account.pk, rolling=until, key="receipt:2", at=START)
    posted = posting.prolong(account_id=account.pk, rolling=until, key="receipt:2", at=START)

    account.refresh_from_db()
    assert (account.rolling_until, account.rolling_expires_at, account.rolling_months) == until
    assert (posted.operation_id, posted.units, posted.balance) == (None, 0, 500)


def test_a_payment_that_earned_nothing_brings_nothing_back():
    account = open_account(rolling=FEBRUARY)
    earn(account, lot(500), key="before")

    posted = posting.prolong(
        account_id=account.pk, rolling=rolls(date(2028, 2, 1)), key="receipt:2", at=day_end(FEBRUARY)
    )

    assert (posted.units, posted.balance) == (-500, 0)
    assert Operation.objects.get(kind="BURN").key == "receipt:2:burn"


def test_a_full_refund_moves_the_rolling_date_back():
    account = open_account(rolling=MARCH)
    earn(account, lot(500), key="before")

    posting.set_rolling(account_id=account.pk, rolling=dated(FEBRUARY), key="refund:1", at=START)

    account.refresh_from_db()
    assert account.rolling_until == FEBRUARY
    with pytest.raises(InsufficientPoints):
        spend(account, 1, key="spend", at=day_end(FEBRUARY))


def test_replay_burns_what_had_ended_before_each_receipt():
    account = open_account()
    first, last = datetime(2025, 1, 10, 9, tzinfo=UTC), datetime(2025, 6, 1, 9, tzinfo=UTC)
    acts = [
        PastAct(key="import:1", account_id=account.pk, at=first,
                lots=[lot(100, date(2025, 2, 10)), lot(50, date(2025, 3, 10)), lot(7, date(2025, 7, 1))]),
        PastAct(key="import:2", account_id=account.pk, at=last, lots=[lot(30, date(2025, 8, 1))]),
    ]  # fmt: skip

    posted = posting.replay(acts=acts, recorded_at=START)

    assert (posted["import:1"].balance, posted["import:2"].balance) == (157, 37)
    assert list(
        Entry.objects.order_by("id").values_list("operation__kind", "operation__effective_at", "units")
    ) == [
        ("EARN", first, 157),
        ("BURN", day_end(date(2025, 2, 10)), -100),
        ("BURN", day_end(date(2025, 3, 10)), -50),
        ("EARN", last, 30),
    ]
    assert set(Operation.objects.values_list("source", "recorded_at")) == {("IMPORT", START)}


def test_replay_follows_the_rolling_date():
    account = open_account()
    visits = [datetime(2024, 1, 10, 9, tzinfo=UTC), datetime(2024, 6, 15, 9, tzinfo=UTC), START]
    acts = [
        PastAct(key=f"import:{when:%Y-%m-%d}", account_id=account.pk, at=when, lots=[lot(100)],
                rolling=rolls(date(when.year + 1, when.month, when.day)))
        for when in visits
    ]  # fmt: skip

    posted = posting.replay(acts=acts, recorded_at=START)

    assert [act.balance for act in posted.values()] == [100, 200, 100]
    burnt = Operation.objects.get(kind="BURN")
    assert burnt.effective_at == day_end(date(2025, 6, 15))
    account.refresh_from_db()
    assert account.rolling_until == date(2027, 1, 10)


def test_replay_releases_and_spends_and_prolongs_in_order():
    account = open_account()
    days = [START + timedelta(days=n) for n in range(0, 50, 10)]
    acts = [
        PastAct(key="1", account_id=account.pk, at=days[0], lots=[lot(100, MARCH, available_at=days[1])]),
        PastAct(key="2", account_id=account.pk, at=days[2], kind="SPEND", units=60),
        PastAct(key="3", account_id=account.pk, at=days[3], rolling=rolls(date(2027, 1, 1))),
        PastAct(key="4", account_id=account.pk, at=days[4], kind="GIFT", lots=[lot(5), lot(6)]),
    ]

    posted = posting.replay(acts=acts, recorded_at=START)

    assert [(act.balance, act.pending) for act in posted.values()] == [(0, 100), (40, 0), (40, 0), (51, 0)]
    assert list(Operation.objects.order_by("id").values_list("kind", flat=True)) == [
        "EARN", "RELEASE", "SPEND", "GIFT",
    ]  # fmt: skip


def test_replay_of_the_same_batch_changes_nothing():
    anna, boris = open_account(), open_account()
    acts = [
        PastAct(key="1", account_id=boris.pk, at=START, lots=[lot(10, FEBRUARY)]),
        PastAct(key="2", account_id=anna.pk, at=START, lots=[lot(20, FEBRUARY)]),
        PastAct(key="3", account_id=anna.pk, at=day_end(MARCH), lots=[lot(30), lot(1)]),
    ]
    posting.replay(acts=acts, recorded_at=START)
    before = written()

    again = posting.replay(acts=acts, recorded_at=START)

    assert {key: act.is_duplicate for key, act in again.items()} == {"1": True, "2": True, "3": True}
    assert written() == before


def test_replay_names_the_act_that_is_refused():
    account = open_account()
    acts = [PastAct(key="import:9", account_id=account.pk, at=START, kind="SPEND", units=60)]

    with pytest.raises(ReplayRefused) as refused:
        posting.replay(acts=acts, recorded_at=START)

    assert (refused.value.key, refused.value.refusal) == ("import:9", "INSUFFICIENT_POINTS")
    assert Operation.objects.count() == 0
    assert Account.objects.get().balance == 0
