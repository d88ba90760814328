"""Behind every number of every report stand rows that make exactly it, of own clinics; or it says it has none."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.db.models import Q
from django.http import QueryDict

from loyalty.ledger import posting
from loyalty.models import FigureSetting, Goal, MarketingSpend, Receipt, Refund, StaffBonusRate, Standing
from loyalty.reports.catalogue.reminders import WORKED_OUT
from loyalty.reports.columns import NO_ROWS, Behind, Measure, Thing, average, rate_bp
from loyalty.reports.registry import all_reports, find_report
from loyalty.reports_page.table import Linker, has_rows
from patients.models import Referral, SourceChannel
from patients.registration import NewPatient, register_patient
from tests.figures.shop import noon, person, refund, sell, take_back
from tests.figures.test_reminders import remind
from tests.ledger.accounts import burn, earn, lot, spend
from tests.people import ALL_CONSENTS, make_clinic, make_doctor, make_staff
from tests.programs import NOON, make_member
from tests.reports.answers import scope_of
from tests.reports.test_reviews import review

pytestmark = pytest.mark.django_db
DAYS = "first=2026-10-01&last=2026-11-30"


@pytest.fixture
def rich(maria):
    """Two clinics that did the same, one of them Maria's; everything that a report counts happened in both."""
    FigureSetting.objects.create(from_month=date(2026, 1, 1), old_discount_percent=Decimal("12.5"))
    SourceChannel.objects.create(code="site", name="Сайт", kind="SITE")
    StaffBonusRate.objects.create(from_month=date(2026, 11, 1), per_registration=50, per_review=10)
    everywhere = [make_clinic(), make_clinic("omsk", name="Омск")]
    doctors = [make_doctor(clinics=everywhere), make_doctor("left", "Ушедший У. У.")]
    doctors[1].clinics.clear()
    for number, clinic in enumerate(everywhere):
        _sell_much(clinic, doctors, number=number)
        _work(clinic, number=number)
        _move_points(clinic, number=number)
    Goal.objects.create(figure="REPEAT_RATE", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=45)
    for figure in ("VISITS", "BUYERS", "AVERAGE_BILL", "REVENUE"):
        Goal.objects.create(
            figure=figure, clinic=everywhere[0], starts_on=date(2026, 10, 5), ends_on=date(2026, 12, 5), target=9
        )
    return maria


def _sell_much(clinic, doctors, *, number):
    anna, vera, boris, old = (
        person(name, clinic, source=source, phone=f"+7916{number}{place}00001")
        for place, (name, source) in enumerate(
            [("Анна", "site"), ("Вера", ""), ("Борис", "gone"), ("Давняя", "")], start=1
        )
    )
    Referral.objects.create(patient=vera, inviter=anna, set_at=noon(6))
    Referral.objects.create(patient=anna, inviter=old, set_at=noon(6))
    Referral.objects.create(patient=person("Незнакомка", clinic), inviter=vera, set_at=noon(7))
    sell(old, noon(3, 3), 800, doctors=[doctors[0]])
    october = sell(anna, noon(20, 10), 3_000, doctors=[doctors[1]])
    sell(anna, noon(5), (2_000, 200, 300), 400, identified_by="QR", doctors=doctors, tier="silver")
    sell(anna, noon(6), 500, identified_by="CARD", doctors=[doctors[0]], tier="bronze")
    sell(vera, noon(7), (1_000, 0, 150), doctors=[None], tier="gold")
    sell(boris, noon(8), 600, doctors=[doctors[0]])
    refund(october, noon(8), 1_000)
    take_back(sell(boris, noon(9), 700, doctors=[doctors[0]]), noon(10))
    for patient, at, days in ((vera, noon(6), 14), (vera, noon(6), 5), (boris, noon(7), 14)):
        remind(patient, at, days_before=days)
    remind(old, noon(6), held_out=True)
    remind(anna, noon(2), days_before=30, status="DEAD")
    MarketingSpend.objects.create(source="site", month=date(2026, 10, 1), clinic=clinic, amount=310)
    MarketingSpend.objects.create(source="site", month=date(2026, 11, 1), clinic=clinic, amount=600)


def _work(clinic, *, number):
    rita = make_staff(f"rita-{number}", "receptionist", clinics=[clinic])
    for day, month in ((10, 10), (5, 11), (6, 11)):
        phone = f"+79{number}6000{month}{day:02}1"
        new = NewPatient("Новая", clinic, phone=phone, consents=ALL_CONSENTS)
        patient = register_patient(new, at=noon(day, month), consent_source="DESK", actor=rita)
    Referral.objects.create(patient=patient, inviter=person("Зовущая", clinic), set_by=rita, set_at=noon(7))
    Receipt.objects.filter(clinic=clinic, paid_at__gte=noon(6)).update(actor=rita)
    spent = Receipt.objects.filter(clinic=clinic, points_spent__gt=0)
    spent.update(proven_by="OVERRIDE", override_reason="нет телефона", actor=rita)
    Refund.objects.filter(receipt__clinic=clinic, at__gte=noon(9)).update(actor=rita)
    for one in Receipt.objects.filter(clinic=clinic, actor=rita, patient__last_name="Вера"):
        review(one.patient, noon(8), 5, accepted=noon(9))
        review(one.patient, noon(9), 3, declined=noon(9), platform="other")


def _move_points(clinic, *, number):
    tiers = [("gold", "0001"), ("gold", "0002"), ("gone", "0003"), ("", "0004")]
    for tier, digits in tiers:
        member = make_member("Золотова", "Ольга", f"+7903{number}00{digits}", clinic=clinic, tier="gold")
        Standing.objects.filter(pk=member.standing.pk).update(tier=tier)
    account = member.standing.account
    earn(account, lot(500, date(2026, 11, 12)), key=f"a{number}", at=NOON - timedelta(days=60))
    spend(account, 120, key=f"b{number}", at=NOON - timedelta(days=30))
    burn(account, at=NOON - timedelta(days=9))
    earn(account, lot(300, date(2027, 3, 31)), key=f"d{number}", at=NOON)
    posting.adjust(account_id=account.pk, units=70, key=f"e{number}", at=NOON, reason="подарок")


class Listed(list):
    """Rows of a list, by the codes of its columns."""

    def sum(self, *codes):
        return sum(row[code] or 0 for row in self for code in codes)


def listed(url, user):
    code, query = url.removeprefix("/admin/reports/").split("/?")
    report = find_report(code)
    scope = scope_of(user, code, query)
    codes = [column.code for column in report.columns_for(scope)]
    rows = Listed(dict(zip(codes, row, strict=True)) for row in report.rows(scope))
    totals = report.totals(scope)
    rows.totals = dict(zip(codes, totals, strict=True)) if totals else {}
    return rows


def money_of(found):
    return average(found.sum("paid"), found.sum("purchases"))


def given(found):
    return rate_bp(found.sum("discount", "points"), found.sum("price"))


def of_rows(code):
    return lambda found, row, rows: found.sum(code)


def number(found, row, rows):
    return len(found)


def part_of(code):
    return lambda found, row, rows: rate_bp(len(found), row[code])


SOLD = {
    "paid": of_rows("paid"), "receipts": of_rows("purchases"), "price": of_rows("price"),
    "discount": of_rows("discount"), "points": of_rows("points"), "buyers": number,
    "average": lambda found, row, rows: money_of(found), "effective": lambda found, row, rows: given(found),
    "share": lambda found, row, rows: rate_bp(found.sum("purchases"), sum(r["receipts"] for r in rows)),
}  # fmt: skip
FIGURES = {
    "revenue": of_rows("paid"), "purchases": of_rows("purchases"), "aov": SOLD["average"],
    "effective_discount": SOLD["effective"], "effective": SOLD["effective"], "buyers": number,
    "new_buyers": number,
    "rpr": lambda found, row, rows: rate_bp(sum(one["receipts"] > 1 for one in found), len(found)),
    "per_buyer": lambda found, row, rows: average(found.sum("receipts"), len(found)),
    "crr": lambda found, row, rows: rate_bp(found.sum("at_end"), found.sum("at_start")),
    "ltv": lambda found, row, rows: average(found.sum("paid"), len(found)),
    "liability": lambda found, row, rows: found[-1]["left"],
    "breakage": lambda found, row, rows: found.totals["breakage"],
    **{code: lambda found, row, rows: abs(found.sum("points"))
       for code in ("points_issued", "points_spent", "points_burnt")},
}  # fmt: skip
# How the rows behind make the number: of a report's column, or of its row where each row is a figure of its own.
MAKES = {
    "summary": FIGURES,
    "launch": FIGURES,
    "program_panel": FIGURES | {
        "rpr": lambda found, row, rows: rate_bp(len(found), rows["buyers"]),
        **dict.fromkeys(
            ["contacts", "members", "new_members", "imported", "invited", "visited", "reviews", "ratings"], number
        ),
        "rating": lambda found, row, rows: average(found.sum("stars"), len(found)),
        "buyers_share": lambda found, row, rows: rate_bp(len(found), rows["contacts"] + rows["members"]),
        "with_card": of_rows("purchases"), "card_bill": SOLD["average"], "other_bill": SOLD["average"],
        "with_card_share": lambda found, row, rows: rate_bp(
            found.sum("purchases"), (rows["revenue"] / rows["aov"]).to_integral_value()
        ),
        "referrals": of_rows("paid"), "from:site": of_rows("paid"), "from:gone": of_rows("paid"),
        "overlap": of_rows("paid"), "once": of_rows("paid"),
        "saving": lambda found, row, rows: found.sum("price") / 8 - found.sum("discount", "points"),
    },
    "revenue": SOLD | {
        "repeat": number, "repeat_rate": part_of("buyers"),
        "saving": lambda found, row, rows: found.sum("price") / 8 - found.sum("discount", "points"),
    },
    "retention": {
        **dict.fromkeys(["at_start", "lost", "new", "at_end"], number),
        "retention": lambda found, row, rows: rate_bp(
            sum(one["at_start"] and one["at_end"] for one in found), found.sum("at_start")
        ),
    },
    "cohorts": {
        "size": number, "paid": of_rows("paid"), "lifetime": FIGURES["ltv"],
        **{f"after_{month}": part_of("size") for month in range(1, 12)},
    },
    "identification": SOLD,
    "tiers": SOLD | {"patients": number},
    "doctor_returns": {
        "patients": number, "again": number, "again_to_anyone": number, "rate": part_of("patients"),
        "rate_to_anyone": part_of("patients"), "paid": of_rows("paid"),
    },
    "goals": {"reached": lambda found, row, rows: GOALS[row["figure"].code](found)},
    "channels": SOLD | {"new": number, "spent": of_rows("within")},
    "reminders": {
        **{code: of_rows(code) for code in ("planned", "delivered", "held_out", "paid", "points")},
        **dict.fromkeys(["people", "came", "receipts"], number),
    },
    "reminder_effect": dict.fromkeys(["reminded", "reminded:came", "held_out", "held_out:came"], number),
    "staff_activity": dict.fromkeys(
        ["registrations", "referrals", "receipts", "spends", "overrides", "refunds"], number
    ),
    "staff_bonus": dict.fromkeys(["registrations", "referrals", "reviews"], number),
    "points": {
        **{code: lambda found, row, rows: abs(found.sum("points"))
           for code in ("issued", "spent", "returned", "taken_back", "burnt", "by_hand", "moved")},
        "left": of_rows("points"),
    },
    "liability": {"points": of_rows("points"), "waiting": of_rows("waiting"), "value": of_rows("points")},
    "breakage": {
        **{code: of_rows(code) for code in ("issued", "burnt", "open")},
        "breakage": lambda found, row, rows: rate_bp(found.sum("burnt"), found.sum("issued")),
    },
}  # fmt: skip
GOALS = {
    "VISITS": lambda found: found.sum("purchases"), "BUYERS": len, "REVENUE": lambda found: found.sum("paid"),
    "AVERAGE_BILL": money_of,
    "REPEAT_RATE": lambda found: 10_000 * len(found) // 3,
}  # fmt: skip
QUERIES = {"launch": "launched=2026-11-01&span=1", "liability": "on=2026-11-22", "breakage": ""}
# Of these each row is a figure of its own, named by the first cell.
BY_ROW = {"summary", "launch", "program_panel", "reminder_effect"}
SUMMARIES = sorted(MAKES)
LISTS = sorted(set(all_reports()) - set(MAKES))


def bare(value):
    return value.value if isinstance(value, Measure) else value


@pytest.mark.parametrize("code", SUMMARIES)
def test_rows_behind_make_exactly_the_number(rich, code):
    report, query = find_report(code), QUERIES.get(code, DAYS)
    scope = scope_of(rich.user, code, query)
    linker = Linker(user=rich.user, query=QueryDict(query), days=scope.days)
    columns = report.columns_for(scope)
    codes = [column.code for column in columns]
    rows = [list(row) for row in report.rows(scope)]
    by_code = [dict(zip(codes, row, strict=True)) for row in rows]
    figures = {getattr(row[0], "code", ""): bare(row[1]) for row in rows}
    wrong, followed = [], 0
    for row, named in zip(rows, by_code, strict=True):
        for column, value in zip(columns, row, strict=True):
            if not column.is_number or not has_rows(value, column):
                continue
            link = report.behind(scope, column, row)
            name = row[0].code if code in BY_ROW and link is not None else column.code
            if isinstance(link, Behind):
                rows_found = listed(linker.url(link), rich.user)
                found = MAKES[code][name](rows_found, named, figures if code in BY_ROW else by_code)
                followed += 1
                if found != bare(value):
                    wrong.append((named[codes[0]], column.code, bare(value), found))
            elif not isinstance(link, Thing) and not says_it_has_none(column, row):
                wrong.append((named[codes[0]], column.code, bare(value), "no rows"))

    assert wrong == []
    assert followed > 0


def says_it_has_none(column, row):
    """In its own definition, or in the last cell of a row that tells how it is counted."""
    says = {str(NO_ROWS), str(WORKED_OUT)}
    return (
        column.code == "days"
        or bool(says & {column.explanation[-len(text) :] for text in says})
        or any(text in str(row[-1]) for text in says)
    )


@pytest.mark.parametrize("code", SUMMARIES)
def test_rows_behind_a_total_make_exactly_the_total(rich, code):
    report, query = find_report(code), QUERIES.get(code, DAYS)
    scope = scope_of(rich.user, code, query)
    linker = Linker(user=rich.user, query=QueryDict(query), days=scope.days)
    columns = report.columns_for(scope)
    codes = [column.code for column in columns]
    rows = [dict(zip(codes, row, strict=True)) for row in report.rows(scope)]
    totals = report.totals(scope) or ()
    named = dict(zip(codes, totals, strict=False))
    wrong = []
    for column, value in zip(columns, totals, strict=False):
        if not column.is_number or not has_rows(value, column) or column.is_derived:
            continue
        link = report.behind_total(scope, column)
        if link is None:
            wrong.append((column.code, value, "no rows"))
            continue
        found = MAKES[code][column.code](listed(linker.url(link), rich.user), named, rows)
        if found != value:
            wrong.append((column.code, value, found))

    assert wrong == (
        [("breakage", totals[-1], "no rows")] if code == "breakage" and totals[-1] is not None else []
    )


@pytest.mark.parametrize("code", LISTS)
def test_list_adds_up_to_its_totals_shows_own_clinics_and_masked_phones(rich, code):
    report = find_report(code)
    scope = scope_of(rich.user, code, DAYS)
    rows, totals = [list(row) for row in report.rows(scope)], report.totals(scope)

    page = rich.get(f"/admin/reports/{code}/?{DAYS}")

    assert len(rows) == (report.count(scope) or len(rows)) > 0
    for place, column in enumerate(report.columns_for(scope)):
        if totals is not None and column.is_number:
            assert (column.code, sum(row[place] or 0 for row in rows)) == (column.code, totals[place])
    text = page.content.decode()
    assert "Омск" not in text
    assert not any(str(row[place]) in text for row in rows for place in phones(report, scope) if row[place])


def phones(report, scope):
    return [place for place, column in enumerate(report.columns_for(scope)) if column.unit == "phone"]


def test_who_may_not_see_patients_gets_no_link_to_them_and_no_list(rich):
    group = rich.user.groups.get()
    group.permissions.remove(*Permission.objects.filter(Q(codename="view_patient") | Q(codename="view_receipt")))

    rows = rich.get(f"/admin/reports/revenue/?{DAYS}").context["page"]
    answers = {code: rich.get(f"/admin/reports/{code}/").status_code for code in LISTS}

    assert {cell.url for row in [*rows.rows, rows.totals] for cell in row} == {""}
    assert {code for code, status in answers.items() if status == 200} <= {
        "operations", "reviews", "marketing_spend",
    }  # fmt: skip


def test_link_tells_its_days_where_the_other_report_has_other_usual_ones(rich):
    page = rich.get("/admin/reports/doctor_returns/").context["page"]

    urls = {cell.url for row in page.rows for cell in row if cell.url}

    assert urls
    assert all("first=2025-12-01" in url and "last=2026-11-22" in url for url in urls)
