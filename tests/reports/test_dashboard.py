"""The manager's first page: tiles with changes and rows behind, at most three queries each, a summary to send."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.ledger import posting
from loyalty.reports.columns import ChartKind
from loyalty.reports.registry import all_figures, all_reports
from loyalty.reports_page.table import Linker
from loyalty.reports_page.tiles import tile_of
from tests.admin.two_clinics import make_receipt
from tests.figures.shop import noon as noon_of
from tests.figures.shop import person, sell
from tests.ledger.accounts import lot
from tests.people import make_clinic
from tests.programs import NOON, make_member
from tests.reports.answers import scope_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/"
NB = "\u00a0"


@pytest.fixture
def points(maria):
    """200 points issued in the period before, 300 this month."""
    account = make_member().standing.account
    for units, days in ((200, 30), (300, 1)):
        at = NOON - timedelta(days=days)
        posting.earn(account_id=account.pk, lots=[lot(units, None)], key=str(units), at=at)
    return account


def october(day):
    return noon_of(day, 10)


def tile(page, code):
    return next(one for one in page.context["tiles"] if one.code == code)


def test_tile_has_value_change_and_what_it_was(maria, points):
    issued = tile(maria.get(PAGE), "points_issued")

    assert (issued.text, issued.change, issued.before) == ("300", f"▲{NB}+50{NB}%", "200")


def test_tile_leads_to_exactly_the_rows_that_make_it(maria, points):
    listed = maria.get(tile(maria.get(PAGE), "points_issued").url)

    assert [row[7].text for row in listed.context["page"].rows] == ["300"]


def test_liability_is_the_worth_of_what_is_left(maria, points):
    page = maria.get(PAGE)

    assert (tile(page, "liability").text, tile(page, "liability").before) == (f"500{NB}₽", f"200{NB}₽")
    listed = maria.get(tile(page, "liability").url)
    assert listed.context["page"].rows[-1][-1].text == "500"


def test_unknown_is_told_and_never_a_zero(maria, program):
    page = maria.get(PAGE)

    assert (tile(page, "breakage").text, tile(page, "crr").text) == ("рано считать", "—")
    assert (tile(page, "crr").before, tile(page, "revenue").before) == ("", f"0{NB}₽")


def test_every_tile_costs_at_most_three_queries(maria, points):
    scope = scope_of(maria.user, "summary")
    linker = Linker(user=maria.user, query=maria.get(PAGE).wsgi_request.GET, days=scope.days)
    maria.user.get_all_permissions()
    costs = {}
    for figure in all_figures().values():
        with CaptureQueriesContext(connection) as caught:
            tile_of(figure, scope, linker=linker)
        costs[figure.code] = len(caught)

    assert {code: number for code, number in costs.items() if number > 3} == {}


def test_charts_have_their_numbers_as_a_table(maria, points):
    chart = next(one for one in maria.get(PAGE).context["charts"] if "/points/" in one["url"])

    assert maria.get(chart["url"]).content.startswith(b"<svg")
    table = maria.get(chart["report_url"]).context["page"].rows
    assert [row[1].text for row in table][-2:] == ["200", "300"]


def test_dashboard_draws_lines_bars_and_the_heat_map_of_what_the_clinic_sold(maria, points):
    anna = person("Анна")
    sell(anna, october(5), 1_000)
    sell(anna, october(20), 500)
    sell(person("Вера"), october(5), 3_000)
    sell(anna, NOON - timedelta(days=2), 700)

    page = maria.get(f"{PAGE}?clinic={make_clinic().pk}")

    kinds = {plan.kind for report in all_reports().values() if report.on_dashboard for plan in report.charts}
    assert kinds == set(ChartKind)
    assert all(maria.get(chart["url"]).content.startswith(b"<svg") for chart in page.context["charts"])
    assert all(maria.get(chart["report_url"]).status_code == 200 for chart in page.context["charts"])
    [heat] = page.context["heat_maps"]
    assert [[cell.text for cell in row][:2] for row in heat["page"].rows] == [[f"Октябрь{NB}2026", "2"]]
    # One of two has come again in November: it is not over, so its cell is blank.
    assert {cell.text for cell in heat["page"].rows[0][4:]} == {""}
    listed = maria.get(heat["page"].rows[0][1].url).context["page"].rows
    assert sorted(row[1].text for row in listed) == ["Анна", "Вера"]
    assert maria.get(heat["url"]).status_code == 200


def test_charts_follow_the_period_but_for_those_by_months_and_say_their_days(maria, points):
    sell(person("Анна"), october(5), 1_000)

    page = maria.get(f"{PAGE}?period=last_month")

    days = {chart["report_url"].split("/")[3]: chart["days"] for chart in page.context["charts"]}
    assert days["tiers"] == days["channels"] == "01.10.2026 – 31.10.2026"
    assert days["points"] == "01.12.2025 – 22.11.2026"
    assert days["liability"] == "22.11.2026"
    [tiers] = {chart["report_url"] for chart in page.context["charts"] if "/tiers/" in chart["report_url"]}
    assert "first=2026-10-01&last=2026-10-31" in tiers
    assert maria.get(tiers).context["page"].rows


def test_chart_is_drawn_for_the_room_it_has(maria, points):
    chart = next(chart for chart in maria.get(PAGE).context["charts"] if chart["title"].startswith("Начислено"))
    drawn = [maria.get(chart[url]).content.decode() for url in ("url", "phone_url")]
    wide = maria.get("/admin/reports/points/chart-0.svg?size=huge").content.decode()

    assert [svg.partition('width="')[2][:3] for svg in (*drawn, wide)] == ["640", "420", "960"]


def test_clinic_without_receipts_is_told_what_to_do(maria, program):
    assert "Чеков ещё нет. Первый чек появится здесь сразу." in maria.get(PAGE).content.decode()
    make_receipt(make_member(), clinic=make_clinic(), actor=None)
    assert "Чеков ещё нет" not in maria.get(PAGE).content.decode()


def test_summary_is_one_spreadsheet_with_the_tables_of_the_charts(maria, points):
    answer = maria.get("/admin/reports/summary/xlsx/")

    assert answer["Content-Disposition"] == 'attachment; filename="loyalty_2026-11_all.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames[0] == "Сводка"
    assert {"Баллы по месяцам", "Когорты"} <= set(book.sheetnames)
    assert len(book["Графики"]._charts) >= 2
    rows = {row[0].value: [cell.value for cell in row[1:4]] for row in book["Сводка"].iter_rows(min_row=2)}
    assert rows["Начислено баллов"] == [300, 200, 0.5]
    assert rows["Обязательства"] == [500, 200, 1.5]


def test_bad_days_are_told_at_their_field(maria, program):
    page = maria.get(f"{PAGE}?first=2026-11-20&last=2026-11-19")

    assert page.status_code == 422
    assert page.context["form"].errors["last"] == ["Последний день раньше первого. Выберите день позже."]
