"""Reports and tiles of the business: what they show, the rows behind each number, a dash for what nobody knows."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from loyalty.figures.channels import REFERRALS
from loyalty.models import FigureSetting, Goal, MarketingSpend, StaffBonusRate
from loyalty.reports.registry import all_figures, all_reports, find_report
from loyalty.reports_page.table import has_rows
from patients.models import Referral, SourceChannel
from patients.registration import NewPatient, register_patient
from tests.figures.shop import noon, person, refund, sell, take_back
from tests.figures.test_maths import PUBLISHED
from tests.figures.test_reminders import remind
from tests.people import ALL_CONSENTS, make_clinic, make_doctor, make_patient, make_rita, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.reports.answers import rows_of, scope_of, totals_of

pytestmark = pytest.mark.django_db
OWN = (
    "program_panel", "launch", "revenue", "retention", "cohorts", "identification", "tiers", "doctor_returns",
    "goals", "channels", "reminders", "reminder_effect", "staff_activity", "staff_bonus", "sales", "buyers",
    "new_buyers", "all_buyers", "clients", "reminder_receipts", "reviews",
)  # fmt: skip
LISTS = ("receipts", "sales", "buyers", "new_buyers", "all_buyers", "clients", "reviews")
MONTHS = "first=2026-10-01&last=2026-11-30"
NOVEMBER = "first=2026-11-01&last=2026-11-30"


@pytest.fixture
def maria(db):
    publish_preset(has_welcome=False)
    return make_staff("maria", "manager")


@pytest.fixture
def shop(maria):
    """Two buyers, one of them twice, a refund in the month after; discounts, points, a doctor, a channel."""
    FigureSetting.objects.create(from_month=date(2026, 1, 1), old_discount_percent=Decimal("12.5"))
    SourceChannel.objects.create(code="site", name="Сайт", kind="SITE")
    MarketingSpend.objects.create(source="site", month=date(2026, 11, 1), amount=600)
    petrov = make_doctor()
    anna, vera = person("Анна", source="site"), person("Вера")
    october = sell(anna, noon(20, 10), 3_000)
    sell(anna, noon(5), (2_000, 200, 300), identified_by="QR", doctors=[petrov])
    sell(anna, noon(6), 500, doctors=[petrov])
    vera_came = sell(vera, noon(7), 1_000)
    Referral.objects.create(patient=vera, inviter=anna, set_at=noon(6))
    refund(october, noon(8), 1_000)
    remind(vera, noon(6))
    remind(person("Галя"), noon(6), held_out=True)
    return {"anna": anna, "vera": vera, "vera_came": vera_came}


def figure(user, code, query=NOVEMBER):
    scope = scope_of(user, "sales", query)
    return all_figures()[code].value(scope)


def behind(user, code, query=NOVEMBER):
    """Rows of the list behind a tile, by the filters of its link."""
    link = all_figures()[code].behind(scope_of(user, "sales", query))
    filters = QueryDict(mutable=True)
    filters.update(link.filters)
    return link.report, rows_of(user, link.report, filters.urlencode())


def test_months_are_told_with_their_rates_and_totals(maria, shop):
    october, november = rows_of(maria, "revenue", MONTHS)

    assert october[:7] == (date(2026, 10, 1), Decimal(3_000), 1, Decimal(3_000), 1, 0, 0)
    assert november == (
        date(2026, 11, 1), Decimal(2_000), 3, Decimal("666.67"), 2, 1, 5_000, Decimal(2_500), Decimal(200),
        Decimal(300), 2_000, Decimal("-187.5"),
    )  # fmt: skip
    assert totals_of(maria, "revenue", MONTHS)[1:6] == (Decimal(5_000), 4, Decimal(1_250), 2, 1)


def test_each_tile_is_made_of_exactly_the_rows_behind_it(maria, shop):
    take_back(sell(person("Борис"), noon(9), 700), noon(10))

    report, sales = behind(maria, "revenue")
    paid = sum(row[9] for row in sales)
    purchases = sum(row[10] for row in sales)
    assert (report, len(sales), paid, figure(maria, "revenue")) == ("sales", 6, Decimal(2_000), Decimal(2_000))
    assert figure(maria, "aov") == (paid / purchases).quantize(Decimal("0.01"))
    report, buyers = behind(maria, "rpr")
    assert report == "buyers"
    assert figure(maria, "rpr") == 10_000 * sum(row[6] > 1 for row in buyers) // len(buyers) == 5_000
    report, sales = behind(maria, "effective_discount")
    assert figure(maria, "effective_discount") == 10_000 * sum(row[7] + row[8] for row in sales) / sum(
        row[6] for row in sales
    )
    report, clients = behind(maria, "crr")
    assert [row[4:] for row in clients] == [(1, 1)]
    assert figure(maria, "crr") == 10_000
    report, everybody = behind(maria, "ltv")
    assert figure(maria, "ltv") == sum(row[7] for row in everybody) / len(everybody) == Decimal(2_500)


def test_without_receipts_every_tile_is_unknown_and_every_report_opens(client, maria, settings):
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])

    pages = {code: client.get(f"/admin/reports/{code}/?{NOVEMBER}") for code in OWN}

    assert {code: page.status_code for code, page in pages.items()} == dict.fromkeys(OWN, 200)
    assert [figure(maria, code) for code in ("rpr", "aov", "crr", "ltv", "effective_discount")] == [None] * 5
    assert figure(maria, "revenue") == 0
    assert "0\xa0%" not in pages["program_panel"].content.decode()


def test_every_report_opens_with_receipts_and_asks_no_more_for_more_of_them(client, maria, shop, settings):
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])

    def queries():
        counts = {}
        for code in OWN:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(f"/admin/reports/{code}/?{MONTHS}").status_code == 200
            counts[code] = len(caught)
        return counts

    queries()
    few = queries()
    for number in range(4):
        patient = person(f"Ещё-{number}", source=f"partner-{number}")
        sell(patient, noon(6 + number), 900, 100, doctors=[make_doctor(f"d{number}", f"Врач {number}"), None])
        remind(patient, noon(5))

    assert queries() == few


def test_every_report_is_a_file_with_what_the_screen_shows(client, maria, shop, settings):
    Goal.objects.create(figure="REVENUE", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=4_000)
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])

    found = {}
    for code in all_reports():
        for kind in ("xlsx", "csv"):
            answer = client.get(f"/admin/reports/{code}/{kind}/?{MONTHS}")
            found[code, kind] = (answer.status_code, bool(b"".join(answer.streaming_content)))
    panel = client.get(f"/admin/reports/program_panel/xlsx/?{NOVEMBER}")
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(panel.streaming_content)))["Панель программы"]

    assert found == dict.fromkeys(found, (200, True))
    rows = {row[0].value: (row[1].value, row[1].number_format) for row in sheet.iter_rows(min_row=2)}
    assert rows["Повторные покупки (RPR)"] == (0.5, "0.00%")
    assert rows["Выручка"] == (2_000, '#,##0.00 "₽"')


def test_changes_are_told_with_their_sign_and_of_rates_in_points(client, maria, shop, settings):
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])

    page = client.get(f"/admin/reports/summary/?{NOVEMBER}").context["page"]

    changes = {row[0].text: row[3].text.replace("\xa0", " ") for row in page.rows}
    assert changes["Выручка"] == "−33,33 %"
    assert changes["Повторные покупки (RPR)"] == "+50 п. п."
    assert changes["Списано баллов"] == "—"


def test_links_of_every_cell_lead_to_reports_that_take_their_filters(maria, shop):
    Goal.objects.create(figure="REVENUE", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=4_000)
    followed = 0
    for code in OWN:
        report = find_report(code)
        scope = scope_of(maria, code, MONTHS)
        for row in report.rows(scope):
            for column, cell in zip(report.columns_for(scope), row, strict=True):
                link = report.behind(scope, column, row) if has_rows(cell, column) else None
                if link is not None and hasattr(link, "filters"):
                    filters = QueryDict(MONTHS, mutable=True)
                    for name, value in link.filters.items():
                        filters[name] = value
                    assert set(link.filters) <= set(find_report(link.report).filters.base_filters)
                    rows_of(maria, link.report, filters.urlencode())
                    followed += 1
    assert followed > 60


@pytest.mark.parametrize(
    "query", ["", "&channel=site", "&repeat=yes", "&part=end", "&identified_by=QR", "&receipt_tier=silver"]
)
def test_long_lists_tell_how_long_they_are_before_a_file_is_written(maria, shop, query):
    take_back(sell(person("Борис"), noon(9), 700), noon(10))
    lists = [code for code in LISTS if set(QueryDict(query)) <= set(find_report(code).filters.base_filters)]

    counts = {code: find_report(code).count(scope_of(maria, code, MONTHS + query)) for code in lists}

    assert counts == {code: len(rows_of(maria, code, MONTHS + query)) for code in lists}


def test_groups_open_exactly_their_receipts(maria, shop):
    ways = {row[0].code: row for row in rows_of(maria, "identification", NOVEMBER)}
    assert ways["QR"][1:4] == (1, 1, Decimal(1_500))
    # One of three, two of three, half up as everywhere.
    assert (ways["QR"][-1], ways["PHONE"][-1]) == (3_333, 6_667)
    listed = rows_of(maria, "sales", f"{NOVEMBER}&identified_by=QR")
    assert [(row[9], row[10]) for row in listed] == [(Decimal(1_500), 1)]
    assert totals_of(maria, "sales", f"{NOVEMBER}&identified_by=QR")[9:] == (Decimal(1_500), 1)

    (petrov,) = rows_of(maria, "doctor_returns", NOVEMBER)
    assert petrov == ("Петров П. П.", 1, 1, 10_000, 1, 10_000, Decimal(2_000))


def test_channel_tells_newcomers_money_and_cost(maria, shop):
    site, unknown = rows_of(maria, "channels", MONTHS)
    newcomers = rows_of(maria, "new_buyers", f"{MONTHS}&channel=site")
    sales = rows_of(maria, "sales", f"{MONTHS}&channel=site")

    assert site == ("Сайт", 1, 1, 3, Decimal(4_000), Decimal(600), Decimal(600))
    assert unknown == ("неизвестно", 1, 1, 1, Decimal(1_000), None, None)
    assert [row[1] for row in newcomers] == ["Анна"]
    assert sum(row[9] for row in sales) == Decimal(4_000)
    assert totals_of(maria, "channels", MONTHS)[1:] == (2, 2, 4, Decimal(5_000), Decimal(600), Decimal(600))


def test_reminder_tells_what_it_brought_and_its_receipt(maria, shop):
    assert rows_of(maria, "reminders", NOVEMBER) == [(14, 1, 1, 1, 1, 1, Decimal(1_000), 0, 1)]
    listed = rows_of(maria, "reminder_receipts", f"{NOVEMBER}&rung=14")
    assert [row[0] for row in listed] == [str(shop["vera_came"].pk)]
    assert rows_of(maria, "reminder_receipts", f"{NOVEMBER}&rung=5") == []
    effect = {
        row[0]: [getattr(cell, "value", cell) for cell in row[1:]]
        for row in rows_of(maria, "reminder_effect", NOVEMBER)
    }
    assert effect["Пришли благодаря напоминанию, доля"] == [10_000, -1_221, 10_000]


def test_tiers_count_patients_of_today_and_receipts_of_their_tier(maria):
    anna = make_member(tier="gold")
    sell(anna, noon(5), 1_000, tier="gold")
    sell(anna, noon(6), 500, tier="silver")

    rows = {row[0].code: row[1:5] for row in rows_of(maria, "tiers", NOVEMBER)}

    assert rows == {"silver": (0, 1, 1, Decimal(500)), "gold": (1, 1, 1, Decimal(1_000))}


def test_bonus_is_paid_at_the_rates_of_its_month(maria):
    rita = make_rita()
    for number, (day, month) in enumerate([(10, 10), (5, 11), (6, 11)]):
        new = NewPatient("Новая", make_clinic(), phone=f"+7916000001{number}", consents=ALL_CONSENTS)
        patient = register_patient(new, at=noon(day, month), consent_source="DESK", actor=rita)
    Referral.objects.create(patient=patient, inviter=make_patient(), set_by=rita, set_at=noon(6))
    StaffBonusRate.objects.create(from_month=date(2026, 10, 1), per_registration=50)
    StaffBonusRate.objects.create(
        from_month=date(2026, 11, 1), per_registration=30, per_referral=100, unit="POINTS"
    )

    rows = rows_of(maria, "staff_bonus", "first=2026-09-01&last=2026-11-30")

    assert rows == [
        (date(2026, 10, 1), "rita", 1, 0, 0, Decimal(50), None),
        (date(2026, 11, 1), "rita", 2, 1, 0, None, 160),
    ]
    assert totals_of(maria, "staff_bonus", MONTHS)[2:] == (3, 1, 0, Decimal(50), 160)
    assert rows_of(maria, "staff_activity", NOVEMBER) == [("rita", 2, 1, 0, 0, 0, 0)]


def test_goal_is_measured_by_the_time_that_has_passed(maria, shop):
    """NOON is the 22nd of 30 days."""
    dates = {"starts_on": date(2026, 11, 1), "ends_on": date(2026, 11, 30)}
    Goal.objects.create(figure="REVENUE", target=2_500, **dates)
    Goal.objects.create(figure="VISITS", target=10, clinic=make_clinic(), **dates)
    Goal.objects.create(figure="REPEAT_RATE", target=Decimal("45.5"), **dates)
    Goal.objects.create(figure="BUYERS", target=5, starts_on=date(2026, 11, 29), ends_on=date(2026, 12, 29))

    rows = [(row[5].value, row[6].value, row[7], row[8], row[9]) for row in rows_of(maria, "goals", NOVEMBER)]

    assert rows == [
        (Decimal(2_500), Decimal(2_000), 8_000, 7_333, "да"),
        (10, 3, 3_000, 7_333, "отстаём"),
        (4_550, 5_000, 10_989, 7_333, "да"),
        (5, None, None, 0, None),
    ]


def test_panel_adds_up_and_shows_the_overlap(maria, shop):
    Referral.objects.create(patient=shop["anna"], inviter=person("Борис"), set_at=NOON)
    rows = {row[0].code: (row[1].value, row[2].value) for row in rows_of(maria, "program_panel", NOVEMBER)}

    assert (rows["buyers"], rows["per_buyer"], rows["rpr"]) == (
        (2, 1), (Decimal("1.50"), Decimal("1.00")), (5_000, 0),
    )  # fmt: skip
    assert (rows["with_card"][0], rows["with_card_share"][0], rows["card_bill"][0]) == (1, 3_333, Decimal(1_500))
    assert (rows["invited"][0], rows["visited"][0], rows["depth"][0]) == (2, 2, 2)
    assert (rows["from:site"][0], rows["referrals"][0]) == (Decimal(1_000), Decimal(2_000))
    assert (rows["overlap"][0], rows["once"][0]) == (Decimal(1_000), Decimal(2_000))
    assert (rows["saving"][0], rows["total"][0]) == (Decimal("-187.5"), Decimal("1812.5"))


def test_manager_sees_only_receipts_and_buyers_of_the_own_clinics(maria):
    omsk = make_clinic("omsk", name="Омск")
    anna = person("Анна")
    sell(anna, noon(5), 1_000)
    sell(anna, noon(6), 70_000, clinic=omsk)
    remind(anna, noon(4))

    assert [row[9] for row in rows_of(maria, "sales", NOVEMBER)] == [Decimal(1_000)]
    assert [row[7] for row in rows_of(maria, "all_buyers", NOVEMBER)] == [Decimal(1_000)]
    assert [row[5] for row in rows_of(maria, "reminder_receipts", NOVEMBER)] == [Decimal(1_000)]


def test_every_report_answers_bad_questions_in_words(client, maria, settings):
    wrong = {
        "first": "first=2026-11-20&last=2026-11-19",
        "on": "on=0001-01-01",
        "launched": "launched=9999-12-31",
        "clinic": "clinic=999",
    }
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])
    for code, report in all_reports().items():
        page = f"/admin/reports/{code}/"
        empty = client.get(f"{page}?{NOVEMBER}&page=99999999&unknown=1")
        answers = [
            client.get(f"{page}?{query}") for name, query in wrong.items() if name in report.filters.base_filters
        ]

        # No receipts: nobody knows any rate.
        cells = [cell.text for row in empty.context["page"].rows for cell in row]
        assert (code, empty.status_code, "0\xa0%" in cells) == (code, 200, False)
        assert [(code, answer.status_code) for answer in answers] == [(code, 422)] * len(answers)
        assert all(answer.context["form"].errors for answer in answers)


def test_who_may_see_no_reports_is_refused_by_each_of_them(client, maria, settings):
    client.force_login(make_rita(), backend=settings.AUTHENTICATION_BACKENDS[0])

    answers = {code: client.get(f"/admin/reports/{code}/").status_code for code in all_reports()}

    assert answers == dict.fromkeys(answers, 403)


def test_published_panel_is_told_to_the_rouble(client, maria, settings):
    """Each line is a channel with one receipt; the saving is a tenth of the price less one discount."""
    FigureSetting.objects.create(from_month=date(2026, 1, 1), old_discount_percent=Decimal(10))
    inviter, discount = person("Друг"), Decimal("552557.89")
    for way, roubles in PUBLISHED.items():
        is_friend = way == REFERRALS
        who = person(way, source="" if is_friend else way)
        if is_friend:
            Referral.objects.create(patient=who, inviter=inviter, set_at=noon(4))
        cut = discount if way == "site" else 0
        sell(who, noon(5), (roubles + cut, cut, 0))
    client.force_login(maria, backend=settings.AUTHENTICATION_BACKENDS[0])

    rows = {row[0].code: row[1].value for row in rows_of(maria, "program_panel", NOVEMBER)}
    page = client.get(f"/admin/reports/program_panel/?{NOVEMBER}").context["page"]

    lines = {code.removeprefix("from:"): rows[code] for code in rows if code.startswith("from:")}
    assert lines | {REFERRALS: rows[REFERRALS]} == PUBLISHED
    assert (rows["once"], rows["overlap"], rows["saving"]) == (45_583_891, 0, 4_061_087)
    assert rows["total"] == 49_644_978
    assert page.rows[-1][1].text.replace("\xa0", " ") == "49 644 978 ₽"
