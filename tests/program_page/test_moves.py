"""Who is touched by new thresholds, before they are published."""

import pytest

from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft
from tests.desk.desk_pages import text_of
from tests.people import make_clinic, make_staff
from tests.program_page.pages import PROGRAM
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
MOVES = f"{PROGRAM}2/moves/?now=silver&then=gold"


@pytest.fixture
def versions(maria):
    """Version 1 in force; draft 2 gives Gold from 100 000. Anna moves up, Vera of another clinic too."""
    publish_preset(has_welcome=False)
    make_member(tier="silver", turnover=120_000)
    make_member("Стрелкова", "Вера", "+79161112233", tier="silver", turnover=110_000, clinic=make_clinic("ural"))
    make_member("Смирнов", "Борис", "+79161112244", tier="silver", turnover=60_000)
    document = read_preset("dentistry")
    document["tiers"]["levels"][2]["threshold_roubles"] = 100_000
    create_draft(document=document, at=NOON, actor=maria)


def test_tiers_are_counted_now_and_then(client, versions):
    answer = client.get(f"{PROGRAM}2/publish/")

    counts = [(tier.title, tier.now, tier.then, tier.change) for tier in answer.context["moves"].counts]
    assert counts == [
        ("Стандарт", "0", "0", ""),
        ("Серебро", "3", "1", "−2"),
        ("Золото", "0", "2", "+2"),
        ("Премиум", "0", "0", ""),
    ]
    assert "Серебро → Золото: 2" in text_of(answer)


def test_people_behind_a_count_are_those_of_own_clinics(client, versions):
    answer = client.get(MOVES)

    text = text_of(answer)
    assert answer.status_code == 200
    assert "Иванова Анна" in text
    assert "Стрелкова" not in text
    assert "Смирнов" not in text
    assert "9161234567" not in answer.content.decode()


def test_people_are_listed_page_by_page_at_the_same_cost(client, versions, django_assert_max_num_queries):
    for number in range(60):
        make_member("Петров", f"Павел{number:02}", f"+7916555{number:04}", tier="silver", turnover=100_000)

    with django_assert_max_num_queries(9):
        first = client.get(MOVES)
    second = client.get(f"{MOVES}&page=2")

    assert (len(first.context["page"]), len(second.context["page"])) == (50, 11)


@pytest.mark.parametrize(
    "address", ["2/moves/", "2/moves/?now=silver&then=nothing", "9/moves/?now=silver&then=gold"]
)
def test_counts_that_are_not_there_are_not_found(client, versions, address):
    assert client.get(PROGRAM + address).status_code == 404


def test_program_without_tiers_moves_nobody(client, maria):
    create_draft(document=read_preset("cosmetology"), at=NOON, actor=maria)

    assert client.get(f"{PROGRAM}1/publish/").context["moves"] is None


@pytest.mark.parametrize(("role", "status"), [("receptionist", 403), ("marketer", 200), ("owner", 200)])
def test_people_are_for_those_who_read_program_and_patients(client, versions, role, status):
    client.force_login(make_staff("someone", role))

    assert client.get(MOVES).status_code == status
