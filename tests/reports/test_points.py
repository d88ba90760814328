"""Reports of points: months by hand, liability of any past day equal to the replay, breakage, rows behind."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum

from loyalty.ledger import posting
from loyalty.models import Account, Entry, Operation
from loyalty.reports.open_points import open_points
from loyalty.rollups.counting import count_changed_days
from tests.ledger.accounts import burn, dated, lot, rolls
from tests.people import make_clinic, make_tag
from tests.programs import NOON, make_member
from tests.reports.answers import rows_of, scope_of, totals_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(maria):
    return make_member()


@pytest.fixture
def account(anna):
    return anna.standing.account


def earn(account, points, *, at, key, day=None, **more):
    return posting.earn(account_id=account.pk, lots=[lot(points, day)], key=key, at=at, **more)


@pytest.fixture
def history(account):
    """September: 500 earned to 31 October. October: 200 spent. November: 300 burnt, 1 000 earned, 100 spent and 40
    of that returned, 50 taken back, 70 given by hand."""
    september, october, november = NOON - timedelta(days=70), NOON - timedelta(days=40), NOON - timedelta(days=10)
    earn(account, 500, at=september, key="a", day=date(2026, 10, 31))
    posting.spend(account_id=account.pk, units=200, key="b", at=october)
    burn(account, at=november - timedelta(days=5))
    earned = earn(account, 1000, at=november, key="c", day=date(2027, 3, 31))
    spent = posting.spend(account_id=account.pk, units=100, key="d", at=november)
    posting.return_spent(
        operation_id=spent.operation_id, units=40, key="e", at=november, grace=dated(date(2026, 12, 31))
    )
    posting.take_back(operation_id=earned.operation_id, units=50, key="f", at=november)
    posting.adjust(account_id=account.pk, units=70, key="g", at=november, reason="подарок")
    return account


def test_months_add_up_by_hand(maria, history):
    rows = rows_of(maria.user, "points", "first=2026-09-01&last=2026-11-30")

    assert rows == [
        (date(2026, 9, 1), 500, 0, 0, 0, 0, 0, 0, 500),
        (date(2026, 10, 1), 0, 200, 0, 0, 0, 0, 0, 300),
        (date(2026, 11, 1), 1000, 100, 40, 50, 300, 70, 0, 960),
    ]
    assert totals_of(maria.user, "points", "first=2026-09-01&last=2026-11-30") == (
        None, 1500, 300, 40, 50, 300, 70, 0, 960,
    )  # fmt: skip
    assert rows_of(maria.user, "points", "first=2026-11-01&last=2026-11-30")[0][8] == 960


def test_part_of_a_month_is_told_without_the_rest_of_it(maria, history):
    """300 burnt on 7 November, 200 were spent on 13 October, 1 000 earned on 12 November."""
    before, after = "first=2026-10-14&last=2026-11-11", "first=2026-11-13&last=2026-11-22"

    assert rows_of(maria.user, "points", before) == [
        (date(2026, 10, 1), 0, 0, 0, 0, 0, 0, 0, 300),
        (date(2026, 11, 1), 0, 0, 0, 0, 300, 0, 0, 0),
    ]
    assert rows_of(maria.user, "points", after) == [(date(2026, 11, 1), 0, 0, 0, 0, 0, 0, 0, 960)]
    burnt = maria.get(f"/admin/reports/points/?{before}").context["page"].rows[1][5]
    listed = maria.get(burnt.url).context["page"].rows
    assert (burnt.text, [row[7].text for row in listed]) == ("300", ["−300"])
    assert "first=2026-11-01&last=2026-11-11" in burnt.url


def test_counted_days_say_the_same(maria, history, anna):
    before = rows_of(maria.user, "points", "first=2026-09-01&last=2026-11-30")

    count_changed_days(clinic=anna.home_clinic, at=NOON)

    assert rows_of(maria.user, "points", "first=2026-09-01&last=2026-11-30") == before


@pytest.mark.parametrize(
    ("act", "units"),
    [("issued", [1000]), ("spent", [-100]), ("returned", [40]), ("taken_back", [-50]), ("burnt", [-300]),
     ("by_hand", [70]), ("moved", [])],
)  # fmt: skip
def test_number_leads_to_exactly_its_operations(maria, history, act, units):
    page = maria.get("/admin/reports/points/?first=2026-11-01&last=2026-11-22")
    index = ["issued", "spent", "returned", "taken_back", "burnt", "by_hand", "moved"].index(act) + 1
    url = page.context["page"].rows[0][index].url

    listed = maria.get(url)

    shown = [row[7].text.replace("−", "-").replace("\u00a0", "") for row in listed.context["page"].rows]
    assert [int(text) for text in shown] == units


def test_points_of_chosen_patients_are_theirs_alone_and_lead_to_their_operations(maria, history, anna):
    vera = make_member("Чужова", "Вера", "+79160000001")
    earn(vera.standing.account, 7, at=NOON - timedelta(days=10), key="vera", day=date(2027, 1, 31))
    tag = make_tag()
    anna.tags.add(tag)
    days = "first=2026-09-01&last=2026-11-30"

    page = maria.get(f"/admin/reports/points/?{days}&tag={tag.pk}")

    assert rows_of(maria.user, "points", days)[2][1] == 1007
    assert rows_of(maria.user, "points", f"{days}&tag={tag.pk}") == [
        (date(2026, 9, 1), 500, 0, 0, 0, 0, 0, 0, 500),
        (date(2026, 10, 1), 0, 200, 0, 0, 0, 0, 0, 300),
        (date(2026, 11, 1), 1000, 100, 40, 50, 300, 70, 0, 960),
    ]
    assert rows_of(maria.user, "points", f"first=2026-11-13&last=2026-11-30&tag={tag.pk}")[0][8] == 960
    listed = maria.get(page.context["page"].rows[2][1].url).context["page"].rows
    assert [row[7].text.replace("\u00a0", " ") for row in listed] == ["1 000"]


def test_open_points_of_chosen_patients_are_theirs_alone_on_any_day(maria, history, anna):
    vera = make_member("Чужова", "Вера", "+79160000001")
    earn(vera.standing.account, 7, at=NOON - timedelta(days=10), key="vera", day=date(2027, 3, 31))
    tag = make_tag()
    anna.tags.add(tag)
    count_changed_days(clinic=anna.home_clinic, at=NOON)

    page = maria.get(f"/admin/reports/liability/?on=2026-11-21&tag={tag.pk}")

    assert [row[1] for row in rows_of(maria.user, "liability", "on=2026-11-21")] == [897, 70]
    assert [row[1] for row in rows_of(maria.user, "liability", f"on=2026-11-21&tag={tag.pk}")] == [890, 70]
    assert [row[1] for row in rows_of(maria.user, "liability", f"on=2026-10-20&tag={tag.pk}")] == [300]
    listed = maria.get(page.context["page"].rows[0][1].url).context["page"].rows
    assert [row[5].text for row in listed] == ["890"]


def test_liability_of_any_past_day_equals_the_replay(maria, history):
    first = NOON - timedelta(days=80)
    found, replayed = [], []
    for number in range(82):
        day = (first + timedelta(days=number)).date()
        scope = scope_of(maria.user, "liability", f"on={day}")
        moved = Entry.objects.filter(account=history, operation__effective_at__lt=scope.spans()[0][2])
        replayed.append(moved.aggregate(sum=Sum("units"))["sum"] or 0)
        found.append(sum(one.points for one in open_points(scope)))

    assert found == replayed
    history.refresh_from_db()
    assert found[-1] == history.balance + history.pending == 960


def test_open_points_are_told_by_the_month_they_burn(maria, history):
    posting.earn(account_id=history.pk, lots=[lot(30, never_burns=True)], key="never", at=NOON)

    rows = [(row[0], row[1], row[3]) for row in rows_of(maria.user, "liability")]

    assert rows == [
        (date(2027, 3, 1), 890, Decimal(890)),
        (date(2028, 1, 1), 70, Decimal(70)),  # by hand: by the account's rolling date
        (None, 30, Decimal(30)),
    ]
    assert totals_of(maria.user, "liability")[1:4] == (990, 0, Decimal(990))


def test_rolling_points_burn_by_the_date_of_the_account(maria, account):
    earn(account, 100, at=NOON, key="r", rolling=rolls(date(2028, 11, 22)))

    assert [row[:2] for row in rows_of(maria.user, "liability")] == [(date(2028, 11, 1), 100)]


def test_day_to_come_is_asked_about_as_today(maria, history):
    assert scope_of(maria.user, "liability", "on=2030-01-01").days.last == date(2026, 11, 22)


def test_burnt_share_is_told_only_of_months_with_nothing_open(maria, history):
    assert rows_of(maria.user, "breakage") == [
        (date(2026, 9, 1), 500, 300, 0, 6000),
        (date(2026, 11, 1), 1070, 0, 960, None),
    ]
    assert totals_of(maria.user, "breakage")[4] == 6000
    assert "рано считать" in maria.get("/admin/reports/breakage/").content.decode()


def test_expected_burn_goes_by_mature_months(maria, history):
    total = totals_of(maria.user, "liability")

    # 60 % of 960.
    assert total[4:] == (576, Decimal(384))


def test_nothing_burnt_yet_leaves_the_forecast_unknown(maria, account):
    earn(account, 100, at=NOON, key="r", day=date(2027, 1, 31))

    assert rows_of(maria.user, "liability") == [(date(2027, 1, 1), 100, 0, Decimal(100), None, None)]


def test_another_clinics_points_are_not_counted(maria):
    vera = make_member("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    earn(vera.standing.account, 100, at=NOON, key="r", day=date(2027, 1, 31))

    assert rows_of(maria.user, "liability") == []
    assert rows_of(maria.user, "operations") == []
    assert rows_of(maria.user, "points")[0][8] == 0
    assert Account.objects.count() == 1
    assert Operation.objects.count() == 1
