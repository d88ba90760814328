"""A new report is one file of the catalogue: the screen, its picture, files and letters know it at once."""

import io
import sys
from datetime import UTC, datetime

import openpyxl
import pytest
from django.core import mail as outbox

from loyalty.reports import catalogue
from loyalty.reports.mailing import send_due
from loyalty.reports.registry import all_reports
from tests.admin.two_clinics import make_receipt
from tests.people import make_clinic, make_patient

pytestmark = pytest.mark.django_db
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
THE_FILE = '''
"""How many receipts each clinic had."""

from loyalty.reports.columns import Behind, ChartKind, ChartPlan, Column, Unit
from loyalty.reports.report import Report


class Visits(Report):
    code = "visits"
    title = "Визиты по клиникам"
    section = "Продажи"
    columns = (
        Column("clinic", "Клиника", Unit.TEXT),
        Column("visits", "Визиты", Unit.COUNT, "Чеки за период."),
    )
    charts = (ChartPlan(ChartKind.BARS, "Визиты", "clinic", ("visits",)),)

    def rows(self, scope):
        for clinic in scope.clinics:
            yield (clinic.name, scope.receipts().filter(clinic=clinic).count())

    def behind(self, scope, column, row):
        return Behind("receipts", {}) if column.code == "visits" else None
'''


@pytest.fixture
def _visits(tmp_path, monkeypatch):
    (tmp_path / "visits.py").write_text(THE_FILE, encoding="utf-8")
    monkeypatch.setattr(catalogue, "__path__", [*catalogue.__path__, str(tmp_path)])
    all_reports.cache_clear()
    yield
    all_reports.cache_clear()
    del sys.modules[f"{catalogue.__name__}.visits"], catalogue.visits


@pytest.mark.usefixtures("_visits")
def test_one_file_feeds_the_screen_both_files_and_the_letters(maria):
    receipt = make_receipt(make_patient(), clinic=make_clinic(), actor=None)
    maria.user.email = "maria@clinic.ru"
    maria.user.save()
    address = "/admin/reports/visits/"

    page = maria.get(address)
    csv = b"".join(maria.get(f"{address}csv/").streaming_content).decode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(maria.get(f"{address}xlsx/").streaming_content)))
    maria.post(f"{address}mail/", {"day": "WEEK-1", "recipients": [maria.user.pk]})
    send_due(now=lambda: MONDAY)

    assert "Визиты по клиникам" in maria.get("/admin/reports/").content.decode()
    [[clinic, visits]] = page.context["page"].rows
    assert (clinic.text, visits.text) == ("Мытищи", "1")
    assert maria.get(visits.url).context["page"].rows[0][0].text == str(receipt.pk)
    assert maria.get(f"{address}chart-0.svg").content.startswith(b"<svg")
    assert csv == "Клиника;Визиты\r\nМытищи;1\r\n"
    assert [cell.value for cell in book["Визиты по клиникам"][2]] == ["Мытищи", 1]
    assert len(book["Графики"]._charts) == 1
    assert "Чеки за период." in [row[1].value for row in book["Параметры"].iter_rows()]
    [letter] = outbox.outbox
    assert letter.attachments[0][0] == "loyalty_2026-11_all_visits.xlsx"
