"""History: every row with its reason, in pages by key, and their sum is the balance."""

import re
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from django.test import Client

from loyalty.ledger import posting
from loyalty.ledger.balance import spendable
from loyalty.models import Account
from patients.cabinet import history_views
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.test_home import said, today
from tests.people import make_patient
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]

AMOUNT = re.compile(r'class="amount number(?: gain)?">([+−\d\u00a0]+)<')
MORE = re.compile(r'data-more href="([^"]+)"')


@pytest.fixture
def anna(today):
    """450 points of October that have burnt, 3 000 earned and 100 spent in November."""
    publish_preset(has_welcome=False)
    anna = make_member()
    account = anna.standing.account_id
    give_points(anna, 450, last_day=date(2026, 10, 31), at=datetime(2026, 10, 5, 9, tzinfo=UTC))
    burnt_at = datetime(2026, 11, 1, 1, tzinfo=UTC)
    posting.burn_slice(account_ids=[account], cutoff=burnt_at, at=burnt_at)
    give_points(anna, 3000, at=NOON - timedelta(days=3))
    posting.spend(account_id=account, units=100, key="spent", at=NOON)
    return anna


def amounts(response):
    return [
        int(text.replace("−", "-").replace("\u00a0", "")) for text in AMOUNT.findall(response.content.decode())
    ]


def whole_history(client, address="/history/"):
    """The amounts of every page, in order."""
    found = []
    while address:
        page = client.get(address)
        found += amounts(page)
        more = MORE.search(page.content.decode())
        address = more[1].replace("&amp;", "&") if more else ""
    return found


def test_rows_stand_under_their_months_with_their_reasons(client, sms, anna):
    log_in(client, sms)

    page = said(text_of(client.get("/history/")))

    assert (
        "Ноябрь 2026 Списано на визите −100 22 ноября "
        "Начислено за визит +3 000 19 ноября Сгорит 15.01.2028, если не будет новых оплат. "
        "Сгорело −450 1 ноября Срок закончился. "
        "Октябрь 2026 Начислено за визит +450 5 октября Срок был до 31 октября."
    ) in page


def test_receipt_that_came_late_stands_in_the_month_of_its_visit(client, sms, anna):
    give_points(anna, 77, at=datetime(2026, 10, 7, 9, tzinfo=UTC))
    log_in(client, sms)

    page = client.get("/history/")

    assert amounts(page) == [-100, 3000, -450, 77, 450]
    assert re.findall(r'<h2 id="month-\d">([^<]+)<', page.content.decode()) == ["Ноябрь 2026", "Октябрь 2026"]


@pytest.mark.parametrize(
    ("part", "found"),
    [("", [-100, 3000, -450, 450]), ("earned", [3000, 450]), ("spent", [-100]), ("burnt", [-450])],
)
def test_filters_part_what_came_from_what_went(client, sms, anna, part, found):
    log_in(client, sms)

    page = client.get("/history/", {"part": part})

    assert amounts(page) == found
    address = f"/history/?part={part}" if part else "/history/"
    assert f'<a href="{address}" aria-current="true">' in page.content.decode()


@pytest.mark.parametrize("query", ["part=nonsense", "before=abc", f"before={'9' * 30}", "before=-1", "before=²"])
def test_address_that_makes_no_sense_shows_the_first_page(client, sms, anna, query):
    log_in(client, sms)

    assert amounts(client.get(f"/history/?{query}")) == [-100, 3000, -450, 450]


def test_pages_follow_each_other_and_keep_the_filter(client, sms, anna, monkeypatch):
    monkeypatch.setattr(history_views, "PAGE_ROWS", 1)
    log_in(client, sms)

    assert whole_history(client) == [-100, 3000, -450, 450]
    assert whole_history(client, "/history/?part=earned") == [3000, 450]


def test_later_page_leads_back_to_the_newest(client, sms, anna, monkeypatch):
    monkeypatch.setattr(history_views, "PAGE_ROWS", 2)
    log_in(client, sms)
    first = client.get("/history/")

    second = client.get(MORE.search(first.content.decode())[1])

    assert "К последним операциям" not in text_of(first)
    assert "К последним операциям" in text_of(second)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_sum_of_all_pages_is_the_balance_whatever_has_happened(client, sms, today, monkeypatch, seed):
    monkeypatch.setattr(history_views, "PAGE_ROWS", 4)
    publish_preset()
    anna = make_member(at=NOON)
    happen(anna, random=Random(seed))
    log_in(client, sms)
    today(NOON + timedelta(days=40))

    found = whole_history(client)

    account = Account.objects.get(patient=anna)
    assert len(found) >= 20
    assert sum(found) == account.balance + account.pending - account.debt
    parts = [whole_history(client, f"/history/?part={part}") for part in ("earned", "spent", "burnt")]
    assert sorted(found) == sorted(amount for part in parts for amount in part)
    home = said(text_of(client.get("/")))
    assert f"Ваши баллы {account.balance - account.debt:,} ".replace(",", " ").replace("-", "−") in home


def happen(anna, *, random):
    """Forty days of visits, refunds and nights. Every act is the ledger's own."""
    account_id = anna.standing.account_id
    earned = []
    for day in range(40):
        at = NOON + timedelta(days=day)
        match random.choice(["earn", "earn", "spend", "take back", "nothing"]):
            case "earn":
                points = random.randint(1, 2000)
                last_day = (at + timedelta(days=random.randint(0, 20))).date() if random.random() < 0.5 else None
                earned.append((give_points(anna, points, last_day=last_day, at=at, key=f"earn:{day}"), points))
            case "spend":
                units = spendable(account_id, at) // random.randint(1, 3)
                if units:
                    posting.spend(account_id=account_id, units=units, key=f"spend:{day}", at=at)
            case "take back" if earned:
                operation, points = earned.pop(random.randrange(len(earned)))
                posting.take_back(
                    operation_id=operation,
                    units=points,
                    key=f"back:{day}",
                    at=at,
                    policy=posting.TakeBackPolicy.DEBT,
                )
        posting.burn_slice(account_ids=[account_id], cutoff=at, at=at)


def test_empty_history_says_what_will_be_here(client, sms, today):
    publish_preset(has_welcome=False)
    make_member()
    log_in(client, sms)

    assert "Здесь будут начисления и списания. Первые баллы придут после визита." in text_of(
        client.get("/history/")
    )
    assert "Ничего не сгорело." in text_of(client.get("/history/?part=burnt"))


def test_contact_without_an_account_has_an_empty_history(client, sms, today):
    make_patient(consents=())
    log_in(client, sms)

    assert "Здесь будут начисления и списания." in text_of(client.get("/history/"))


def test_history_of_somebody_else_is_not_reached_by_its_key(client, sms, anna):
    vera = make_member("Петрова", "Вера", "+79160000001")
    give_points(vera, 77_777, at=NOON)
    log_in(client, sms)

    newest = posting.spend(account_id=vera.standing.account_id, units=1, key="vera", at=NOON).operation_id
    assert amounts(client.get(f"/history/?before={newest + 1000}")) == [-100, 3000, -450, 450]


def test_page_takes_the_same_queries_however_long_the_history(client, sms, anna, django_assert_num_queries):
    log_in(client, sms)
    client.get("/history/")
    with django_assert_num_queries(8):
        client.get("/history/")
    for number in range(40):
        give_points(anna, 10, last_day=date(2027, 1, 1) + timedelta(days=number), at=NOON, key=f"more:{number}")

    with django_assert_num_queries(8):
        assert len(amounts(client.get("/history/"))) == 30


def test_english_history_has_no_cyrillic(sms, anna):
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    log_in(client, sms)

    page = said(text_of(client.get("/history/")))

    assert "November 2026 Spent at a visit −100" in page
    assert not re.search("[а-яё]", page.replace("Анна", ""), re.IGNORECASE)
