"""Large files: written by a worker, taken by the person who asked within 15 minutes, never twice at once."""

import io
from datetime import timedelta

import openpyxl
import pytest
import time_machine
from django.contrib.auth.models import Group

from clinics.models import AuditEvent
from loyalty.models import ReportFile, ReportFilePart
from loyalty.reports.files import waiting
from loyalty.reports.registry import find_report
from loyalty.reports_page import file_views
from tests.admin.two_clinics import make_receipt
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db
CSV = "/admin/reports/receipts/csv/"


@pytest.fixture
def asked(maria, monkeypatch):
    """Maria has asked for three receipts where two are many."""
    monkeypatch.setattr(file_views, "MOST_AT_ONCE", 2)
    anna = make_patient()
    for _number in range(3):
        make_receipt(anna, clinic=make_clinic(), actor=None)
    return maria.get(f"{CSV}?period=this_month").url


def write(at=NOON):
    waiting.write_waiting(now=lambda: at)


def body(client, url):
    return b"".join(client.get(f"{url}content/").streaming_content)


def test_large_file_is_written_by_a_worker_and_taken_by_the_person(maria, asked):
    waits = maria.get(asked)
    write()
    ready = maria.get(asked)

    assert "Ждёт очереди" in waits.content.decode()
    assert 'http-equiv="refresh"' in waits.content.decode()
    assert "Ссылка живёт до 12:14." in ready.content.decode()
    assert body(maria, asked).decode("utf-8-sig").count("\r\n") == 4
    run = ReportFile.objects.get()
    assert (run.done, run.total, run.name) == (3, 3, "loyalty_2026-11_all_receipts.csv")
    assert AuditEvent.objects.get(code="report.exported").actor == maria.user


def test_few_rows_that_add_up_many_receipts_are_counted_by_a_worker_too(maria, asked):
    url = maria.get("/admin/reports/doctor_returns/csv/?period=this_month").url
    write()

    assert body(maria, url).decode("utf-8-sig").startswith("Врач;")


def test_file_of_the_dashboard_goes_the_same_way_with_the_tables_of_its_charts(maria, asked):
    url = maria.get("/admin/reports/summary/xlsx/?period=this_month").url
    write()

    book = openpyxl.load_workbook(io.BytesIO(body(maria, url)))
    assert book.sheetnames[0] == "Сводка"
    assert "Баллы по месяцам" in book.sheetnames
    assert ReportFile.objects.get(report="summary").name == "loyalty_2026-11_all.xlsx"
    assert 'href="/admin/reports/?period=this_month"' in maria.get(url).content.decode()


def test_same_question_is_not_asked_twice_while_it_is_open(maria, asked):
    assert maria.get(f"{CSV}?period=this_month").url == asked
    assert ReportFile.objects.count() == 1


def test_link_lives_fifteen_minutes_and_the_content_goes(maria, asked):
    write()
    with time_machine.travel(NOON + timedelta(minutes=14, seconds=59), tick=False):
        assert maria.get(f"{asked}content/").status_code == 200
    with time_machine.travel(NOON + timedelta(minutes=15), tick=False):
        assert maria.get(f"{asked}content/").status_code == 404
        assert "Ссылка истекла" in maria.get(asked).content.decode()
    waiting.forget_old(at=NOON + timedelta(minutes=16))

    assert not ReportFilePart.objects.exists()


def test_another_person_cannot_take_it(maria, asked, client, settings):
    write()
    client.force_login(make_staff("olga", "owner"), backend=settings.AUTHENTICATION_BACKENDS[0])

    assert [client.get(url).status_code for url in (asked, f"{asked}content/")] == [404, 404]


def test_who_has_lost_the_right_meanwhile_gets_no_file(maria, asked):
    maria.user.groups.clear()

    write()

    assert ReportFile.objects.get().state == "FAILED"
    assert not ReportFilePart.objects.exists()


def ask_names(maria, report="receipts"):
    fields = {"reason": "обзвон", "kind": "csv"}
    return maria.post(f"/admin/reports/{report}/personal/?period=this_month", fields).url


def become_marketer(person):
    """May see buyers and take them as a file, without names and phones."""
    person.groups.set([Group.objects.get(name="marketer")])


@pytest.fixture
def buyers(maria, asked, monkeypatch):
    """Two files of buyers, where one is many: as everybody has it, and with names."""
    monkeypatch.setattr(file_views, "MOST_AT_ONCE", 0)
    return maria.get("/admin/reports/buyers/csv/?period=this_month").url, ask_names(maria, "buyers")


def test_who_may_take_names_no_more_gets_no_file_with_them(maria, buyers):
    become_marketer(maria.user)

    write()

    states = {run.has_personal_data: run.state for run in ReportFile.objects.filter(report="buyers")}
    assert states == {True: "FAILED", False: "DONE"}


def test_ready_file_with_names_is_not_given_to_who_may_take_them_no_more(maria, buyers):
    write()
    become_marketer(maria.user)

    assert [maria.get(f"{url}content/").status_code for url in buyers] == [200, 403]


def test_names_are_in_a_large_file_only_for_a_reason(maria, asked):
    url = ask_names(maria)
    write()

    assert "Иванова" not in body(maria, asked).decode()
    assert "Иванова Анна" in body(maria, url).decode()


@pytest.mark.parametrize(("rows", "status"), [(50_000, 200), (50_001, 302)])
def test_fifty_thousand_rows_are_written_at_once_and_one_more_by_a_worker(maria, monkeypatch, rows, status):
    monkeypatch.setattr(type(find_report("receipts")), "count", lambda self, scope: rows)

    assert maria.get(CSV).status_code == status
    assert ReportFile.objects.count() == (status == 302)
