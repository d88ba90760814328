"""Open points of past days: stored by the night, equal to a slow recount of lots at any moment, repaired."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clinics.calendar import add_months, end_of_day, local_date
from loyalty.ledger import posting
from loyalty.ledger.posting import NewLot, VisitLot
from loyalty.ledger.refusals import InsufficientPoints
from loyalty.models import Lot, OpenPointsDay, RollupMark
from loyalty.rollups.counting import count_changed_days
from loyalty.rollups.open_days import open_differences
from loyalty.rollups.open_reading import OpenPoints, open_points_on
from tests.figures.shop import refund, sell
from tests.ledger.accounts import burn, dated, lot, rolls
from tests.people import make_clinic
from tests.programs import NOON, make_member, publish_preset
from tests.reports.slow_open import slow_open_points

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def account_of(patient):
    return patient.standing.account


def earn(patient, *lots, at, key, **more):
    return posting.earn(account_id=account_of(patient).pk, lots=lots, key=key, at=at, **more)


def read_open(day, *clinics):
    return {one.month: one.points for one in open_points_on(day, clinics=clinics)}


def disagreements(clinic):
    return [*open_differences(clinic=clinic, first=FIRST, last=LAST)]


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member()


def test_night_stores_every_day_since_the_first_operation(anna):
    clinic = anna.home_clinic
    earn(anna, lot(500, date(2026, 12, 31)), lot(30, never_burns=True), at=NOON - 3 * DAY, key="a")
    posting.spend(account_id=account_of(anna).pk, units=200, key="b", at=NOON - DAY)

    count_changed_days(clinic=clinic, at=NOON)

    rows = OpenPointsDay.objects.order_by("day", "kind").values_list("day", "kind", "month", "points")
    december = date(2026, 12, 1)
    assert list(rows) == [
        (date(2026, 11, 19), "DATED", december, 500), (date(2026, 11, 19), "NEVER", None, 30),
        (date(2026, 11, 20), "DATED", december, 500), (date(2026, 11, 20), "NEVER", None, 30),
        (date(2026, 11, 21), "DATED", december, 300), (date(2026, 11, 21), "NEVER", None, 30),
    ]  # fmt: skip
    assert RollupMark.objects.get().open_through == date(2026, 11, 21)


def test_next_night_adds_its_day_and_leaves_the_others(anna):
    clinic = anna.home_clinic
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 9 * DAY, key="a")
    count_changed_days(clinic=clinic, at=NOON - 2 * DAY)
    count_changed_days(clinic=clinic, at=NOON - DAY)
    OpenPointsDay.objects.update(points=499)

    count_changed_days(clinic=clinic, at=NOON)

    stored = dict(OpenPointsDay.objects.values_list("day", "points"))
    assert (len(stored), stored[date(2026, 11, 20)], stored[date(2026, 11, 21)]) == (9, 499, 500)


def test_stored_day_is_read_as_it_stands_and_today_from_the_lots(anna):
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 3 * DAY, key="a")
    count_changed_days(clinic=anna.home_clinic, at=NOON)
    OpenPointsDay.objects.update(points=499)

    assert read_open(TODAY - DAY, anna.home_clinic) == {date(2026, 12, 1): 499}
    assert read_open(TODAY, anna.home_clinic) == {date(2026, 12, 1): 500}


def test_operation_that_comes_late_is_told_at_once_and_stored_the_next_night(anna):
    clinic, december = anna.home_clinic, date(2026, 12, 1)
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 30 * DAY, key="a")
    count_changed_days(clinic=clinic, at=NOON)
    earn(anna, lot(70, date(2026, 12, 31)), at=NOON - 20 * DAY, key="late")

    assert read_open(TODAY - 21 * DAY, clinic) == {december: 500}
    assert read_open(TODAY - 20 * DAY, clinic) == {december: 570}
    assert read_open(TODAY - DAY, clinic) == {december: 570}
    assert disagreements(clinic) == []  # of what is counted
    count_changed_days(clinic=clinic, at=NOON)
    stored = dict(OpenPointsDay.objects.values_list("day", "points"))
    assert (stored[date(2026, 11, 1)], stored[date(2026, 11, 2)], stored[date(2026, 11, 21)]) == (500, 570, 570)


def test_day_ends_by_the_clock_of_the_home_clinic(db):
    publish_preset(has_welcome=False)
    west = make_clinic("kaliningrad", name="Калининград", timezone="Europe/Kaliningrad")  # UTC+2
    east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")  # UTC+12
    anna, vera = make_member(clinic=west), make_member("Чужова", "Вера", "+79160000001", clinic=east)
    day, december = date(2026, 12, 31), date(2026, 12, 1)
    earn(anna, lot(1, day), at=datetime(2026, 10, 31, 21, 30, tzinfo=UTC), key="west 23:30")
    earn(anna, lot(2, day), at=datetime(2026, 10, 31, 22, 0, tzinfo=UTC), key="west 00:00")
    earn(vera, lot(4, day), at=datetime(2026, 10, 31, 11, 30, tzinfo=UTC), key="east 23:30")
    earn(vera, lot(8, day), at=datetime(2026, 10, 31, 12, 0, tzinfo=UTC), key="east 00:00")

    live = [read_open(date(2026, 10, 31), west, east), read_open(date(2026, 11, 1), west, east)]
    for clinic in (west, east):
        count_changed_days(clinic=clinic, at=NOON)

    assert live == [{december: 5}, {december: 15}]
    assert [read_open(date(2026, 10, 31), west, east), read_open(date(2026, 11, 1), west, east)] == live
    assert read_open(date(2026, 10, 31), east) == {december: 4}


def test_lot_past_its_day_is_open_until_it_is_swept(anna):
    clinic = anna.home_clinic
    earn(anna, lot(500, date(2026, 11, 18)), at=NOON - 9 * DAY, key="a")
    burn(account_of(anna), at=datetime(2026, 11, 20, 0, 20, tzinfo=clinic.tz))

    count_changed_days(clinic=clinic, at=NOON)

    november = date(2026, 11, 1)
    found = [read_open(date(2026, 11, day), clinic) for day in (18, 19, 20)]
    assert found == [{november: 500}, {november: 500}, {}]


def test_refund_brings_points_back_from_its_day_on(anna):
    clinic, account = anna.home_clinic, account_of(anna)
    earn(anna, lot(500, date(2026, 11, 18)), lot(100, date(2027, 1, 31)), at=NOON - 9 * DAY, key="a")
    spent = posting.spend(account_id=account.pk, units=550, key="b", at=NOON - 8 * DAY)
    burn(account, at=datetime(2026, 11, 19, 0, 20, tzinfo=clinic.tz))
    count_changed_days(clinic=clinic, at=NOON)

    # The first lot has burnt: what belongs to it comes back as a lot with days of grace.
    posting.return_spent(
        operation_id=spent.operation_id, units=550, key="c", at=NOON - DAY, grace=dated(date(2026, 12, 5))
    )
    count_changed_days(clinic=clinic, at=NOON)

    january, december = date(2027, 1, 1), date(2026, 12, 1)
    assert read_open(date(2026, 11, 20), clinic) == {january: 50}
    assert read_open(date(2026, 11, 21), clinic) == slow_open_points(date(2026, 11, 21), [clinic])
    assert sum(read_open(date(2026, 11, 21), clinic).values()) == 600
    assert set(read_open(date(2026, 11, 21), clinic)) <= {january, december, date(2026, 11, 1)}
    assert disagreements(clinic) == []


def test_rolling_points_burn_by_the_payments_of_before_that_day(anna):
    clinic = anna.home_clinic
    sell(anna, NOON - 40 * DAY, 1000)
    earn(anna, lot(100), at=NOON - 40 * DAY, key="a", rolling=rolls(date(2028, 10, 13)))
    sell(anna, NOON - 5 * DAY, 1000)
    posting.prolong(account_id=account_of(anna).pk, rolling=rolls(date(2028, 11, 17)), key="b", at=NOON - 5 * DAY)
    sell(anna, NOON - 3 * DAY, (1000, 1000, 0))  # cost nothing: prolongs nothing
    refund(sell(anna, NOON - 2 * DAY, 10), NOON - DAY, 10, is_complete=True)

    live = [read_open(date(2026, 11, day), clinic) for day in (16, 17, 21)]
    count_changed_days(clinic=clinic, at=NOON)

    assert live == [{date(2028, 10, 1): 100}, {date(2028, 11, 1): 100}, {date(2028, 11, 1): 100}]
    assert [read_open(date(2026, 11, day), clinic) for day in (16, 17, 21)] == live


def test_month_of_rolling_points_stays_what_it_was_that_night(anna):
    clinic = anna.home_clinic
    earn(anna, lot(100), at=NOON - 2 * DAY, key="a", rolling=rolls(date(2028, 11, 20)))
    count_changed_days(clinic=clinic, at=NOON - DAY)
    count_changed_days(clinic=clinic, at=NOON)
    posting.set_rolling(account_id=account_of(anna).pk, rolling=dated(date(2027, 1, 31)), key="b", at=NOON)

    assert read_open(date(2026, 11, 20), clinic) == {date(2028, 11, 1): 100}
    assert read_open(TODAY, clinic) == {date(2027, 1, 1): 100}
    assert disagreements(clinic) == []


def test_points_of_an_open_visit_are_told_apart_until_it_is_closed(anna):
    clinic, february = anna.home_clinic, date(2027, 2, 28)
    earned = earn(anna, NewLot(300, waits_for_visit=True), at=NOON - 9 * DAY, key="a")
    count_changed_days(clinic=clinic, at=NOON - DAY)
    count_changed_days(clinic=clinic, at=NOON)
    before = open_points_on(TODAY - DAY, clinics=[clinic])
    posting.close_visit(
        operation_id=earned.operation_id,
        lots=[VisitLot(Lot.objects.get().pk, NOON, february, end_of_day(february, clinic.tz))],
        key="v",
        at=NOON,
    )

    assert before == [OpenPoints(None, 300, waiting=300)]
    assert open_points_on(TODAY, clinics=[clinic]) == [OpenPoints(date(2027, 2, 1), 300)]
    assert disagreements(clinic) == []
    count_changed_days(clinic=clinic, at=NOON)
    assert open_points_on(TODAY - 9 * DAY, clinics=[clinic]) == [OpenPoints(date(2027, 2, 1), 300)]
    assert disagreements(clinic) == []


def test_points_that_move_to_another_clinic_are_its_own_from_that_day(anna):
    omsk = make_clinic("omsk", name="Омск", timezone="Asia/Omsk")
    vera, december = make_member("Чужова", "Вера", "+79160000001", clinic=omsk), date(2026, 12, 1)
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 9 * DAY, key="a")
    posting.transfer(
        from_account_id=account_of(anna).pk, to_account_id=account_of(vera).pk, key="b", at=NOON - 2 * DAY
    )
    for clinic in (anna.home_clinic, omsk):
        count_changed_days(clinic=clinic, at=NOON)

    days = [date(2026, 11, 19), date(2026, 11, 20)]
    assert [read_open(day, anna.home_clinic) for day in days] == [{december: 500}, {}]
    assert [read_open(day, omsk) for day in days] == [{}, {december: 500}]


def test_check_names_a_day_that_differs_and_the_command_repairs_it(anna, capsys):
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 3 * DAY, key="a")
    call_command("rollups")
    OpenPointsDay.objects.filter(day=date(2026, 11, 20)).update(points=499)

    with pytest.raises(CommandError, match="в 1 месте"):
        call_command("rollups", "--check")
    call_command("rollups", "--from", "2026-11-20", "--to", "2026-11-20")
    call_command("rollups", "--check")

    out = capsys.readouterr().out
    assert "mytishchi 2026-11-20 open, burn 2026-12-01: 499, ledger 500" in out
    assert "Суммы по дням сходятся с журналом баллов до балла." in out


def test_any_day_is_read_with_three_queries_at_most(anna):
    east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")
    earn(anna, lot(500, date(2026, 12, 31)), at=NOON - 3 * DAY, key="a")
    count_changed_days(clinic=anna.home_clinic, at=NOON)

    with CaptureQueriesContext(connection) as caught:
        read_open(TODAY - DAY, anna.home_clinic, east)

    assert len(caught) == 3


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "roll", "pay", "spend", "return", "burn", "wait", "close", "night"]),
        st.integers(0, 1),
        st.integers(1, 300),
        st.integers(0, 1),
    ),
    max_size=24,
)


class AnyHistory(TestCase):
    @given(acts=ACTS)
    @example(acts=[("wait", 1, 106, 0), ("night", 1, 1, 1), ("close", 0, 1, 0)])
    @settings(max_examples=25, deadline=None)
    def test_every_day_equals_a_slow_recount_whenever_the_nights_came(self, acts):
        publish_preset(has_welcome=False)
        east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")
        people = [make_member(), make_member("Чужова", "Вера", "+79160000001", clinic=east)]
        clinics = [person.home_clinic for person in people]
        history = History(people)

        for number, (act, who, points, days) in enumerate(acts):
            history.at += timedelta(days=days, hours=points % 9)
            history.act(act, who, points, str(number))

        end = local_date(history.at, east.tz)
        days = [end - back * DAY for back in range(24)]
        slow = [slow_open_points(day, clinics) for day in days]
        # Visits that were closed since the last night have no month on the days before it until the next one.
        totals = [sum(read_open(day, *clinics).values()) for day in days]
        assert totals == [sum(found.values()) for found in slow]
        for clinic in clinics:
            count_changed_days(clinic=clinic, at=history.at)
            assert disagreements(clinic) == []
        assert [read_open(day, *clinics) for day in days] == slow


class History:
    """Acts of two patients as time goes on; what is refused is left out."""

    def __init__(self, people):
        self.people, self.at = people, NOON
        self.spent, self.waiting = [], []

    def act(self, act, who, points, key):
        patient = self.people[who]
        account, tz, at = account_of(patient), patient.home_clinic.tz, self.at
        until = local_date(at, tz) + timedelta(days=points % 20)
        match act:
            case "earn":
                earn(patient, lot(points, until), lot(1, never_burns=True), at=at, key=key)
            case "roll":
                earn(patient, lot(points), at=at, key=key)
            case "pay":
                sell(patient, at, points)
                # As the program reckons it since the account was opened.
                day = add_months(local_date(at, tz), 24)
                posting.prolong(account_id=account.pk, rolling=rolls(day, months=24), key=key, at=at)
            case "wait":
                done = earn(patient, NewLot(points, waits_for_visit=True), at=at, key=key)
                self.waiting.append((done.operation_id, Lot.objects.latest("id").pk, until, tz))
            case "close" if self.waiting:
                operation, lot_id, day, zone = self.waiting.pop()
                lots = [VisitLot(lot_id, at, day, end_of_day(day, zone))]
                posting.close_visit(operation_id=operation, lots=lots, key=key, at=at)
            case "burn":
                burn(account, at=at)
            case "night":
                count_changed_days(clinic=patient.home_clinic, at=at)
            case _:
                self._spend_or_return(act, account, points, key)

    def _spend_or_return(self, act, account, points, key):
        try:
            if act == "spend":
                done = posting.spend(account_id=account.pk, units=points, key=key, at=self.at)
                self.spent.append((done.operation_id, points))
            elif act == "return" and self.spent:
                operation, units = self.spent.pop()
                posting.return_spent(
                    operation_id=operation, units=units, key=key, at=self.at, grace=dated(date(2027, 1, 31))
                )
        except InsufficientPoints:
            return
