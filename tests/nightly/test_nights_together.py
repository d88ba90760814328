"""Two workers in one night on committed rows, after the control that shows it without the planning lock."""

import threading

import pytest
from django.db import connection
from django.db.models import Sum

from loyalty.models import Account, Entry, NightlyRun, ReminderPlan
from loyalty.nightly import night, point_sweeps, reminders
from notifications.models import OutboxMessage
from tests.nightly.burning import LAST_DAY, member_with, moscow, run_program

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
MEMBERS = 12


def two_nights(at) -> list[str]:
    """Two workers that begin at once; the names of the errors that broke one off."""
    start = threading.Barrier(2)
    errors = []

    def work() -> None:
        start.wait()
        try:
            night.repeat_nights(at=at)
        except night.NightFailed as error:
            errors.append(type(error).__name__)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.fixture
def _members(monkeypatch):
    monkeypatch.setattr(point_sweeps, "SLICE", 3)
    monkeypatch.setattr(reminders, "SLICE", 3)
    run_program()
    for number in range(MEMBERS):
        member_with(100, last_day=LAST_DAY, last_name=f"Пациент{number}", phone=f"+791600000{number:02}")


@pytest.mark.usefixtures("_members")
def test_control_without_the_planning_lock_two_workers_plan_the_same_and_one_breaks_off(monkeypatch):
    both_have_read = threading.Barrier(2, timeout=10)
    real = reminders._unplanned
    first_reading = threading.local()

    def read_together(**fields):
        rows = real(**fields)
        if not hasattr(first_reading, "done"):
            first_reading.done = True
            both_have_read.wait()
        return rows

    monkeypatch.setattr(reminders, "_unplanned", read_together)
    monkeypatch.setattr(reminders, "_lock_planning", lambda clinic: None)

    assert two_nights(moscow(2026, 11, 13, 3, 10)) == ["NightFailed"]


@pytest.mark.usefixtures("_members")
def test_two_workers_plan_every_reminder_once():
    assert two_nights(moscow(2026, 11, 13, 3, 10)) == []

    assert ReminderPlan.objects.count() == OutboxMessage.objects.count() == MEMBERS
    assert NightlyRun.objects.get(step="REMIND").accounts == MEMBERS


@pytest.mark.usefixtures("_members")
def test_two_workers_burn_every_lot_once():
    assert two_nights(moscow(2026, 11, 28, 3, 10)) == []

    assert Account.objects.filter(balance=0).count() == MEMBERS
    burnt = Entry.objects.filter(operation__kind="BURN")
    assert (burnt.count(), burnt.aggregate(sum=Sum("units"))["sum"]) == (MEMBERS, -100 * MEMBERS)
    assert NightlyRun.objects.get(step="BURN").points == 100 * MEMBERS
