"""Reports as files: bytes of the csv, typed cells of the spreadsheet, names and phones only for a reason."""

import csv
import io

import openpyxl
import pytest

from clinics.models import AuditEvent
from loyalty.reports.columns import ChartKind, ChartPlan
from loyalty.reports.registry import find_report
from patients.models import Patient
from tests.admin.two_clinics import make_receipt, make_refund
from tests.people import make_clinic, make_patient, make_staff

pytestmark = pytest.mark.django_db
XLSX, CSV = "/admin/reports/receipts/xlsx/", "/admin/reports/receipts/csv/"
PERSONAL = "/admin/reports/receipts/personal/"


@pytest.fixture
def receipt(program):
    """300.50 roubles of Anna, who has been given back more than that by mistake: revenue −1 300."""
    anna = make_patient("=HYPERLINK(1)", "Анна")
    row = make_receipt(anna, clinic=make_clinic(), actor=None, price=1300.5, discount=1000, paid=300.5)
    make_refund(row, actor=None, money=1600.5)
    return row


def content(answer):
    return b"".join(answer.streaming_content)


def csv_rows(answer):
    return list(csv.reader(io.StringIO(content(answer).decode("utf-8-sig")), delimiter=";"))


def book(answer):
    return openpyxl.load_workbook(io.BytesIO(content(answer)))


def take_personal(client, **fields):
    return client.post(PERSONAL, {"reason": "обзвон по акции", "kind": "csv", **fields})


def test_csv_opens_right_in_a_russian_excel(maria, receipt):
    answer = maria.get(CSV)
    text = content(answer)

    assert text.startswith(b"\xef\xbb\xbf")
    assert text.count(b"\r\n") == text.count(b"\n") == 2
    assert answer["Content-Disposition"] == 'attachment; filename="loyalty_2026-11_all_receipts.csv"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    head, row = text.decode("utf-8-sig").splitlines()
    assert head.startswith("Чек;Оплачен;Клиника;Номер телефона;Цена")
    assert row == (f"{receipt.pk};22.11.2026 12:00;Мытищи;•••45-67;1300,50;1000,00;0,00;300,50;1600,50;-1300,00;0")


def test_csv_with_names_guards_formulas_and_writes_phones_as_text(maria, receipt):
    answer = take_personal(maria)

    _head, row = csv_rows(answer)
    assert row[3:5] == ["'=HYPERLINK(1) Анна", "7 916 123-45-67"]
    assert row[10] == "-1300,00"


def test_spreadsheet_has_typed_cells_frozen_head_and_definitions(maria, receipt):
    sheets = book(maria.get(XLSX))

    sheet = sheets["Чеки"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:K2"
    number, paid_at, _clinic, phone, price = (sheet.cell(2, column) for column in range(1, 6))
    assert (number.data_type, phone.data_type, price.data_type) == ("s", "s", "n")
    assert (str(paid_at.value), paid_at.number_format) == ("2026-11-22 12:00:00", "dd.mm.yyyy hh:mm")
    assert (price.value, price.number_format) == (1300.5, '#,##0.00 "₽"')
    assert [sheet.cell(3, column).value for column in (1, 10)] == ["Итого", -1300]
    told = {row[0].value: row[1].value for row in sheets["Параметры"].iter_rows() if row[0].value}
    assert told["Часовой пояс"] == "Europe/Moscow"
    assert str(told["С"]) == "2026-11-01 00:00:00"
    assert told["Версия программы"] == "1. dentistry"
    assert told["Выручка"] == "Оплачено деньгами минус возвраты."
    assert told["Кто составил"] == "maria"


def test_spreadsheet_has_native_charts(maria, receipt, monkeypatch):
    plan = ChartPlan(ChartKind.COLUMNS, "Выручка", "paid_at", ("revenue", "refunded"))
    monkeypatch.setattr(type(find_report("receipts")), "charts", (plan,))

    charts = book(maria.get(XLSX))["Графики"]._charts

    assert len(charts) == 1
    assert [series.val.numRef.f for series in charts[0].series] == ["Чеки!$J$2", "Чеки!$I$2"]
    assert maria.get("/admin/reports/receipts/chart-0.svg")["Content-Type"] == "image/svg+xml"


def test_names_and_phones_are_text_in_the_spreadsheet(maria, receipt):
    sheet = book(take_personal(maria, kind="xlsx"))["Чеки"]

    assert [(sheet.cell(2, n).value, sheet.cell(2, n).data_type) for n in (4, 5)] == [
        ("=HYPERLINK(1) Анна", "s"),
        ("+79161234567", "s"),
    ]


def test_taking_names_leaves_who_and_why_in_the_audit(maria, receipt):
    take_personal(maria)

    event = AuditEvent.objects.get(code="report.personal_data_exported")
    assert (event.actor.username, event.reason) == ("maria", "обзвон по акции")
    assert event.details["report"] == "receipts"


def test_without_a_reason_nothing_is_given_and_nothing_written(maria, receipt):
    answer = take_personal(maria, reason="")

    assert answer.status_code == 422
    assert answer.context["form"].errors["reason"] == ["Напишите, для чего они: это останется в журнале."]
    assert not AuditEvent.objects.exists()


def test_marketer_takes_buyers_without_names_and_with_masked_phones(client, receipt, noon, settings):
    client.force_login(make_staff("mark", "marketer"), backend=settings.AUTHENTICATION_BACKENDS[0])
    buyers = "/admin/reports/buyers/"

    head, row = csv_rows(client.get(f"{buyers}csv/"))
    sheet = book(client.get(f"{buyers}xlsx/"))["Покупатели"]

    assert (head[:2], row[1]) == (["№", "Номер телефона"], "•••45-67")
    assert [cell.value for cell in sheet[2]][:2] == [row[0], "•••45-67"]
    assert "HYPERLINK" not in str([*head, *row, *(cell.value for cell in sheet[2])])
    page = client.get(buyers).content.decode()
    assert "/personal/" not in page
    asked = client.post(f"{buyers}personal/", {"reason": "обзвон по акции", "kind": "csv"})
    assert asked.status_code == 403
    assert not AuditEvent.objects.filter(code="report.personal_data_exported").exists()


def test_marketer_may_not_take_names(client, receipt, noon, settings):
    client.force_login(make_staff("mark", "marketer"), backend=settings.AUTHENTICATION_BACKENDS[0])

    assert [client.get(url).status_code for url in (XLSX, CSV, PERSONAL)] == [403, 403, 403]
    assert not AuditEvent.objects.exists()


def test_wrong_filters_lead_back_to_the_page_that_says_so(maria, receipt):
    answer = maria.get(f"{CSV}?first=2026-11-20&last=2026-11-19")

    assert answer.url == "/admin/reports/receipts/?first=2026-11-20&last=2026-11-19"


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("period=last_month", "loyalty_2026-10_all_receipts.csv"),
        ("first=2026-10-15&last=2026-11-02", "loyalty_2026-10-15_2026-11-02_all_receipts.csv"),
    ],
)
def test_file_is_named_by_its_period(maria, receipt, query, name):
    assert f'filename="{name}"' in maria.get(f"{CSV}?{query}")["Content-Disposition"]


def test_file_of_one_clinic_is_named_by_its_code(maria, receipt):
    answer = maria.get(f"{CSV}?clinic={make_clinic().pk}")

    assert 'filename="loyalty_2026-11_mytishchi_receipts.csv"' in answer["Content-Disposition"]


def test_percentages_among_other_measures_say_so_themselves(maria, receipt):
    rows = {row[0]: row[1] for row in csv_rows(maria.get("/admin/reports/program_panel/csv/"))}

    assert rows["Повторные покупки (RPR)"] == "0,00%"
    assert rows["Выручка"] == "200,50"


def test_text_that_begins_a_formula_in_any_way_is_guarded(maria, receipt):
    for start in ("=", "+", "-", "@", "\t=", "\r=", "\n="):
        Patient.objects.update(last_name=f"{start}1+1")

        assert csv_rows(take_personal(maria))[1][3] == f"'{start}1+1 Анна"
        assert book(take_personal(maria, kind="xlsx"))["Чеки"].cell(2, 4).data_type == "s"
