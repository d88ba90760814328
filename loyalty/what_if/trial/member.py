"""One member's past lived once more under one program, receipt by receipt.

The desk's own functions decide: the engine, the tiers' states, the life of points. What differs from the desk is
only that nothing is written. Calls come by rising day.
"""

from collections import deque
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.engine import Decision, decide
from loyalty.rules.facts import MemberFacts, ReceiptFacts, SpendChoice, SpendKind
from loyalty.rules.life import rolling_date
from loyalty.rules.limits import NOTHING_USED
from loyalty.rules.tier_states import after_nights, after_payment, effective_tier, settled
from loyalty.rules.turnover import Payment, Turnover, with_payment
from loyalty.what_if.trial.limits import LimitCounts, PatientUse
from loyalty.what_if.trial.past import PastLot, PastMember, PastReceipt
from loyalty.what_if.trial.purse import Lot, Purse
from loyalty.what_if.trial.totals import NO_TIER, Totals


class Trial(NamedTuple):
    """One program on trial, with what it has come to so far."""

    program: CompiledProgram
    limits: LimitCounts
    totals: Totals


class Outcome(NamedTuple):
    """What a receipt came to: equal outcomes mean that the member would notice no difference."""

    price_kopecks: int
    money_kopecks: int
    points_kopecks: int  # spent
    earned_kopecks: int  # the value of the points


class MemberTrial:
    """`gained_kopecks` is what the program has given: discounts, and the value of points earned and welcome."""

    def __init__(self, past: PastMember, trial: Trial) -> None:
        self.gained_kopecks = 0
        self._past = past
        self._trial = trial
        self._program = program = trial.program
        self._purse = _opened_purse(past, program)
        self._coming = deque(past.given)
        self._turnover = past.turnover
        self._visits = past.visits
        self._patient_use = PatientUse()
        # The program begins with the period: its first night settles the tiers.
        self._state = settled(program, past.tier, turnover=past.turnover, day=past.first_day)
        for lot in past.opening:
            self._receive(lot)
        trial.totals.points_opening += self._purse.points
        self._is_welcome_due = past.welcomed_on is not None and program.welcome is not None

    def pay(self, past: PastReceipt) -> Outcome:
        """Quote the receipt, pay it with as much in points as then, earn, and rise in tier."""
        facts, program, purse = past.facts, self._program, self._purse
        day = facts.day
        self._live_to(day)
        promised = purse.promised_months(day)
        decision = self._decide(past)
        if decision.spend.points:
            purse.spend(decision.spend.points, day=day)
        purse.put(decision.lots)
        self._visits += 1
        if decision.money_kopecks:
            purse.prolong(program.life, day=day, promised_months=promised)
            self._pay(Payment(day, decision.money_kopecks))
        return self._count(decision)

    def end(self) -> str:
        """Live to the end of the period; the code of the tier that the member then stands in."""
        day = self._past.last_day
        self._live_to(day)
        totals, purse = self._trial.totals, self._purse
        totals.points_burnt += purse.burnt
        totals.points_left += purse.points
        totals.points_dated += purse.may_burn()
        tier = self._tier(day) or NO_TIER
        totals.of_tier(tier).members += 1
        return tier

    def _live_to(self, day: date) -> None:
        while self._coming and self._coming[0].given_on <= day:
            self._trial.totals.points_given += self._coming[0].points
            self._receive(self._coming.popleft())
        if self._is_welcome_due:
            self._welcome(day)
        self._purse.live_to(day)
        if self._state.due_on is not None:
            self._state = after_nights(self._program, self._state, turnover=self._turnover, day=day)

    def _receive(self, lot: PastLot) -> None:
        self._purse.add(Lot(lot.points, lot.available_on, lot.last_day, lot.never_burns))

    def _welcome(self, day: date) -> None:
        gift, welcomed_on = self._program.welcome, self._past.welcomed_on
        if gift is not None and welcomed_on is not None and welcomed_on <= day:
            self._is_welcome_due = False
            self._purse.give(gift.points, life=gift.life, day=welcomed_on)
            self._trial.totals.points_welcome += gift.points
            self.gained_kopecks += gift.points * self._program.point_value_kopecks

    def _decide(self, past: PastReceipt) -> Decision:
        program, limits, facts = self._program, self._trial.limits, self._receipt_facts(past)
        decision = decide(
            program=program,
            member=self._member_facts(past),
            receipt=facts,
            choice=_same_wish(past, value=program.point_value_kopecks),
            used=limits.used(self._patient_use, facts) if limits.limits else NOTHING_USED,
        )
        if limits.limits:
            limits.count(decision, self._patient_use, facts)
        return decision

    def _member_facts(self, past: PastReceipt) -> MemberFacts:
        who, day = self._past, past.facts.day
        return MemberFacts(
            is_member=who.is_member or past.earns_as_member,
            tier=self._tier(day),
            spendable_points=self._purse.spendable(day),
            turnover_kopecks=self._turnover.lifetime_kopecks,
            visits=self._visits,
            tags=who.tags,
            social_groups=who.social_groups_on(day),
            source=who.source,
            birth_date=who.birth_date,
            sex=who.sex,
        )

    def _receipt_facts(self, past: PastReceipt) -> ReceiptFacts:
        """A discount by hand is given again where the program still knows such a thing."""
        manual = self._program.discounts.manual
        if not past.manual_bp or manual is None:
            return past.facts
        return replace(past.facts, manual_discount_bp=min(past.manual_bp, manual.most_bp))

    def _tier(self, day: date) -> str | None:
        tier = effective_tier(self._program, self._state, day=day)
        return tier.code if tier else None

    def _pay(self, payment: Payment) -> None:
        """The tier that the payment reaches holds from the next receipt on."""
        turnover, program = self._turnover, self._program
        # Single payments matter only where a window of months counts.
        self._turnover = (
            Turnover(turnover.lifetime_kopecks + payment.kopecks)
            if program.turnover_months is None
            else with_payment(turnover, payment)
        )
        self._state = after_payment(program, self._state, turnover=self._turnover, day=payment.day)

    def _count(self, decision: Decision) -> Outcome:
        value = self._program.point_value_kopecks
        earned = decision.earned_points
        tier = self._trial.totals.of_tier(decision.tier or NO_TIER)
        tier.receipts += 1
        tier.price_kopecks += decision.total_kopecks
        tier.discount_kopecks += decision.discount_kopecks
        tier.points_kopecks += decision.spend.points * value
        tier.points_spent += decision.spend.points
        tier.points_issued += earned
        self.gained_kopecks += decision.discount_kopecks + earned * value
        return Outcome(
            decision.total_kopecks, decision.money_kopecks, decision.spend.points * value, earned * value
        )


def _opened_purse(past: PastMember, program: CompiledProgram) -> Purse:
    """A new account is opened by the program itself: a rolling life without payments runs from there."""
    if not past.is_new:
        return Purse(past.rolling_until, past.rolling_months)
    until = rolling_date(program.life, paid_on=past.opened_on, stored=None)
    return Purse(until, program.life.length if until else None)


def _same_wish(past: PastReceipt, *, value: int) -> SpendChoice:
    """As much money paid with points as then; what is left of the wish the balance and the cap decide."""
    points = past.paid_with_points_kopecks // value
    return SpendChoice(SpendKind.AMOUNT, points) if points else NO_WISH


NO_WISH = SpendChoice.none()
