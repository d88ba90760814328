"""A state machine that plays the same acts on the SQL kernel and on the oracle and compares every lot.

Modest in the suite; `LEDGER_MACHINE=deep` plays far longer.
"""

import os
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.ledger.balance import spendable
from loyalty.ledger.posting import LedgerRefusal, NewLot, VisitLot
from loyalty.models import Account, Lot
from tests.ledger.accounts import dated, day_end, open_account, rolls
from tests.oracle import ledger_model as oracle

pytestmark = pytest.mark.django_db

DEEP = os.environ.get("LEDGER_MACHINE") == "deep"
FIRST_DAY = date(2026, 1, 10)
UNITS = st.integers(min_value=1, max_value=40)
WHO = st.sampled_from([0, 1])
NEVER = "never burns"
VISIT = "waits for its visit"
# The last day, counted from today; None: the account's rolling date.
DAYS = st.none() | st.just(NEVER) | st.integers(min_value=0, max_value=12)
MONTHS = st.sampled_from([12, 24])
POLICY = st.sampled_from(["DEBT", "ZERO", "OWN_ONLY", "PENDING_ONLY"])


def attempt(expected):
    """What the oracle refuses with, and what it gives back otherwise."""
    try:
        return None, expected()
    except oracle.Refused as refusal:
        return refusal.code, None


class LedgerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.accounts: list[Account] = [open_account(), open_account()]
        self.models = [oracle.Account(), oracle.Account()]
        self.earnings: list[tuple[int, oracle.Earning]] = []
        self.spendings: list[tuple[int, oracle.Spending]] = []
        self.at = datetime(2026, 1, 10, 12, tzinfo=UTC)
        self.keys = 0
        self.last_act: tuple[object, dict[str, object]] | None = None

    def teardown(self) -> None:
        try:
            assert list(breaches()) == []
        finally:
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def play(self, act, expected, **arguments):
        """Run the act on both sides: both do it, or both refuse with the same name."""
        self.keys += 1
        arguments |= {"key": f"act:{self.keys}", "at": self.at}
        code, model_result = attempt(expected)
        if code:
            with pytest.raises(LedgerRefusal) as refused:
                act(**arguments)
            assert type(refused.value).__name__ == code
            return None, None
        posted = act(**arguments)
        assert not posted.is_duplicate
        self.last_act = (act, arguments)
        return posted, model_result

    def day(self, ahead: int | str | None) -> date | None:
        return self.at.date() + timedelta(days=ahead) if isinstance(ahead, int) else None

    def new_lot(self, units: int, ahead: int | str | None, pending_days: int | str) -> NewLot:
        if pending_days == VISIT:
            return NewLot(units, never_burns=ahead == NEVER, waits_for_visit=True)
        day = self.day(ahead)
        when = self.at + timedelta(days=pending_days) if pending_days else None
        return NewLot(units, day, day and day_end(day), when, ahead == NEVER)

    @initialize(rolling=st.booleans())
    def choose_a_life(self, rolling: bool) -> None:
        self.is_rolling = rolling

    @rule(
        who=WHO,
        lots=st.lists(st.tuples(UNITS, DAYS, st.sampled_from([0, 0, 0, 2, VISIT])), min_size=1, max_size=3),
        months=MONTHS,
    )
    def earn(self, who: int, lots: list[tuple[int, int | str | None, int | str]], months: int) -> None:
        new = [self.new_lot(*lot) for lot in lots]
        rolling = rolls(self.at.date() + timedelta(days=2), months=months) if self.is_rolling else None
        posted, earning = self.play(
            posting.earn,
            lambda: oracle.earn(
                self.models[who],
                [
                    (lot.points, lot.expires_at, lot.available_at, lot.never_burns, lot.waits_for_visit)
                    for lot in new
                ],
                at=self.at,
                rolling=rolling and rolling.expires_at,
                months=rolling and rolling.months,
            ),
            account_id=self.accounts[who].pk,
            lots=new,
            rolling=rolling,
        )
        self.earnings.append((posted.operation_id, earning))

    @rule(who=WHO, units=UNITS)
    def spend(self, who: int, units: int) -> None:
        posted, spending = self.play(
            posting.spend,
            lambda: oracle.spend(self.models[who], units, at=self.at),
            account_id=self.accounts[who].pk,
            units=units,
        )
        if posted:
            self.spendings.append((posted.operation_id, spending))

    @precondition(lambda self: self.spendings)
    @rule(data=st.data(), units=UNITS)
    def return_spent(self, data, units: int) -> None:
        operation_id, spending = data.draw(st.sampled_from(self.spendings))
        grace = dated(self.at.date() + timedelta(days=14))
        self.play(
            posting.return_spent,
            lambda: oracle.return_spent(spending, units, at=self.at, grace=grace.expires_at),
            operation_id=operation_id,
            units=units,
            grace=grace,
        )

    @precondition(lambda self: self.earnings)
    @rule(data=st.data(), units=UNITS, policy=POLICY)
    def take_back(self, data, units: int, policy: str) -> None:
        operation_id, earning = data.draw(st.sampled_from(self.earnings))
        self.play(
            posting.take_back,
            lambda: oracle.take_back(earning, units, at=self.at, policy=policy),
            operation_id=operation_id,
            units=units,
            policy=policy,
        )

    @rule(who=WHO, units=UNITS, sign=st.sampled_from([1, -1]), ahead=DAYS)
    def adjust(self, who: int, units: int, sign: int, ahead: int | str | None) -> None:
        day = self.day(ahead)
        end = day and day_end(day)
        model = self.models[who]
        posted, done = self.play(
            posting.adjust,
            (lambda: oracle.earn(model, [(units, end, None, ahead == NEVER, False)], at=self.at))
            if sign > 0
            else (lambda: oracle.spend(model, units, at=self.at)),
            account_id=self.accounts[who].pk,
            units=sign * units,
            last_day=day,
            expires_at=end,
            never_burns=ahead == NEVER,
            reason="by hand",
        )
        if posted:
            (self.earnings if sign > 0 else self.spendings).append((posted.operation_id, done))

    @rule(giver=WHO, units=st.none() | UNITS)
    def transfer(self, giver: int, units: int | None) -> None:
        receiver = 1 - giver
        self.play(
            posting.transfer,
            lambda: oracle.transfer(self.models[giver], self.models[receiver], units, at=self.at),
            from_account_id=self.accounts[giver].pk,
            to_account_id=self.accounts[receiver].pk,
            units=units,
        )

    @rule()
    def burn(self) -> None:
        burnt = sum(model.burn(self.at) for model in self.models)

        done = posting.burn_slice(account_ids=[x.pk for x in self.accounts], cutoff=self.at, at=self.at)

        assert done.units == burnt
        assert posting.due_accounts(cutoff=self.at) == []

    @rule()
    def release(self) -> None:
        for model in self.models:
            oracle.release(model, at=self.at)

        posting.release_slice(account_ids=[x.pk for x in self.accounts], at=self.at)

        assert posting.due_releases(at=self.at) == []

    @precondition(lambda self: self.earnings)
    @rule(
        data=st.data(), ahead=st.none() | st.integers(min_value=0, max_value=12), pending=st.sampled_from([0, 2])
    )
    def close_visit(self, data, ahead: int | None, pending: int) -> None:
        operation_id, earning = data.draw(st.sampled_from(self.earnings))
        when, waited = self.at + timedelta(days=pending), sum(model.pending for model in self.models)
        dates = [None if lot.never_burns else self.day(ahead) for lot in earning.lots]
        ends = [date and day_end(date) for date in dates]
        oracle.close_visit(earning, self.models, at=self.at, days=[(end, when) for end in ends])

        self.keys += 1
        lots = Lot.objects.filter(entry__operation=operation_id).order_by("id").values_list("id", flat=True)
        done = posting.close_visit(
            operation_id=operation_id,
            lots=[VisitLot(pk, when, *day) for pk, day in zip(lots, zip(dates, ends, strict=True), strict=True)],
            key=f"act:{self.keys}",
            at=self.at,
        )

        assert done.units == waited - sum(model.pending for model in self.models)

    @precondition(lambda self: self.is_rolling)
    @rule(who=WHO, ahead=st.integers(min_value=-2, max_value=4), months=MONTHS)
    def prolong(self, who: int, ahead: int, months: int) -> None:
        rolling = rolls(self.at.date() + timedelta(days=ahead), months=months)
        self.models[who].burn_if_lapsed(self.at)
        self.models[who].prolong(rolling.expires_at, months)

        self.keys += 1
        posting.prolong(account_id=self.accounts[who].pk, rolling=rolling, key=f"act:{self.keys}", at=self.at)

    @rule()
    def change_the_life(self) -> None:
        """Payments roll the date from now on, or no longer do."""
        self.is_rolling = not self.is_rolling

    @rule(hours=st.sampled_from([1, 9, 24, 24 * 4]))
    def move_the_clock(self, hours: int) -> None:
        self.at += timedelta(hours=hours)

    @precondition(lambda self: self.last_act)
    @rule()
    def repeat_the_last_act(self) -> None:
        act, arguments = self.last_act

        assert act(**arguments).is_duplicate

    @invariant()
    def both_sides_are_equal(self) -> None:
        if not hasattr(self, "is_rolling"):
            return
        for account, model in zip(self.accounts, self.models, strict=True):
            account.refresh_from_db()
            assert (account.balance, account.pending, account.debt) == (model.balance, model.pending, model.debt)
            assert (account.rolling_expires_at, account.rolling_months) == (model.rolling, model.rolling_months)
            usable = 0 if model.debt else sum(lot.remaining for lot in model.usable(self.at))
            assert spendable(account.pk, self.at) == usable
            stored = Lot.objects.filter(account=account).order_by("id")
            assert [
                (
                    x.amount, x.remaining, x.is_released, x.available_at, x.expires_at, x.never_burns,
                    x.burnt_at is not None,
                )
                for x in stored
            ] == [
                (x.amount, x.remaining, x.is_released, x.available_at, x.expires_at, x.never_burns, x.burnt > 0)
                for x in model.lots
            ]  # fmt: skip


def test_the_kernel_does_what_the_oracle_does():
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(
            max_examples=2000 if DEEP else 35,
            stateful_step_count=80 if DEEP else 40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # Shrinking a failure takes minutes: the deep profile does it.
            phases=[Phase.generate, Phase.shrink] if DEEP else [Phase.generate],
            derandomize=not DEEP,
        ),
    )
