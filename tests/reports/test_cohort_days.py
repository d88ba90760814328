"""Points by month of issue: day by day, equal to a slow walk over all lots whenever the nights came."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from loyalty.ledger import posting
from loyalty.ledger.refusals import InsufficientPoints
from loyalty.models import CohortDay
from loyalty.rollups.cohort_days import Cohort, cohort_differences, read_cohorts
from loyalty.rollups.counting import count_changed_days
from tests.ledger.accounts import burn, dated, lot
from tests.people import make_clinic
from tests.programs import NOON, make_member, publish_preset
from tests.reports.slow_cohorts import slow_cohorts

DAY = timedelta(days=1)
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
SEPTEMBER, NOVEMBER = date(2026, 9, 1), date(2026, 11, 1)


def account_of(patient):
    return patient.standing.account


def earn(patient, *lots, at, key):
    return posting.earn(account_id=account_of(patient).pk, lots=lots, key=key, at=at)


def disagreements(clinic):
    return [*cohort_differences(clinic=clinic, first=FIRST, last=LAST)]


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member()


@pytest.fixture
def history(anna):
    """500 of September, of which 200 are spent and 300 burn; 100 of the spent ones come back in November."""
    earn(anna, lot(500, date(2026, 10, 31)), at=NOON - 70 * DAY, key="a")
    spent = posting.spend(account_id=account_of(anna).pk, units=200, key="b", at=NOON - 40 * DAY)
    burn(account_of(anna), at=NOON - 20 * DAY)
    earn(anna, lot(70, date(2027, 1, 31)), at=NOON - 10 * DAY, key="c")
    posting.return_spent(
        operation_id=spent.operation_id, units=100, key="d", at=NOON - DAY, grace=dated(date(2026, 12, 5))
    )
    return anna


def test_points_count_for_the_month_in_which_they_were_issued(history):
    expected = [Cohort(SEPTEMBER, 500, 300, 100), Cohort(NOVEMBER, 70, 0, 70)]
    assert read_cohorts([history.home_clinic]) == expected

    count_changed_days(clinic=history.home_clinic, at=NOON)

    assert read_cohorts([history.home_clinic]) == expected
    days = CohortDay.objects.order_by("day").values_list("day", "month", "issued", "burnt", "opened")
    assert list(days) == [
        (date(2026, 9, 13), SEPTEMBER, 500, 0, 500),
        (date(2026, 10, 13), SEPTEMBER, 0, 0, -200),
        (date(2026, 11, 2), SEPTEMBER, 0, 300, -300),
        (date(2026, 11, 12), NOVEMBER, 70, 0, 70),
        (date(2026, 11, 21), SEPTEMBER, 0, 0, 100),
    ]


def test_stored_days_are_read_as_they_stand_and_later_operations_from_the_ledger(history):
    count_changed_days(clinic=history.home_clinic, at=NOON)
    CohortDay.objects.filter(month=NOVEMBER).update(opened=69)
    earn(history, lot(1000, date(2027, 1, 31)), at=NOON, key="e")

    assert read_cohorts([history.home_clinic])[1] == Cohort(NOVEMBER, 1070, 0, 1069)


def test_points_that_another_clinic_burns_count_where_they_were_issued(anna):
    omsk = make_clinic("omsk", name="Омск", timezone="Asia/Omsk")
    vera = make_member("Чужова", "Вера", "+79160000001", clinic=omsk)
    earn(anna, lot(500, date(2026, 11, 10)), at=NOON - 70 * DAY, key="a")
    count_changed_days(clinic=anna.home_clinic, at=NOON - 60 * DAY)
    posting.transfer(
        from_account_id=account_of(anna).pk, to_account_id=account_of(vera).pk, key="b", at=NOON - 50 * DAY
    )
    burn(account_of(vera), at=NOON - 5 * DAY)
    for clinic in (anna.home_clinic, omsk):
        count_changed_days(clinic=clinic, at=NOON)

    assert read_cohorts([anna.home_clinic]) == [Cohort(SEPTEMBER, 500, 500, 0)]
    assert read_cohorts([omsk]) == []
    assert disagreements(anna.home_clinic) == disagreements(omsk) == []


def test_check_names_a_day_that_differs_and_the_command_repairs_it(history, capsys):
    call_command("rollups")
    CohortDay.objects.filter(day=date(2026, 11, 2)).update(burnt=299)

    with pytest.raises(CommandError, match="в 1 месте"):
        call_command("rollups", "--check")
    call_command("rollups", "--from", "2026-11-02", "--to", "2026-11-02")
    call_command("rollups", "--check")

    assert "mytishchi 2026-11-02 issued in 2026-09: -300, ledger -300" in capsys.readouterr().out


def test_months_are_read_with_two_queries_however_many_clinics(history):
    omsk = make_clinic("omsk", name="Омск", timezone="Asia/Omsk")

    with CaptureQueriesContext(connection) as caught:
        read_cohorts([history.home_clinic, omsk])

    assert len(caught) == 2


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["earn", "spend", "return", "burn", "move", "night"]),
        st.integers(0, 1),
        st.integers(1, 300),
        st.integers(0, 9),
    ),
    max_size=20,
)


class AnyHistory(TestCase):
    @given(acts=ACTS)
    @settings(max_examples=25, deadline=None)
    def test_months_equal_a_slow_walk_over_all_lots(self, acts):
        publish_preset(has_welcome=False)
        east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")
        people = [make_member(), make_member("Чужова", "Вера", "+79160000001", clinic=east)]
        clinics = [person.home_clinic for person in people]
        at, spent = NOON, []

        for number, (act, who, points, days) in enumerate(acts):
            at += timedelta(days=days, hours=points % 9)
            accounts, key = [account_of(people[who]).pk, account_of(people[1 - who]).pk], str(number)
            try:
                match act:
                    case "earn":
                        earn(people[who], lot(points, (at + 9 * DAY).date()), at=at, key=key)
                    case "spend":
                        done = posting.spend(account_id=accounts[0], units=points, key=key, at=at)
                        spent.append((done.operation_id, points))
                    case "return" if spent:
                        operation, units = spent.pop()
                        posting.return_spent(
                            operation_id=operation, units=units, key=key, at=at, grace=dated(date(2027, 6, 1))
                        )
                    case "burn":
                        burn(account_of(people[who]), at=at)
                    case "move":
                        posting.transfer(
                            from_account_id=accounts[0], to_account_id=accounts[1], key=key, at=at, units=points
                        )
                    case "night":
                        count_changed_days(clinic=clinics[who], at=at)
            except InsufficientPoints:
                continue

        for asked in ([clinics[0]], [clinics[1]], clinics):
            found = [(one.month, one.issued, one.burnt, one.open) for one in read_cohorts(asked)]
            assert found == slow_cohorts(asked)
        assert all(disagreements(clinic) == [] for clinic in clinics)
