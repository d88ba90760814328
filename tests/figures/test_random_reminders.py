"""What reminders bring, over random histories: equal to a slow recount of each reminder and each receipt."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from clinics.calendar import end_of_day, local_date
from loyalty.figures.maths.increment import Trial
from loyalty.figures.reminders import read_effect, read_rungs, receipts_of_reminders
from loyalty.models import ReminderPlan
from loyalty.reports.scope import Days
from tests.figures.shop import person, refund, scope, sell, take_back
from tests.figures.test_reminders import remind
from tests.people import make_clinic
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 9, 1, tzinfo=UTC)
WINDOW = 14
OCTOBER = Days(date(2026, 10, 1), date(2026, 10, 31))


@dataclass(frozen=True)
class Reminder:
    plan: ReminderPlan
    is_delivered: bool

    @property
    def clinic(self):
        return self.plan.patient.home_clinic

    @property
    def sent_at(self):
        return self.plan.due_at + timedelta(hours=1)

    def counts(self, moment, since):
        until = min(since + timedelta(days=WINDOW), end_of_day(self.plan.last_day, self.clinic.tz))
        return since <= moment < until

    def is_of(self, days):
        return days.first <= local_date(self.plan.planned_at, self.clinic.tz) <= days.last


@dataclass(frozen=True)
class Purchase:
    pk: int
    patient_id: int
    clinic: object
    at: datetime
    paid: int  # kopecks, net
    points: int


def random_history(seed):
    rng = Random(seed)
    clinics = [make_clinic("west", timezone="Europe/Kaliningrad"), make_clinic("east", timezone="Asia/Kamchatka")]
    reminders, purchases = [], []
    for name in range(10):
        patient, is_held_out = person(str(name), rng.choice(clinics)), rng.random() < 0.3
        last_days = set()
        for day in rng.sample(range(20, 66), rng.randint(1, 5)):
            at = BEGIN + timedelta(days=day, minutes=rng.randrange(24 * 60))
            status = rng.choice(["SENT", "SENT", "FAILED"])
            last_day = at.date() + timedelta(days=rng.choice([0, 5, 14, 20]))
            # An account has one plan of a rung for a day.
            while last_day in last_days:
                last_day += timedelta(days=1)
            last_days.add(last_day)
            days_before = 14 if len(reminders) % 2 else 5
            plan = remind(
                patient, at, last_day=last_day, days_before=days_before, held_out=is_held_out, status=status
            )  # fmt: skip
            reminders.append(Reminder(plan, status == "SENT" and not is_held_out))
        for _number in range(rng.randint(0, 8)):
            purchases += _random_purchase(rng, patient, rng.choice(clinics))
    return clinics, reminders, purchases


def _random_purchase(rng, patient, clinic):
    at = BEGIN + timedelta(minutes=rng.randrange(20 * 24 * 60, 80 * 24 * 60))
    price, points = rng.choice([0, 1_000, 2_500]), rng.choice([0, 200])
    receipt = sell(patient, at, (price, 0, min(points, price)), clinic=clinic)
    fate = rng.choice(["kept", "kept", "part", "whole"])
    if not price or fate == "whole":
        if price:
            take_back(receipt, at + timedelta(days=3))
        return []
    given, returned = (500, 100 if points else 0) if fate == "part" else (0, 0)
    if given:
        refund(receipt, at + timedelta(days=40), (given, returned))
    paid = price - points - (given - returned)
    return [Purchase(receipt.pk, patient.pk, clinic, at, paid * 100, points - returned)]


def won(reminders, purchases, clinics):
    """The purchases that reminders brought, each to one of them."""
    found = {}
    for one in purchases:
        candidates = [
            reminder
            for reminder in reminders
            if reminder.is_delivered
            and reminder.clinic in clinics
            and reminder.plan.patient_id == one.patient_id
            and reminder.counts(one.at, reminder.sent_at)
        ]
        if candidates and one.clinic in clinics:
            found[one.pk] = (one, max(candidates, key=lambda each: (each.sent_at, each.plan.pk)))
    return found


def slow_rungs(reminders, purchases, clinics, days):
    rungs = defaultdict(lambda: [0, 0, 0, set(), 0, set(), 0, 0])
    for one in reminders:
        if one.clinic in clinics and one.is_of(days):
            rung = rungs[one.plan.days_before]
            rung[0] += not one.plan.is_held_out
            rung[1] += one.plan.is_held_out
            rung[2] += one.is_delivered
            rung[3] |= {one.plan.patient_id} if one.is_delivered else set()
    for purchase, reminder in won(reminders, purchases, clinics).values():
        if reminder.is_of(days):
            rung = rungs[reminder.plan.days_before]
            rung[4] += 1
            rung[5].add(purchase.patient_id)
            rung[6] += purchase.paid
            rung[7] += purchase.points
    return {
        days_before: [len(n) if isinstance(n, set) else n for n in rung] for days_before, rung in rungs.items()
    }


def slow_trial(reminders, purchases, clinics, days, *, is_held_out):
    people, came = set(), set()
    for one in reminders:
        if one.clinic in clinics and one.is_of(days) and one.plan.is_held_out == is_held_out:
            people.add(one.plan.patient_id)
            came |= {
                purchase.patient_id
                for purchase in purchases
                if purchase.clinic in clinics
                and purchase.patient_id == one.plan.patient_id
                and one.counts(purchase.at, one.plan.due_at)
            }
    return Trial(len(people), len(came))


@pytest.mark.parametrize("seed", range(8))
def test_what_reminders_bring_equals_a_slow_recount(seed):
    publish_preset()
    everywhere, reminders, purchases = random_history(seed)

    for clinics in (everywhere, everywhere[:1]):
        asked = scope(OCTOBER, *clinics)
        rungs = {
            one.days_before: [
                one.planned, one.held_out, one.delivered, one.people, one.receipts, one.came, one.paid, one.points
            ]
            for one in read_rungs(asked, window=WINDOW)
        }  # fmt: skip
        effect = read_effect(asked, window=WINDOW)

        assert rungs == slow_rungs(reminders, purchases, clinics, OCTOBER)
        assert receipts_of_reminders(asked, window=WINDOW) == {
            pk: reminder.plan.days_before
            for pk, (_purchase, reminder) in won(reminders, purchases, clinics).items()
            if reminder.is_of(OCTOBER)
        }
        for trial, is_held_out in ((effect.reminded, False), (effect.held_out, True)):
            assert trial == slow_trial(reminders, purchases, clinics, OCTOBER, is_held_out=is_held_out)
