"""Before and after the launch: the same figures over as many days on either side of the program's first day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from loyalty.reports.registry import find_report
from loyalty.reports.scope import Days
from tests.figures.shop import noon, person, sell
from tests.people import make_doctor, make_staff
from tests.programs import publish_preset
from tests.reports.answers import rows_of, scope_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/launch/"
# Midnight of 1 November in Moscow.
LAUNCH = datetime(2026, 10, 31, 21, tzinfo=UTC)


@pytest.fixture
def owner(db):
    publish_preset(starts_at=LAUNCH, has_welcome=False)
    publish_preset("cosmetology", starts_at=noon(10), has_welcome=False)
    return make_staff("olga", "owner")


@pytest.fixture
def shop(owner):
    """22 days of November, of which today is the last, against the 22 days before them."""
    anna, boris, vera, galya = (person(name) for name in ("Анна", "Борис", "Вера", "Галя"))
    sell(galya, noon(15, 11, 2025), 800)
    sell(anna, noon(5, 1), 600)
    sell(anna, noon(12, 10), (3_000, 600, 0))
    sell(boris, noon(15, 10), 1_000)
    sell(anna, noon(20, 10), 1_000)
    sell(anna, noon(2), (2_000, 0, 200))
    sell(anna, noon(3), 1_000)
    sell(vera, noon(10), 1_500)
    sell(vera, noon(12), 700)


def told(user, query=""):
    return {
        row[0].code: (row[1].value, row[2].value, row[3].value)
        for row in rows_of(user, "launch", query)
    }  # fmt: skip


def test_figures_stand_side_by_side_over_equal_days(owner, shop):
    assert told(owner) == {
        "revenue": (Decimal(4_400), Decimal(5_000), 1_364),
        "purchases": (3, 4, 3_333),
        "buyers": (2, 2, 0),
        "new_buyers": (1, 1, 0),
        "per_buyer": (Decimal("1.50"), Decimal("2.00"), 3_333),
        "rpr": (5_000, 10_000, 5_000),
        "aov": (Decimal("1466.67"), Decimal(1_250), -1_477),
        "crr": (10_000, 6_667, -3_333),
        "ltv": (Decimal("1933.33"), Decimal(2_700), 3_966),
        "effective_discount": (1_200, 385, -815),
    }


def test_patients_and_doctor_may_be_chosen(owner, shop):
    petrov = make_doctor()
    sell(person("Дина", source="site"), noon(4), 300, doctors=[petrov])

    # Of the doctor and of the channel nothing was known before the launch.
    assert told(owner, f"doctor={petrov.pk}")["revenue"] == (None, Decimal(300), None)
    assert told(owner, "source=site")["purchases"] == (None, 1, None)
    scope, report = scope_of(owner, "launch", "source=site"), find_report("launch")
    assert not {"period", "first", "last"} & set(report.filters.base_filters)
    assert scope.days == Days(date(2026, 11, 1), date(2026, 11, 22))


def test_days_are_those_of_the_first_version_and_as_many_before(owner):
    scope = scope_of(owner, "launch", "span=12")

    assert scope.days == Days(date(2026, 11, 1), date(2026, 11, 22))
    assert scope.compared == Days(date(2026, 10, 10), date(2026, 10, 31))


def test_day_and_length_may_be_chosen_for_a_program_older_than_the_portal(owner):
    scope = scope_of(owner, "launch", "launched=2026-03-10&span=3&compare=year")

    assert scope.days == Days(date(2026, 3, 10), date(2026, 6, 9))
    assert scope.compared == Days(date(2025, 3, 10), date(2025, 6, 9))


def test_each_side_opens_its_own_rows(owner, shop):
    report, scope = find_report("launch"), scope_of(owner, "launch")
    rows = {row[0].code: row for row in report.rows(scope)}
    _figure, before, after, *_rest = report.columns

    assert report.behind(scope, before, rows["revenue"]).filters == {
        "period": "days", "first": "2026-10-10", "last": "2026-10-31",
    }  # fmt: skip
    link = report.behind(scope, after, rows["crr"])
    assert (link.report, link.filters["first"], link.filters["part"]) == ("clients", "2026-11-01", "start")


def test_before_the_first_receipt_ever_nobody_knows(owner):
    sell(person("Анна"), noon(2), 1_000)

    before = {code: cells[0] for code, cells in told(owner).items()}

    assert set(before.values()) == {None}
    assert told(owner)["revenue"] == (None, Decimal(1_000), None)


def test_page_answers_in_words_when_there_is_nothing_to_compare(maria, client):
    page = maria.get(PAGE)
    assert page.status_code == 200
    assert 'value="2025-01-01"' in page.content.decode()
    ahead = maria.get(f"{PAGE}?launched=2026-11-23")

    assert (ahead.status_code, ahead.context["page"].rows) == (200, [])
    assert "Выберите первый день программы, который уже наступил." in ahead.content.decode()
    assert maria.get(f"{PAGE}?launched=вчера").status_code == 422


def test_without_a_program_the_day_is_asked_for(client, db, settings):
    client.force_login(make_staff("olga", "owner"), backend=settings.AUTHENTICATION_BACKENDS[0])

    page = client.get(PAGE)

    assert page.status_code == 422
    assert page.context["form"].errors["launched"] == [
        "Программы ещё нет: выберите день, с которого она действует."
    ]
