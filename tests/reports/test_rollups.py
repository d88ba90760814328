"""Rollups: equal to the ledger to the point for any history, whenever operations came and however old they are."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.ledger.refusals import InsufficientPoints
from loyalty.models import Entry, MovedPatient, Operation, PointsDay, RollupMark
from loyalty.rollups.cohort_days import read_cohorts
from loyalty.rollups.counting import count_changed_days, differences, repair_days
from loyalty.rollups.open_reading import OpenPoints, open_points_on
from loyalty.rollups.reading import points_by_month
from patients.models import Patient
from tests.ledger.accounts import burn, lot
from tests.people import make_clinic
from tests.programs import NOON, make_member, publish_preset

FIRST, LAST = date(2025, 1, 1), date(2027, 12, 31)


def account_of(patient):
    return patient.standing.account


def earn(patient, points, *, at, key, day=None):
    return posting.earn(account_id=account_of(patient).pk, lots=[lot(points, day)], key=key, at=at)


def spend(patient, points, *, at, key):
    return posting.spend(account_id=account_of(patient).pk, units=points, key=key, at=at)


def slow_months(clinics):
    """The obvious way: every entry, its day by the clock of the home clinic."""
    months = defaultdict(lambda: defaultdict(lambda: [0, 0]))
    for entry in Entry.objects.select_related("operation", "account__patient__home_clinic"):
        clinic = entry.account.patient.home_clinic
        if clinic in clinics:
            month = local_date(entry.operation.effective_at, clinic.tz).replace(day=1)
            months[month][entry.operation.kind][0] += max(entry.units, 0)
            months[month][entry.operation.kind][1] += min(entry.units, 0)
    return {month: {kind: tuple(sums) for kind, sums in kinds.items()} for month, kinds in months.items()}


def read_months(clinics):
    found = points_by_month(clinic_ids=[clinic.pk for clinic in clinics], first=FIRST, last=LAST)
    return {month: {k: (m.credit, m.debit) for k, m in kinds.items()} for month, kinds in found.items()}


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member()


def test_marks_and_later_operations_add_up(anna):
    clinic = anna.home_clinic
    earn(anna, 500, at=NOON - timedelta(days=40), key="a")
    days = count_changed_days(clinic=clinic, at=NOON)
    spend(anna, 200, at=NOON, key="b")
    earn(anna, 70, at=NOON - timedelta(days=40), key="late")  # found later, of a day that is counted

    assert days == [date(2026, 10, 13)]
    expected = {
        date(2026, 10, 1): {"EARN": (570, 0)},
        date(2026, 11, 1): {"SPEND": (0, -200)},
    }
    assert read_months([clinic]) == expected
    assert count_changed_days(clinic=clinic, at=NOON) == [date(2026, 10, 13), date(2026, 11, 22)]
    assert read_months([clinic]) == expected
    assert [*differences(clinic=clinic, first=FIRST, last=LAST)] == []


def test_operation_that_comes_late_with_a_smaller_number_is_found_the_next_night(anna):
    clinic = anna.home_clinic
    earn(anna, 500, at=NOON, key="a")
    hidden = Operation.objects.get(key="a").pk
    # As if the transaction had not been committed yet when the night counted up to a later number.
    RollupMark.objects.create(clinic=clinic, operation_id=hidden, looked_again_from=hidden - 1, counted_at=NOON)

    assert count_changed_days(clinic=clinic, at=NOON) == [date(2026, 11, 22)]
    assert read_months([clinic]) == {date(2026, 11, 1): {"EARN": (500, 0)}}


def test_day_before_midnight_is_that_of_the_home_clinic(db):
    publish_preset(has_welcome=False)
    west = make_clinic("kaliningrad", name="Калининград", timezone="Europe/Kaliningrad")  # UTC+2
    east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")  # UTC+12
    anna, vera = make_member(clinic=west), make_member("Чужова", "Вера", "+79160000001", clinic=east)
    earn(anna, 1, at=datetime(2026, 10, 31, 21, 30, tzinfo=UTC), key="west 23:30")
    earn(anna, 2, at=datetime(2026, 10, 31, 22, 0, tzinfo=UTC), key="west 00:00")
    earn(vera, 4, at=datetime(2026, 10, 31, 11, 30, tzinfo=UTC), key="east 23:30")
    earn(vera, 8, at=datetime(2026, 10, 31, 12, 0, tzinfo=UTC), key="east 00:00")

    live = read_months([west, east])
    for clinic in (west, east):
        count_changed_days(clinic=clinic, at=NOON)

    assert live == {date(2026, 10, 1): {"EARN": (5, 0)}, date(2026, 11, 1): {"EARN": (10, 0)}}
    assert read_months([west, east]) == live
    assert read_months([east]) == {date(2026, 10, 1): {"EARN": (4, 0)}, date(2026, 11, 1): {"EARN": (8, 0)}}


def test_patient_who_moves_takes_all_days_along_in_the_next_night(anna):
    here, omsk = anna.home_clinic, make_clinic("omsk", name="Омск", timezone="Asia/Omsk")
    earn(anna, 500, at=NOON - timedelta(days=40), key="a", day=date(2026, 12, 31))
    spend(anna, 200, at=NOON - timedelta(days=3), key="b")
    for clinic in (here, omsk):
        count_changed_days(clinic=clinic, at=NOON)
    Patient.objects.filter(pk=anna.pk).update(home_clinic=omsk)

    moved = [count_changed_days(clinic=clinic, at=NOON) for clinic in (here, omsk)]

    assert moved == [[date(2026, 10, 13), date(2026, 11, 19)]] * 2
    assert (read_months([here]), read_cohorts([here])) == ({}, [])
    assert read_months([omsk]) == {
        date(2026, 10, 1): {"EARN": (500, 0)},
        date(2026, 11, 1): {"SPEND": (0, -200)},
    }
    assert open_points_on(date(2026, 11, 20), clinics=[here]) == []
    assert open_points_on(date(2026, 11, 20), clinics=[omsk]) == [OpenPoints(date(2026, 12, 1), 300)]
    call_command("rollups", "--check")
    assert RollupMark.objects.filter(move_id=MovedPatient.objects.get().pk).count() == 2


def test_change_of_anything_else_is_no_move(anna):
    Patient.objects.filter(pk=anna.pk).update(home_clinic=anna.home_clinic, last_name="Петрова")

    assert not MovedPatient.objects.exists()


def test_check_names_a_day_that_differs_and_the_command_repairs_it(anna, capsys):
    earn(anna, 500, at=NOON, key="a")
    call_command("rollups")
    PointsDay.objects.update(credit=499)

    with pytest.raises(CommandError, match="в 1 месте"):
        call_command("rollups", "--check")
    call_command("rollups", "--from", "2026-11-22", "--to", "2026-11-22")
    call_command("rollups", "--check")

    out = capsys.readouterr().out
    assert "mytishchi 2026-11-22 EARN: 499, ledger 500" in out
    assert "Суммы по дням сходятся с журналом баллов до балла." in out


def test_day_without_operations_any_more_is_emptied(anna):
    clinic = anna.home_clinic
    PointsDay.objects.create(clinic=clinic, day=date(2026, 11, 1), kind="EARN", credit=5, debit=0, entries=1)

    repair_days(clinic=clinic, days=[date(2026, 11, 1)], at=NOON)

    assert not PointsDay.objects.exists()


def test_months_are_read_with_one_query_however_many_operations(anna):
    for number in range(5):
        earn(anna, 10, at=NOON - timedelta(days=number), key=str(number))

    with CaptureQueriesContext(connection) as caught:
        read_months([anna.home_clinic])

    assert len(caught) == 1


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "spend", "burn", "count"]),
        st.integers(0, 1),
        st.integers(1, 300),
        st.integers(0, 70),
    ),
    max_size=14,
)


class AnyHistory(TestCase):
    @given(acts=ACTS)
    @settings(max_examples=20, deadline=None)
    def test_rollup_and_later_operations_equal_a_slow_recount(self, acts):
        publish_preset(has_welcome=False)
        east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")
        people = [make_member(), make_member("Чужова", "Вера", "+79160000001", clinic=east)]
        clinics = [person.home_clinic for person in people]

        for number, (act, who, points, days_ago) in enumerate(acts):
            at = NOON - timedelta(days=days_ago, hours=points % 24)
            match act:
                case "earn":
                    posting.earn(
                        account_id=account_of(people[who]).pk,
                        lots=[lot(points, local_date(at + timedelta(days=10), clinics[who].tz))],
                        key=str(number), at=at,
                    )  # fmt: skip
                case "spend":
                    try:
                        spend(people[who], points, at=at, key=str(number))
                    except InsufficientPoints:
                        continue
                case "burn":
                    burn(account_of(people[who]), at=at)
                case "count":
                    count_changed_days(clinic=clinics[who], at=NOON)

        assert read_months(clinics) == slow_months(clinics)
        assert all(not [*differences(clinic=clinic, first=FIRST, last=LAST)] for clinic in clinics)
