"""What would have been: asked for, waited for, read, saved; and what each refusal says."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest

from clinics import background_runs
from loyalty.models import ProgramVersion, WhatIfRun
from loyalty.program.versions import create_draft
from loyalty.what_if import claims, running
from tests.desk.desk_pages import text_of
from tests.people import make_staff
from tests.program_page.pages import PROGRAM
from tests.programs import NOON, publish_preset
from tests.what_if.asked import count_here, generous, live_a_year

pytestmark = pytest.mark.django_db
PAGE = f"{PROGRAM}2/what-if/"


@pytest.fixture
def versions(maria):
    """Version 1 in force over a year of fifteen receipts; draft 2 gives more."""
    live_a_year()
    create_draft(document=generous(), at=NOON, actor=maria)


@pytest.fixture
def done(client, versions, monkeypatch):
    """The run that Maria has asked for, counted."""
    count_here(monkeypatch)
    client.post(PAGE, {"months": "12"})
    running.run_waiting(now=lambda: NOON + timedelta(minutes=1))
    return WhatIfRun.objects.get()


def test_button_stands_on_the_draft_and_where_it_is_published(client, versions):
    pages = {address: client.get(PROGRAM + address).content.decode() for address in ("1/", "2/", "2/publish/")}

    assert {address: f'href="{PAGE}"' in html for address, html in pages.items()} == {
        "1/": False,
        "2/": True,
        "2/publish/": True,
    }


def test_a_question_waits_for_a_worker_and_the_page_says_so(client, versions, noon):
    answer = client.post(PAGE, {"months": "6"})

    run = WhatIfRun.objects.get()
    assert (run.state, run.months, run.asked_by.username, answer.url) == (
        "WAITING",
        6,
        "maria",
        f"{PAGE}{run.pk}/",
    )
    waiting = client.get(answer.url)
    assert "Ждёт своей очереди. Обычно расчёт начинается в течение минуты." in text_of(waiting)
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in waiting.content.decode()
    noon.move_to(NOON + timedelta(minutes=3))
    assert "остановилась фоновая работа портала" in text_of(client.get(answer.url))


def test_page_says_how_far_a_run_is(client, versions):
    client.post(PAGE, {"months": "6"})
    run = claims.claim_next(claim="a", at=NOON)
    has_begun = text_of(client.get(PAGE))
    background_runs.renew(run, claim="a", done=12_000, total=45_000)

    answer = client.get(PAGE)

    assert "Расчёт начался." in has_begun
    assert "Посчитано 26 %. Страницу можно закрыть: результат сохранится." in text_of(answer)
    assert 'value="12000" max="45000"' in answer.content.decode()


def test_result_stands_side_by_side_with_the_version_in_force(client, done):
    answer = client.get(PAGE)

    result = answer.context["run"].result
    shown = {measure.title: [cell.text for cell in measure.cells] for measure in result.measures}
    text = text_of(answer)
    assert (result.current, result.draft) == ("Версия 1", "Черновик 2")
    assert shown["Чеков"] == ["15", "15", "0"]
    now, then, difference = (text.replace("\u00a0", "") for text in shown["Начислено баллов"])
    assert int(difference) == int(then) - int(now) > 0
    assert all(measure.definition for measure in result.measures)
    assert "Заденет участников: 5 из 5, чеков: 14 из 15." in text
    assert "Выиграют: 5, вместе получат на" in text
    assert "Пациенты пришли бы в те же дни, на те же услуги и по тем же ценам." in text
    assert [(tier.title, tier.winners.text, tier.losers.text) for tier in result.winners][-1][1:] == ("5", "0")
    assert 'http-equiv="refresh"' not in answer.content.decode()


def test_publishing_page_tells_the_latest_result_of_the_draft_as_it_is(client, done):
    told = text_of(client.get(f"{PROGRAM}2/publish/"))
    ProgramVersion.objects.filter(number=2).update(revision=1)

    stale = text_of(client.get(f"{PROGRAM}2/publish/"))

    assert "Стоимость за 12 месяцев: черновик 2 — 2 803 ₽, ровно столько же, сколько версия 1." in told
    assert "Начислено баллов: 24 268 вместо 15 414; обязательства в конце: 22 715 ₽ вместо 13 861 ₽." in told
    assert "Стоимость за" not in stale
    assert "Какими были бы чеки прошлых месяцев по этому черновику?" in stale


def test_result_says_what_has_changed_since(client, done):
    ProgramVersion.objects.filter(number=2).update(revision=1)
    publish_preset(starts_at=NOON)

    text = text_of(client.get(PAGE))

    assert "С тех пор черновик изменили: здесь он такой, каким был 22 ноября, 12:01." in text
    assert "Теперь действует версия 3, а здесь сравнение с версией 1." in text


def test_months_without_receipts_are_said_to_be_empty(client, maria, monkeypatch):
    count_here(monkeypatch)
    publish_preset()
    create_draft(document=generous(), at=NOON, actor=maria)
    client.post(PAGE, {"months": "1"})
    running.run_waiting(now=lambda: NOON)

    answer = client.get(PAGE)

    assert "За эти месяцы нет ни одного чека, считать нечего." in text_of(answer)
    assert answer.context["run"].result is None


def test_a_broken_run_says_what_to_do(client, versions):
    client.post(PAGE, {"months": "12"})
    WhatIfRun.objects.update(state="FAILED", attempts=2)
    run = WhatIfRun.objects.get()

    text = text_of(client.get(f"{PAGE}{run.pk}/"))

    assert "Расчёт дважды оборвался, поэтому результата нет." in text
    assert f"назовите тем, кто обслуживает портал, номер {run.pk}." in text


@pytest.mark.parametrize("months", ["", "7", "x", "-1"])
def test_months_are_chosen_from_the_list(client, versions, months):
    answer = client.post(PAGE, {"months": months})

    assert answer.status_code == 422
    assert "Выберите, за сколько месяцев." in text_of(answer)
    assert not WhatIfRun.objects.exists()


def test_version_in_force_is_compared_with_nothing(client, versions):
    shown, posted = client.get(f"{PROGRAM}1/what-if/"), client.post(f"{PROGRAM}1/what-if/", {"months": "12"})

    assert "Эта версия и так действует, сравнивать её не с чем." in text_of(shown)
    assert (posted.status_code, WhatIfRun.objects.count()) == (409, 0)


def test_first_program_has_nothing_to_be_compared_with(client, draft):
    shown, posted = client.get(f"{PROGRAM}1/what-if/"), client.post(f"{PROGRAM}1/what-if/", {"months": "12"})

    assert "Пока не действует ни одна версия, сравнивать не с чем." in text_of(shown)
    assert (posted.status_code, WhatIfRun.objects.count()) == (409, 0)


@pytest.mark.parametrize(
    ("role", "status"),
    [("receptionist", 403), ("senior", 403), ("marketer", 403), ("manager", 200), ("owner", 200)],
)
def test_those_who_change_the_program_ask(client, done, role, status):
    client.force_login(make_staff("someone", role))
    addresses = (PAGE, f"{PAGE}{done.pk}/", f"{PAGE}{done.pk}/xlsx/")

    read = {client.get(address).status_code for address in addresses}
    client.post(PAGE, {"months": "3"})

    assert read == {status}
    assert WhatIfRun.objects.count() == (2 if status == 200 else 1)


def test_a_run_is_found_under_its_own_version_only(client, done):
    addresses = [f"{PROGRAM}1/what-if/{done.pk}/", f"{PAGE}{done.pk + 1}/", f"{PROGRAM}1/what-if/{done.pk}/xlsx/"]

    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]


def test_a_run_without_result_has_no_file(client, versions):
    client.post(PAGE, {"months": "12"})

    assert client.get(f"{PAGE}{WhatIfRun.objects.get().pk}/xlsx/").status_code == 404


def test_earlier_results_are_listed_and_cost_no_more(client, done, django_assert_max_num_queries):
    for _number in range(8):
        done.pk = None
        done.save(force_insert=True)

    with django_assert_max_num_queries(9):
        answer = client.get(PAGE)

    assert len(answer.context["earlier"]) == 5
    assert answer.context["earlier"][0]["text"] == "12 месяцев: 22\u00a0ноября, 12:00, maria"


def test_file_holds_the_numbers_of_the_screen_with_their_types(client, done):
    answer = client.get(f"{PAGE}{done.pk}/xlsx/")

    book = openpyxl.load_workbook(BytesIO(answer.content))
    totals = {row[0]: row[1:] for row in book["Итоги"].iter_rows(values_only=True)}
    shown = {measure.title: measure for measure in client.get(PAGE).context["run"].result.measures}
    assert answer["Content-Disposition"] == 'attachment; filename="what_if_v2_12m_2026-11-22.xlsx"'
    assert book.sheetnames == ["Итоги", "По уровням", "Кто выиграет и кто проиграет", "Параметры"]
    assert totals["Что"] == ("Версия 1", "Черновик 2", "Разница", "Как считаем")
    assert [title for title in totals if title != "Что"] == list(shown)
    for title, (now, then, _difference, definition) in totals.items():
        if title != "Что":
            measure = shown[title]
            scale = {"money": 100, "rate": 10_000, "average": 100}.get(measure.now.kind, 1)
            assert (round(now * scale), round(then * scale)) == (measure.now.value, measure.then.value)
            assert definition == measure.definition
    cost, rate = book["Итоги"]["B2"], book["Итоги"]["B3"]
    assert (cost.data_type, cost.number_format, rate.number_format) == ("n", '#,##0.00 "₽"', "0.00%")
    assert book["Итоги"].freeze_panes == "A2"
    parameters = dict(row[:2] for row in book["Параметры"].iter_rows(max_row=8, values_only=True))
    assert parameters["Чеки за"] == "12 месяцев"
    assert f"{parameters['С']:%d.%m.%Y %H:%M}" == "22.11.2025 00:00"


def test_a_title_that_looks_like_a_formula_stays_a_title(client, done):
    ProgramVersion.objects.filter(number=2).update(title='=HYPERLINK("http://evil.example","x")')

    book = openpyxl.load_workbook(BytesIO(client.get(f"{PAGE}{done.pk}/xlsx/").content))

    cell = book["Параметры"]["B1"]
    assert (cell.data_type, cell.value) == ("s", 'Черновик 2, =HYPERLINK("http://evil.example","x")')
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
