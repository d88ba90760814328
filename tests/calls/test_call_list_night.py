"""What the night puts on the call list and what it takes off, exactly once per cause."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.calls.working import Outcome
from loyalty.models import CallTask, NightlyRun, ReminderPlan, Standing
from loyalty.nightly import night
from loyalty.nightly.call_list import make_call_list
from loyalty.nightly.journal import begin_step
from notifications.models import OutboxMessage
from patients.consents import CALLS, record_consent
from patients.models import Patient
from tests.calls.calling import TODAY, make_task
from tests.people import make_clinic, make_patient
from tests.programs import NOON, make_member, publish_preset
from tests.threads import run_together

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")
HALF_A_YEAR_AGO = date(2026, 5, 22)
LAST_DAY = date(2026, 11, 27)


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member()


def lost(patient, day=HALF_A_YEAR_AGO, *, hour=12):
    paid_at = datetime(day.year, day.month, day.day, hour, tzinfo=MOSCOW)
    Standing.objects.filter(patient=patient).update(last_paid_at=paid_at)


def reminded(patient, *, status="SKIPPED", skip_reason="NO_CHANNEL", is_held_out=False, days_before=5):
    plan = ReminderPlan.objects.create(
        account=patient.standing.account, patient=patient, last_day=LAST_DAY, days_before=days_before, points=450,
        is_held_out=is_held_out, planned_at=NOON, due_at=NOON,
    )  # fmt: skip
    OutboxMessage.objects.create(
        key=plan.message_key, event="points.burning_soon", kind="SERVICE", patient=patient, status=status,
        skip_reason=skip_reason, due_at=NOON, next_attempt_at=NOON, created_at=NOON,
    )  # fmt: skip


def make(at=NOON):
    clinic = make_clinic()
    make_call_list(clinic=clinic, run=begin_step(clinic=clinic, day=TODAY, step="CALLS", at=at), at=at)


def tasks():
    return list(CallTask.objects.order_by("id").values_list("key", "kind", "facts", "due_date", "outcome"))


def test_half_a_year_without_a_visit_makes_one_task_however_often_the_night_runs(anna):
    lost(anna)

    make()
    make()
    make(at=NOON + timedelta(days=1))

    expected = (f"no-visit:{anna.pk}:2026-05-22", "NO_VISIT", {"last_day": "2026-05-22"}, TODAY, "")
    assert tasks() == [expected]
    assert NightlyRun.objects.get().accounts == 1


@pytest.mark.parametrize(
    ("day", "hour", "number"),
    [
        (date(2026, 5, 23), 0, 0),  # half a year is not over
        (date(2026, 5, 22), 23, 1),
        (date(2026, 5, 16), 0, 1),  # the portal was down for a week
        (date(2026, 5, 15), 23, 0),  # long lost: not the list's business
    ],
)
def test_days_of_the_half_year_are_the_clinics(anna, day, hour, number):
    lost(anna, day, hour=hour)

    make()

    assert CallTask.objects.count() == number


@pytest.mark.parametrize(
    ("field", "value"), [("phone", None), ("erased_at", NOON), ("merged_into", "another")], ids=str
)
def test_nobody_is_called_who_cannot_be(anna, field, value):
    lost(anna)
    another = make_patient("Петрова", "Вера", "+79160000002")
    Patient.objects.filter(pk=anna.pk).update(**{field: another if value == "another" else value})

    make()

    assert CallTask.objects.count() == 0


@pytest.mark.parametrize("word", [("ADVERTISING", CALLS), ("PERSONAL_DATA", "")])
def test_nobody_is_called_who_asked_not_to_be_until_they_change_their_mind(anna, word):
    kind, channel = word
    lost(anna)
    reminded(anna)
    record_consent(patient=anna, kind=kind, channel=channel, granted=False, source="CALL", at=NOON)

    make()
    assert CallTask.objects.count() == 0
    record_consent(patient=anna, kind=kind, channel=channel, granted=True, source="DESK", at=NOON)
    make()

    assert CallTask.objects.count() == 2


def test_other_clinics_patient_is_not_on_this_clinics_list(anna):
    lost(make_member("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск")))

    make()

    assert CallTask.objects.count() == 0


def test_points_burn_and_no_message_has_reached_makes_one_task_per_day_of_burning(anna):
    reminded(anna, days_before=14)
    reminded(anna, status="FAILED", skip_reason="")

    make()
    make()

    key = f"burning:{anna.standing.account_id}:2026-11-27"
    assert tasks() == [(key, "BURNING", {"points": 450, "last_day": "2026-11-27"}, TODAY, "")]


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "PENDING", "skip_reason": ""},
        {"skip_reason": "NOTHING_TO_SAY"},
        {"is_held_out": True},
    ],
    ids=["still on its way", "nothing to say", "held out"],
)
def test_whoever_is_reached_or_left_in_peace_is_not_called(anna, fields):
    reminded(anna, **fields)

    make()

    assert CallTask.objects.count() == 0


def test_who_has_come_or_whose_points_have_burnt_is_taken_off_the_list(anna):
    lost(anna)
    reminded(anna)
    vera = make_member("Лебедева", "Вера", "+79160000001")
    mine = make_task(anna)
    burnt = make_task(vera, kind="BURNING", facts={"points": 1, "last_day": "2026-11-21"})
    still = make_task(vera, kind="BURNING", facts={"points": 1, "last_day": "2026-11-22"})
    make()

    Standing.objects.filter(patient=anna).update(last_paid_at=NOON + timedelta(hours=1))
    make(at=NOON + timedelta(hours=2))

    by_kind = dict(CallTask.objects.filter(patient=anna).values_list("kind", "outcome"))
    not_needed = Outcome.NOT_NEEDED
    assert by_kind == {"NO_VISIT": not_needed, "BURNING": not_needed, "MANUAL": ""}
    for task in (mine, burnt, still):
        task.refresh_from_db()
    assert [task.outcome for task in (mine, burnt, still)] == ["", not_needed, ""]


def test_night_makes_the_call_list(anna):
    lost(anna)

    night.run_due_nights(at=NOON)

    assert NightlyRun.objects.get(step="CALLS").accounts == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_task(anna):
    lost(anna)

    results = run_together(2, lambda _index: make())

    assert results == [None, None]
    assert CallTask.objects.count() == 1
