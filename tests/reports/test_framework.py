"""The framework of reports: days by each clinic's calendar, filters in the address, clear words for bad input."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.reports.columns import ChartKind, Unit, average, rate_bp
from loyalty.reports.registry import all_figures, all_reports, find_report
from loyalty.reports.scope import Days
from loyalty.reports_page import report_views, table
from loyalty.texts.report_values import change_text, value_text
from patients.models import Patient
from tests.admin.two_clinics import make_receipt, make_refund
from tests.people import make_clinic, make_doctor, make_patient, make_social_group, make_staff, make_tag
from tests.people import put_into_group as join_group
from tests.programs import NOON
from tests.reports.answers import rows_of, scope_of, totals_of

pytestmark = pytest.mark.django_db
NB = "\u00a0"
PAGE = "/admin/reports/receipts/"


def numbers(rows):
    return [int(row[0]) for row in rows]


def receipt_at(moment, clinic=None, patient=None, **fields):
    person = patient or Patient.objects.first() or make_patient()
    return make_receipt(person, clinic=clinic or make_clinic(), actor=None, paid_at=moment, **fields)


def shown(page):
    return [[cell.text for cell in row] for row in page.context["page"].rows]


def test_every_report_names_its_parts():
    for report in all_reports().values():
        codes = [column.code for column in report.columns]
        assert len(codes) == len(set(codes))
        assert report.title
        assert report.section
        assert all(plan.kind in ChartKind and {plan.label, *plan.values} <= set(codes) for plan in report.charts)
    assert all(figure.definition for figure in all_figures().values())


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), (date(2026, 10, 1), date(2026, 10, 31))),
        (date(2026, 1, 1), date(2026, 3, 31), (date(2025, 10, 1), date(2025, 12, 31))),
        (date(2026, 11, 1), date(2026, 11, 22), (date(2026, 10, 10), date(2026, 10, 31))),
        (date(2026, 11, 22), date(2026, 11, 22), (date(2026, 11, 21), date(2026, 11, 21))),
    ],
)
def test_period_before_is_equal(first, last, before):
    days = Days(first, last)

    assert (days.before.first, days.before.last) == before


@pytest.mark.parametrize(
    ("first", "last", "year_before"),
    [
        (date(2028, 2, 1), date(2028, 2, 29), (date(2027, 2, 1), date(2027, 2, 28))),
        (date(2029, 2, 1), date(2029, 2, 28), (date(2028, 2, 1), date(2028, 2, 29))),
        (date(2029, 2, 2), date(2029, 2, 28), (date(2028, 2, 2), date(2028, 2, 28))),
    ],
)
def test_whole_months_of_a_year_ago_are_whole(first, last, year_before):
    days = Days(first, last)

    assert (days.year_before.first, days.year_before.last) == year_before


def test_receipt_before_midnight_falls_on_the_day_of_its_own_clinic(program):
    west = make_clinic("kaliningrad", name="Калининград", timezone="Europe/Kaliningrad")  # UTC+2
    east = make_clinic("anadyr", name="Анадырь", timezone="Asia/Anadyr")  # UTC+12
    maria = make_staff("maria", "manager", clinics=[west, east])
    late_west = receipt_at(datetime(2026, 11, 20, 21, 30, tzinfo=UTC), west)  # 23:30 of the 20th
    late_east = receipt_at(datetime(2026, 11, 20, 11, 30, tzinfo=UTC), east)  # 23:30 of the 20th
    next_west = receipt_at(datetime(2026, 11, 20, 22, 0, tzinfo=UTC), west)
    next_east = receipt_at(datetime(2026, 11, 20, 12, 0, tzinfo=UTC), east)

    rows = rows_of(maria, "receipts", "first=2026-11-20&last=2026-11-20")
    after = rows_of(maria, "receipts", "first=2026-11-21&last=2026-11-21")

    assert numbers(rows) == [late_west.pk, late_east.pk]
    assert [f"{row[1]:%d %H:%M}" for row in rows] == ["20 23:30", "20 23:30"]
    assert numbers(after) == [next_west.pk, next_east.pk]


def test_filters_narrow_by_clinic_doctor_and_what_is_known_of_patients(program):
    here, there = make_clinic(), make_clinic("omsk", name="Омск")
    maria = make_staff("maria", "manager", clinics=[here, there])
    anna, vera = make_patient(), make_patient("Чужова", "Вера", "+79160000001", source="telegram")
    one, two = receipt_at(NOON, here, anna), receipt_at(NOON, there, vera)
    doctor, tag, group = make_doctor(clinics=[here, there]), make_tag(), make_social_group()
    one.lines.update(doctor=doctor)
    anna.tags.add(tag)
    join_group(vera)

    found = {
        query: numbers(rows_of(maria, "receipts", query))
        for query in (
            f"clinic={there.pk}", f"doctor={doctor.pk}", f"tag={tag.pk}", "source=telegram",
            f"social_group={group.pk}", f"patient={vera.pk}",
        )
    }  # fmt: skip

    assert list(found.values()) == [[two.pk], [one.pk], [one.pk], [two.pk], [two.pk], [two.pk]]


def test_refunds_are_net_in_rows_and_totals(maria):
    receipt = receipt_at(NOON)
    make_refund(receipt, actor=None, money=100)
    gone = receipt_at(NOON - timedelta(hours=1))
    make_refund(gone, actor=None, money=1000, is_complete=True)

    revenue = [row[10] for row in rows_of(maria.user, "receipts")]

    assert revenue == [900, 0]
    assert totals_of(maria.user, "receipts")[8:11] == (2000, 1100, 900)
    assert numbers(rows_of(maria.user, "receipts", "kept=yes")) == [receipt.pk]


def test_page_shows_rows_totals_and_where_the_receipt_is(maria):
    receipt = receipt_at(NOON)

    page = maria.get(PAGE)

    assert shown(page)[0][:2] == [str(receipt.pk), "22.11.2026 12:00"]
    assert shown(page)[0][4] == "•••45-67"
    assert page.context["page"].totals[8].text == f"1{NB}000{NB}₽"
    assert f'href="/admin/loyalty/receipt/{receipt.pk}/change/"' in page.content.decode()
    assert "01.11.2026 – 22.11.2026" in page.content.decode()


def test_typed_days_are_chosen_whatever_the_period_says(maria):
    """The form sends its period along with them."""
    page = maria.get(f"{PAGE}?period=this_month&first=2026-10-05&last=2026-10-06")

    assert page.context["scope"].days == Days(date(2026, 10, 5), date(2026, 10, 6))
    assert '<option value="days" selected>' in page.content.decode()
    empty = maria.get(f"{PAGE}?period=last_month&first=&last=")
    assert empty.context["scope"].days == Days(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("query", "field", "words"),
    [
        ("period=this_month&first=2026-11-20", "last", "Выберите день."),
        ("first=2026-11-20&last=2026-11-19", "last", "Последний день раньше первого. Выберите день позже."),
        ("period=days", "first", "Выберите день."),
        ("period=days&first=2026-11-20", "last", "Выберите день."),
        ("first=2001-01-01&last=2026-11-19", "last", "Выберите не больше десяти лет."),
        ("first=0001-01-01&last=0001-01-09", "first", "Выберите день с 2000 по 2099 год."),
        ("first=2026-11-20&last=9999-12-31", "last", "Выберите день с 2000 по 2099 год."),
        ("first=вчера&last=2026-11-19", "first", "Введите день: например, 22.11.2026."),
        ("period=sometime", "period", "Такого варианта нет. Выберите из списка."),
        ("clinic=999", "clinic", "Такого варианта нет. Выберите из списка."),
    ],
)
def test_bad_input_is_told_at_its_field(maria, query, field, words):
    page = maria.get(f"{PAGE}?{query}")

    assert page.status_code == 422
    assert page.context["form"].errors[field] == [words]
    assert maria.get(f"/admin/reports/receipts/chart-0.svg?{query}").status_code == 404


def test_clinic_without_receipts_is_told_in_words(maria):
    page = maria.get(PAGE)

    assert page.status_code == 200
    assert "За эти дни и с этими условиями ничего нет." in page.content.decode()


def test_another_clinics_receipts_are_never_shown(maria):
    omsk = make_clinic("omsk", name="Омск")
    receipt_at(NOON, omsk)

    assert rows_of(maria.user, "receipts") == []
    assert maria.get(f"{PAGE}?clinic={omsk.pk}").status_code == 422


def test_long_list_is_cut_into_pages_and_queries_stay(maria):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert maria.get(PAGE).status_code == 200
        return len(caught)

    receipt_at(NOON)
    queries()
    few = queries()
    for minute in range(51):
        receipt_at(NOON - timedelta(minutes=minute + 1))

    assert queries() == few
    assert len(shown(maria.get(PAGE))) == 50
    assert len(shown(maria.get(f"{PAGE}?page=2"))) == 2
    assert maria.get(f"{PAGE}?page=999999").status_code == 200


def test_roles_without_the_permission_see_no_report(client, program, settings):
    for role in ("receptionist", "senior"):
        client.force_login(make_staff(role, role), backend=settings.AUTHENTICATION_BACKENDS[0])
        assert [client.get(url).status_code for url in ("/admin/reports/", PAGE)] == [403, 403]


def test_marketer_sees_reports_without_the_receipts(client, program, settings):
    client.force_login(make_staff("mark", "marketer"), backend=settings.AUTHENTICATION_BACKENDS[0])

    assert client.get("/admin/reports/").status_code == 200
    assert client.get(PAGE).status_code == 403


def test_unknown_report_is_not_found(maria):
    assert maria.get("/admin/reports/nothing/").status_code == 404


def test_nothing_is_divided_by_zero():
    assert (rate_bp(4, 10), rate_bp(0, 10), rate_bp(0, 0), rate_bp(5, None)) == (4000, 0, None, None)
    assert (average(50_000, 20), average(0, 0)) == (Decimal(2500), None)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, Unit.RATE, "—"),
        (None, Unit.MONEY, "—"),
        (196, Unit.RATE, f"1,96{NB}%"),
        (-1300, Unit.POINTS, f"−1{NB}300"),
        (Decimal("46875.5"), Unit.MONEY, f"46{NB}875,50{NB}₽"),
        (Decimal("2500.10"), Unit.AVERAGE, f"2{NB}500,1"),
        (date(2026, 11, 1), Unit.MONTH, f"Ноябрь{NB}2026"),
        (date(2026, 11, 22), Unit.DAY, "22.11.2026"),
    ],
)
def test_values_are_written_as_people_read_them(value, unit, text):
    assert value_text(value, unit) == text


@pytest.mark.parametrize(
    ("now", "before", "unit", "text"),
    [
        (Decimal(112), Decimal(100), Unit.MONEY, f"▲{NB}+12{NB}%"),
        (997, 1000, Unit.COUNT, f"▼{NB}−0,3{NB}%"),
        (5, 5, Unit.COUNT, f"={NB}0{NB}%"),
        (6000, 5950, Unit.RATE, f"▲{NB}+0,5{NB}п.{NB}п."),
        (None, 5, Unit.COUNT, ""),
        (5, 0, Unit.COUNT, ""),
    ],
)
def test_changes_have_an_arrow_and_a_sign(now, before, unit, text):
    assert change_text(now, before, unit) == text


def test_scope_compares_with_the_period_before_unless_told_otherwise(maria):
    def compared(query=""):
        return scope_of(maria.user, "program_panel", query).compared

    assert compared() == Days(date(2026, 10, 10), date(2026, 10, 31))
    assert compared("compare=year") == Days(date(2025, 11, 1), date(2025, 11, 22))
    assert compared("compare=none") is None
    # Twelve months of which 357 days have begun: as many before them, or the same days a year ago.
    assert compared("period=last_12_months") == Days(date(2024, 12, 9), date(2025, 11, 30))
    assert compared("period=last_12_months&compare=year") == Days(date(2024, 12, 1), date(2025, 11, 22))
    # Where nothing stands beside, nothing is asked.
    assert "compare" not in find_report("receipts").filters.base_filters


def test_screen_shows_so_many_rows_and_says_that_there_are_more(maria, monkeypatch):
    for module in (table, report_views):
        monkeypatch.setattr(module, "PER_PAGE", 2)
        monkeypatch.setattr(module, "MOST_SHOWN", 4)
    for minute in range(5):
        receipt_at(NOON - timedelta(minutes=minute))

    last = maria.get(f"{PAGE}?page=3")

    assert len(shown(last)) == 2
    assert "На экране первые 4" in last.content.decode()
    assert 'rel="next"' not in last.content.decode()
    assert "На экране первые" not in maria.get(f"{PAGE}?page=1").content.decode()
