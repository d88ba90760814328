"""Points in a trial behave as the ledger's do: held against the same oracle as the kernel, and shown by hand."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinics.calendar import add_months
from loyalty.rules.life import Life, LifeKind, last_day_of
from loyalty.rules.quote import LotPlan
from loyalty.what_if.trial.purse import Lot, Purse
from tests.oracle import ledger_model as oracle

DAY = date(2026, 1, 31)
ROLLING = Life(LifeKind.ROLLING_MONTHS, 2)
LIVES = st.sampled_from(
    [
        ROLLING,
        Life(LifeKind.ROLLING_MONTHS, 1),
        Life(LifeKind.NONE),
        Life(LifeKind.DAYS, 20),
        Life(LifeKind.MONTHS, 1),
        Life(LifeKind.END_OF_MONTH),
    ]
)


def plan(points, *, life, day, pending_days=0):
    available_on = day + timedelta(days=pending_days)
    return LotPlan(
        points=points,
        last_day=last_day_of(life, given_on=available_on),
        available_on=available_on,
        rule_codes=("rule",),
        never_burns=life.kind is LifeKind.NONE,
    )


def purse_with(*lots, **state):
    purse = Purse(**state)
    for lot in lots:
        purse.add(lot)
    return purse


def test_soonest_last_day_is_spent_first_then_the_oldest_and_endless_points_last():
    purse = purse_with(
        Lot(10, DAY, None, never_burns=True),
        Lot(10, DAY, date(2026, 3, 1), never_burns=False),
        Lot(10, DAY, date(2026, 2, 10), never_burns=False),
        Lot(10, DAY, None, never_burns=False),
        rolling_until=date(2026, 2, 20),
        rolling_months=1,
    )

    purse.spend(25, day=DAY)

    purse.live_to(date(2026, 2, 21))
    assert (purse.burnt, purse.points) == (0, 15)
    purse.live_to(date(2026, 3, 2))
    assert (purse.burnt, purse.points, purse.may_burn()) == (5, 10, 0)


def test_last_day_is_inclusive():
    purse = purse_with(Lot(100, DAY, DAY, never_burns=False))

    purse.live_to(DAY)

    assert purse.spendable(DAY) == 100
    purse.live_to(DAY + timedelta(days=1))
    assert (purse.points, purse.burnt) == (0, 100)


def test_pending_points_neither_pay_nor_burn():
    purse = purse_with(
        Lot(100, DAY + timedelta(days=5), None, never_burns=False), rolling_until=DAY, rolling_months=1
    )

    purse.live_to(DAY + timedelta(days=4))

    assert (purse.spendable(DAY + timedelta(days=4)), purse.points) == (0, 100)
    purse.live_to(DAY + timedelta(days=5))
    assert (purse.points, purse.burnt) == (0, 100)


def test_a_shorter_life_in_the_program_takes_nothing_from_points_that_were_promised_more():
    purse = purse_with(Lot(100, DAY, None, never_burns=False), rolling_until=date(2026, 3, 31), rolling_months=24)

    purse.prolong(ROLLING, day=DAY, promised_months=purse.promised_months(DAY))

    assert (purse.rolling_until, purse.rolling_months) == (date(2028, 1, 31), 24)


def test_an_empty_purse_has_promised_nothing():
    purse = purse_with(rolling_until=date(2026, 3, 31), rolling_months=24)

    purse.prolong(ROLLING, day=DAY, promised_months=purse.promised_months(DAY))

    assert (purse.rolling_until, purse.rolling_months) == (date(2026, 3, 31), 2)


visits = st.tuples(
    st.integers(0, 40),  # days since the visit before
    st.integers(0, 300),  # points wanted
    st.integers(1, 200),  # points earned
    LIVES,
    st.integers(0, 5),  # days pending
    st.booleans(),  # money was paid
)


def moment(day):
    """A day as the oracle's moment; what lives to the day ends with the next one."""
    return day.toordinal()


@given(st.lists(visits, max_size=12), LIVES)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_a_purse_is_the_ledgers_account(planned, life):
    purse, account, day = Purse(), oracle.Account(), DAY

    for days, wanted, points, own_life, pending_days, is_paid in planned:
        day += timedelta(days=days)
        purse.live_to(day)
        oracle.release(account, at=moment(day))
        account.burn(moment(day))
        assert purse.points == account.balance + account.pending
        assert purse.spendable(day) == sum(lot.remaining for lot in account.usable(moment(day)))
        assert purse.burnt == sum(lot.burnt for lot in account.lots)

        promised = purse.promised_months(day)
        spent = min(wanted, purse.spendable(day))
        if spent:
            purse.spend(spent, day=day)
            oracle.spend(account, spent, at=moment(day))
        lot = plan(points, life=own_life, day=day, pending_days=pending_days)
        purse.put([lot])
        if is_paid:
            purse.prolong(life, day=day, promised_months=promised)
        months = max(life.length if life.is_rolling else 0, promised or 0) if is_paid else 0
        oracle.earn(
            account,
            [
                (
                    points,
                    lot.last_day and moment(lot.last_day) + 1,
                    moment(lot.available_on),
                    lot.never_burns,
                    False,
                )
            ],
            at=moment(day),
            rolling=moment(add_months(day, months)) + 1 if months else None,
            months=months or None,
        )
        assert (purse.rolling_until and moment(purse.rolling_until) + 1) == account.rolling
