"""The night of a clinic: when it begins, what it does, and that doing it again changes nothing."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django_celery_beat.models import PeriodicTask

from clinics.calendar import end_of_day
from clinics.money import to_kopecks
from loyalty import tasks
from loyalty.ledger import posting
from loyalty.models import Account, Entry, Lot, NightlyRun, Operation, ProgramVersion, ReminderPlan, Standing
from loyalty.nightly import night
from loyalty.program.versions import compiled_version
from loyalty.rules.tier_states import TierState, settled
from loyalty.rules.turnover import Turnover
from loyalty.schedule import create_schedule
from loyalty.tiers.standing import stored_state
from tests.nightly.burning import LAST_DAY, balance_of, member_with, moscow, roll_to, run_program, spend
from tests.people import make_clinic
from tests.programs import tiers_with

pytestmark = pytest.mark.django_db
NIGHT_AFTER = moscow(2026, 11, 28, 3, 10)


def steps() -> list[tuple[str, str, int, int]]:
    rows = NightlyRun.objects.filter(finished_at__isnull=False).order_by("id")
    return [(str(run.day), run.step, run.accounts, run.points) for run in rows]


def test_the_night_after_the_last_day_burns_what_is_left():
    run_program()
    anna = member_with(500)
    member_with(0, last_name="Вера", phone="+79167654321")
    spend(anna, 300, at=moscow(2026, 11, 27, 23, 59, 59))

    night.run_due_nights(at=NIGHT_AFTER)

    assert balance_of(anna) == 0
    assert steps() == [
        ("2026-11-28", "VISITS", 0, 0),
        ("2026-11-28", "RELEASE", 0, 0),
        ("2026-11-28", "GIFTS", 0, 0),
        ("2026-11-28", "TIERS", 0, 0),
        ("2026-11-28", "CODES", 0, 0),
        ("2026-11-28", "BURN", 1, 200),
        ("2026-11-28", "REMIND", 0, 0),
        ("2026-11-28", "CALLS", 0, 0),
        ("2026-11-28", "ROLLUP", 0, 0),
    ]


def test_only_the_lot_past_its_day_burns():
    run_program()
    anna = member_with(500)
    later = end_of_day(date(2026, 12, 10), anna.home_clinic.tz)
    posting.earn(
        account_id=anna.standing.account_id,
        lots=[posting.NewLot(points=400, last_day=date(2026, 12, 10), expires_at=later)],
        key="later",
        at=anna.created_at,
    )
    spend(anna, 300, at=moscow(2026, 11, 20, 12, 0))

    night.run_due_nights(at=NIGHT_AFTER)

    assert balance_of(anna) == 400
    assert list(Entry.objects.filter(operation__kind="BURN").values_list("units", flat=True)) == [-200]


@pytest.mark.parametrize(
    ("moment", "burnt"),
    [
        (moscow(2026, 11, 27, 23, 59, 59), False),
        (moscow(2026, 11, 28, 0, 0), False),
        (moscow(2026, 11, 28, 0, 14, 59), False),
        (moscow(2026, 11, 28, 0, 15), True),
    ],
)
@pytest.mark.usefixtures("_server_zone")
def test_nothing_burns_until_quotes_of_the_last_day_have_run_out(moment, burnt):
    run_program()
    anna = member_with(500)

    night.repeat_nights(at=moment)

    assert balance_of(anna) == (0 if burnt else 500)


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (moscow(2026, 11, 28, 2, 59, 59), date(2026, 11, 27)),
        (moscow(2026, 11, 28, 3, 0), date(2026, 11, 28)),
        (moscow(2028, 2, 29, 23, 59, 59), date(2028, 2, 29)),
        (moscow(2028, 3, 1, 0, 0), date(2028, 2, 29)),
        (moscow(2027, 1, 1, 1, 0), date(2026, 12, 31)),
    ],
)
def test_a_night_begins_at_three_by_the_clinics_clock(moment, day):
    assert night.night_of(moment, ZoneInfo("Europe/Moscow")) == day


def test_rolling_points_burn_with_the_accounts_date_and_a_payment_in_time_saves_them():
    run_program()
    anna = member_with(250, last_day=None)
    vera = member_with(250, last_day=None, last_name="Вера", phone="+79167654321")
    roll_to(anna, LAST_DAY)
    roll_to(vera, date(2028, 11, 27))

    night.run_due_nights(at=NIGHT_AFTER)

    assert (balance_of(anna), balance_of(vera)) == (0, 250)


@pytest.mark.parametrize(
    ("given_on", "last_day"),
    [
        (date(2025, 12, 31), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2026, 3, 31)),
        (date(2027, 12, 31), date(2028, 2, 29)),
    ],
)
def test_points_of_a_months_end_live_through_their_clamped_last_day(given_on, last_day):
    run_program("cosmetology")
    anna = member_with(100, last_day=last_day)

    night.repeat_nights(at=moscow(last_day.year, last_day.month, last_day.day, 23, 59, 59))
    before = balance_of(anna)
    night.repeat_nights(at=moscow(last_day.year, last_day.month, last_day.day, 0, 0) + timedelta(days=1, hours=1))

    assert given_on < last_day
    assert (before, balance_of(anna)) == (100, 0)


def test_pending_points_become_available_before_anything_else_of_the_night():
    run_program()
    anna = member_with(0)
    account = Account.objects.get(patient=anna)
    lot = posting.NewLot(
        points=90,
        last_day=date(2026, 12, 5),
        expires_at=end_of_day(date(2026, 12, 5), anna.home_clinic.tz),
        available_at=moscow(2026, 11, 28, 0, 0),
    )
    posting.earn(account_id=account.pk, lots=[lot], key="pending", at=anna.created_at)

    night.run_due_nights(at=NIGHT_AFTER)

    account.refresh_from_db()
    assert (account.balance, account.pending) == (90, 0)
    assert steps()[1] == ("2026-11-28", "RELEASE", 1, 90)
    assert ReminderPlan.objects.get().points == 90


def test_a_higher_turnover_lifts_the_tier_and_nobody_falls():
    run_program()
    risen = member_with(0, tier="standart", turnover=50_000)
    fallen = member_with(0, tier="gold", turnover=0, last_name="Вера", phone="+79167654321")
    unknown = member_with(0, tier="abolished", turnover=10, last_name="Борис", phone="+79160000001")
    still = member_with(0, tier="standart", turnover=49_999, last_name="Рита", phone="+79160000002")
    Standing.objects.update(tier_key="older")

    night.run_due_nights(at=NIGHT_AFTER)

    tiers = dict(Standing.objects.values_list("patient_id", "tier"))
    assert tiers == {risen.pk: "silver", fallen.pk: "gold", unknown.pk: "standart", still.pk: "standart"}
    assert steps()[3] == ("2026-11-28", "TIERS", 2, 0)


@pytest.mark.parametrize("downgrade", ["never", "at_end", "one_step"])
def test_the_recount_of_all_is_the_recount_of_each(downgrade):
    program = compiled_version(run_program(tiers=tiers_with(downgrade=downgrade)))
    stored_tiers = ["", "abolished", "standart", "silver", "gold", "premium"]
    turnovers = ["0", "49999.99", "50000", "149999.99", "150000", "300000", "999999"]
    expected = {}
    for number, (stored, turnover) in enumerate(product(stored_tiers, turnovers)):
        patient = member_with(0, last_name=f"Пациент{number}", phone=f"+791600000{number:02}")
        fields = {"tier": stored, "earned_tier": stored, "grace_until": [None, LAST_DAY][number % 2]}
        Standing.objects.filter(patient=patient).update(turnover=Decimal(turnover), tier_key="older", **fields)
        before = TierState(stored, grace_until=fields["grace_until"])
        paid = Turnover(to_kopecks(Decimal(turnover)))
        expected[patient.pk] = settled(program, before, turnover=paid, day=NIGHT_AFTER.date())

    night.run_due_nights(at=NIGHT_AFTER)

    assert {standing.patient_id: stored_state(standing) for standing in Standing.objects.all()} == expected


def test_a_second_run_of_the_same_night_changes_nothing():
    run_program()
    member_with(500)
    member_with(100, last_day=date(2026, 12, 1), last_name="Вера", phone="+79167654321")
    night.run_due_nights(at=NIGHT_AFTER)
    once = (steps(), Operation.objects.count(), ReminderPlan.objects.count())

    night.run_due_nights(at=NIGHT_AFTER + timedelta(hours=1))
    night.repeat_nights(at=NIGHT_AFTER + timedelta(hours=2))

    assert (steps(), Operation.objects.count(), ReminderPlan.objects.count()) == once


def test_after_days_of_downtime_one_night_catches_up():
    run_program()
    anna = member_with(500, last_day=date(2026, 11, 20))
    vera = member_with(300, last_day=date(2026, 11, 26), last_name="Вера", phone="+79167654321")

    night.run_due_nights(at=NIGHT_AFTER)

    assert (balance_of(anna), balance_of(vera)) == (0, 0)
    assert ("2026-11-28", "BURN", 2, 800) in steps()


def test_clinics_in_other_zones_have_other_nights():
    run_program()
    moscow_clinic = make_clinic()
    kamchatka = make_clinic("kamchatka", timezone="Asia/Kamchatka")
    anna = member_with(500, clinic=moscow_clinic)
    vera = member_with(300, clinic=kamchatka, last_name="Вера", phone="+79167654321")

    # 03:10 of 28 November in Kamchatka is 18:10 of 27 November in Moscow.
    night.run_due_nights(at=datetime(2026, 11, 28, 3, 10, tzinfo=ZoneInfo("Asia/Kamchatka")))

    assert (balance_of(anna), balance_of(vera)) == (500, 0)
    days = dict(NightlyRun.objects.filter(step="BURN").values_list("clinic__code", "day"))
    assert days == {"mytishchi": date(2026, 11, 27), "kamchatka": date(2026, 11, 28)}


def test_trouble_in_one_clinic_leaves_the_other_clinics_nights_alone(monkeypatch):
    run_program()
    make_clinic("broken")
    anna = member_with(500, clinic=make_clinic())
    real = night.journal.begin_step

    def begin(*, clinic, **fields):
        if clinic.code == "broken":
            raise ConnectionError
        return real(clinic=clinic, **fields)

    monkeypatch.setattr(night.journal, "begin_step", begin)

    with pytest.raises(night.NightFailed) as error:
        night.run_due_nights(at=NIGHT_AFTER)

    assert error.value.clinic_codes == ["broken"]
    assert balance_of(anna) == 0


def test_without_a_program_points_still_burn():
    run_program()
    anna = member_with(500)
    ProgramVersion.objects.update(status="ARCHIVED")

    night.run_due_nights(at=NIGHT_AFTER)

    assert balance_of(anna) == 0


def test_the_command_says_what_each_step_did():
    run_program()
    member_with(500)
    out = StringIO()

    call_command("nightly", "--at", "2026-11-28T03:10+03:00", stdout=out)

    assert "mytishchi 2026-11-28 BURN: accounts 1, points 500" in out.getvalue()


@pytest.mark.parametrize("text", ["tomorrow", "2026-11-28T03:10", "2026-13-01T00:00+03:00"])
def test_the_command_refuses_a_moment_it_cannot_understand(text):
    with pytest.raises(CommandError):
        call_command("nightly", "--at", text)

    assert not NightlyRun.objects.exists()


def test_the_task_takes_the_portals_clock_and_ignores_what_it_does_not_know(monkeypatch):
    run_program()
    anna = member_with(500)
    monkeypatch.setattr(tasks.clock, "now", lambda: NIGHT_AFTER)

    tasks.nightly(added_by_a_newer_version=True)

    assert balance_of(anna) == 0


def test_the_schedule_is_made_once_and_keeps_what_the_staff_have_changed():
    create_schedule()
    PeriodicTask.objects.filter(name="loyalty.nightly").update(enabled=False)

    create_schedule()

    nightly = PeriodicTask.objects.get(name="loyalty.nightly")
    relay = PeriodicTask.objects.get(name="notifications.relay")
    assert (nightly.enabled, nightly.crontab.minute, nightly.crontab.hour) == (False, "10", "*")
    assert (relay.enabled, relay.interval.every, relay.interval.period) == (True, 15, "seconds")


def test_burnt_lots_are_empty_for_ever():
    run_program()
    member_with(500)

    night.run_due_nights(at=NIGHT_AFTER)

    lot = Lot.objects.get()
    assert (lot.remaining, lot.burnt_at) == (0, NIGHT_AFTER)
