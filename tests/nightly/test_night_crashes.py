"""Kill -9 at every named point of the night, then run it again: nothing lost, nothing doubled."""

from datetime import date

import pytest
from django.db.models import Sum

from loyalty.models import Account, Entry, Lot, NightlyRun, ReminderPlan
from loyalty.nightly import night
from notifications.models import OutboxMessage
from tests.nightly.burning import LAST_DAY, member_with, moscow, run_program
from tests.nightly.killed import killed_night
from tests.programs import give_points

pytestmark = pytest.mark.django_db(transaction=True)
NIGHT_AFTER = moscow(2026, 11, 28, 3, 10)
MEMBERS = 5
POINTS = [
    *("nightly.before_slice", "nightly.in_slice", "nightly.after_slice", "nightly.before_finish"),
    *("reminders.after_plan", "reminders.before_commit", "reminders.after_slice"),
]


@pytest.fixture
def _members_with_points_to_burn_and_to_remind_of():
    run_program()
    for number in range(MEMBERS):
        patient = member_with(100, last_day=LAST_DAY, last_name=f"Пациент{number}", phone=f"+7916000000{number}")
        give_points(patient, 30, last_day=date(2026, 12, 5), at=patient.created_at)


@pytest.mark.usefixtures("_members_with_points_to_burn_and_to_remind_of")
@pytest.mark.parametrize("fail_point", [*POINTS, *(f"{point}:2" for point in POINTS)])
def test_a_killed_night_is_finished_by_the_next_run(fail_point):
    killed_night(fail_point, at=NIGHT_AFTER)

    night.run_due_nights(at=NIGHT_AFTER)

    assert Account.objects.filter(balance=30).count() == MEMBERS
    burnt = Entry.objects.filter(operation__kind="BURN")
    assert (burnt.count(), burnt.aggregate(sum=Sum("units"))["sum"]) == (MEMBERS, -100 * MEMBERS)
    assert Lot.objects.filter(burnt_at__isnull=False, remaining=0).count() == MEMBERS
    assert ReminderPlan.objects.filter(days_before=14, points=30).count() == MEMBERS
    assert OutboxMessage.objects.filter(status="PENDING").count() == MEMBERS
    runs = NightlyRun.objects.filter(finished_at__isnull=False).order_by("id")
    assert list(runs.values_list("step", "accounts", "points")) == [
        ("VISITS", 0, 0),
        ("RELEASE", 0, 0),
        ("GIFTS", 0, 0),
        ("TIERS", 0, 0),
        ("CODES", 0, 0),
        ("BURN", MEMBERS, 100 * MEMBERS),
        ("REMIND", MEMBERS, 30 * MEMBERS),
        ("CALLS", 0, 0),
        ("ROLLUP", 0, 0),
    ]
