"""What the desk and the cabinet read: spendable points, the burn schedule, the statement."""

from datetime import date, timedelta

import pytest

from loyalty.ledger.balance import BurnDay, burn_schedule, spendable
from loyalty.ledger.posting import AccountMissing
from loyalty.ledger.statement import statement
from tests.ledger.accounts import START, burn, day_end, earn, lot, open_account, spend

pytestmark = pytest.mark.django_db

FEBRUARY = date(2026, 2, 10)
MARCH = date(2026, 3, 10)


def test_what_is_past_its_day_is_not_spendable_before_the_sweep():
    account = open_account()
    earn(account, lot(200, FEBRUARY), lot(300, MARCH), key="earn")

    assert spendable(account.pk, day_end(FEBRUARY) - timedelta(microseconds=1)) == 500
    assert spendable(account.pk, day_end(FEBRUARY)) == 300


def test_the_sweep_does_not_change_what_is_spendable():
    account = open_account()
    earn(account, lot(200, FEBRUARY), lot(300, MARCH), key="earn")

    burn(account, at=day_end(FEBRUARY))

    assert spendable(account.pk, day_end(FEBRUARY)) == 300


def test_a_missing_account_has_no_balance():
    with pytest.raises(AccountMissing):
        spendable(999, START)


def test_the_schedule_names_every_day_and_the_rolling_one():
    account = open_account(rolling=date(2026, 2, 20))
    earn(account, lot(100), lot(200, FEBRUARY), lot(50, FEBRUARY), lot(300, MARCH), key="earn")
    earn(account, lot(70, MARCH, available_at=START + timedelta(days=3)), key="pending")

    schedule = burn_schedule(account.pk, START)

    assert schedule == [
        BurnDay(FEBRUARY, day_end(FEBRUARY), 250, is_rolling=False),
        BurnDay(date(2026, 2, 20), day_end(date(2026, 2, 20)), 100, is_rolling=True),
        BurnDay(MARCH, day_end(MARCH), 300, is_rolling=False),
    ]


def test_the_schedule_leaves_out_what_has_ended_and_what_never_ends():
    account = open_account()
    earn(account, lot(100), lot(200, FEBRUARY), lot(300, MARCH), key="earn")

    assert burn_schedule(account.pk, day_end(FEBRUARY)) == [BurnDay(MARCH, day_end(MARCH), 300, is_rolling=False)]


def test_the_statement_is_read_page_by_page():
    account, other = open_account(), open_account()
    earn(account, lot(500, MARCH), lot(100, FEBRUARY), key="earn", explanation={"rule": "cashback"})
    earn(other, lot(5), key="other")
    spend(account, 50, key="spend", source="DESK")
    spend(account, 10, key="fix", kind="ADJUST", reason="typing error")

    newest = statement(account.pk, 2)
    oldest = statement(account.pk, 2, before_id=newest[-1].entry_id)

    assert [(row.kind, row.units, row.reason) for row in newest] == [
        ("ADJUST", -10, "typing error"),
        ("SPEND", -50, ""),
    ]
    assert newest[1].source == "DESK"
    assert [(row.kind, row.units, row.last_day, row.explanation) for row in oldest] == [
        ("EARN", 600, FEBRUARY, {"rule": "cashback"})
    ]


def test_the_statement_says_when_pending_points_become_available():
    account = open_account()
    later = START + timedelta(days=14)
    earn(account, lot(500, MARCH, available_at=later), key="earn")

    assert statement(account.pk, 1)[0].available_at == later
