"""The list and the page of a version: where drafts come from, who may do what, and when a version starts."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinics.models import AuditEvent
from loyalty.models import ProgramVersion
from loyalty.program.drafts import change_draft
from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft, current_program, publish
from tests.desk.desk_pages import text_of
from tests.people import make_staff
from tests.program_page.full_program import full_document
from tests.program_page.pages import PROGRAM, controls
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
TOMORROW = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)  # midnight in Moscow


def numbers():
    return list(ProgramVersion.objects.order_by("number").values_list("number", "status"))


def upload(client, content):
    file = SimpleUploadedFile("program.json", content, content_type="application/json")
    return client.post(f"{PROGRAM}import/", {"file": file})


def publish_page(client, number=1):
    return controls(client.get(f"{PROGRAM}{number}/publish/"))


def publish_by_page(client, number=1, **changes):
    url = f"{PROGRAM}{number}/publish/"
    return client.post(url, publish_page(client, number) | {"when": "day"} | changes)


def test_network_without_a_program_begins_with_a_preset(client, maria):
    empty = text_of(client.get(PROGRAM))
    answer = client.post(f"{PROGRAM}new/", {"preset": "cosmetology"})

    version = ProgramVersion.objects.get()
    assert "Программы пока нет" in empty
    assert answer.url == f"{PROGRAM}1/"
    assert (version.document, version.created_by) == (read_preset("cosmetology"), maria)


def test_versions_are_listed_by_what_they_are(client, maria):
    publish_preset(starts_at=datetime(2025, 1, 1, tzinfo=UTC))
    publish_preset(starts_at=datetime(2025, 12, 31, 21, tzinfo=UTC))
    publish_preset("cosmetology", starts_at=TOMORROW)
    create_draft(document=read_preset("dentistry"), title="Весна", at=NOON, actor=maria)

    answer = client.get(PROGRAM)

    groups = [(group.heading, [row.number for row in group.rows]) for group in answer.context["groups"]]
    assert groups == [
        ("Действует сейчас", [2]),
        ("Начнут действовать", [3]),
        ("Черновики", [4]),
        ("Действовали раньше", [1]),
    ]
    text = text_of(answer)
    assert "Действует с 1 января." in text
    assert "Начнёт действовать 23 ноября." in text
    assert "Изменён 22 ноября, 12:00, maria." in text


def test_new_draft_of_a_version_is_its_copy(client, maria):
    version = publish_preset()

    answer = client.post(f"{PROGRAM}new/", {"version": "1"})

    assert answer.url == f"{PROGRAM}2/"
    assert ProgramVersion.objects.get(number=2).document == version.document


@pytest.mark.parametrize(
    "posted", [{}, {"version": "9"}, {"version": "x"}, {"preset": "../../etc"}, {"version": "9" * 40}]
)
def test_draft_of_nothing_is_not_made(client, maria, posted):
    assert client.post(f"{PROGRAM}new/", posted).status_code == 404
    assert numbers() == []


def test_exported_file_is_imported_as_the_same_program(client, maria):
    create_draft(document=full_document(), at=NOON, actor=maria)

    file = client.get(f"{PROGRAM}1/file/")
    answer = upload(client, file.content)

    assert file["Content-Disposition"] == 'attachment; filename="program_v1.json"'
    assert answer.url == f"{PROGRAM}2/"
    assert ProgramVersion.objects.get(number=2).document == full_document()


def test_all_faults_of_a_file_are_listed_with_their_paths_and_nothing_is_stored(client, maria):
    document = read_preset("dentistry")
    document["points"]["value_kopecks"] = "<b>много</b>"
    document["welcom"] = {}

    answer = upload(client, json.dumps(document).encode())

    assert answer.status_code == 422
    text = text_of(answer)
    assert "Файл не принят: исправьте 2 места. Ничего не записано." in text
    assert "$.points.value_kopecks" in text
    assert "$.welcom" in text
    assert numbers() == []


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[" * 100_000, b"{}", b"x" * 2_000_001], ids=len)
def test_files_that_are_no_program_are_refused_in_words(client, maria, content):
    answer = upload(client, content)

    assert answer.status_code == 422
    assert "Файл не принят" in text_of(answer)
    assert numbers() == []


def test_import_without_a_file_asks_for_one(client, maria):
    answer = client.post(f"{PROGRAM}import/", {})

    assert answer.status_code == 422
    assert "Сначала выберите файл." in text_of(answer)


def test_page_of_a_version_numbers_its_sentences_and_offers_no_forms(client, maria):
    publish_preset()

    answer = client.get(f"{PROGRAM}1/")

    text = text_of(answer)
    told = [sentence.number for chapter in answer.context["chapters"] for sentence in chapter.sentences]
    assert "Новый участник получает 250 баллов." in text
    assert told == list(range(1, len(told) + 1))
    assert "/part/" not in answer.content.decode()


def test_every_sentence_of_a_draft_opens_a_form(client, maria):
    create_draft(document=full_document(), at=NOON, actor=maria)

    answer = client.get(f"{PROGRAM}1/")

    told = [sentence for chapter in answer.context["chapters"] for sentence in chapter.sentences]
    urls = {sentence.edit_url for sentence in told}
    assert len(told) > 40
    assert {client.get(url).status_code for url in urls} == {200}
    assert {f"{PROGRAM}1/gift/gift-4/", f"{PROGRAM}1/part/card/", f"{PROGRAM}1/part/manual/"} <= urls


def test_draft_says_what_it_changes_in_the_version_in_force(client, maria):
    publish_preset()
    document = read_preset("dentistry")
    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8
    document.pop("welcome")
    create_draft(document=document, at=NOON, actor=maria)

    text = text_of(client.get(f"{PROGRAM}2/"))

    assert "Что изменится в версии 1" in text
    assert "Было За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %." in text
    assert "Стало За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 8 %, Премиум 10 %." in text
    assert "Убрано Новый участник получает 250 баллов." in text


def test_unknown_services_are_worth_a_look_and_lead_to_their_form(client, draft):
    answer = client.get(f"{PROGRAM}1/")

    assert "нет категории «implantation»" in text_of(answer)
    assert {warning.url for warning in answer.context["warnings"]} == {f"{PROGRAM}1/part/redemption/"}


def test_version_starts_at_midnight_of_the_day_in_the_networks_zone(client, draft):
    answer = publish_by_page(client)

    version = ProgramVersion.objects.get()
    assert answer.url == f"{PROGRAM}1/"
    assert version.starts_at == TOMORROW
    assert "Версия 1 начнёт действовать 23 ноября." in text_of(client.get(answer.url))


def test_version_is_put_in_force_at_once(client, draft):
    publish_by_page(client, when="now")

    assert current_program(at=NOON).number == 1


@pytest.mark.parametrize(
    ("typed", "said", "status"),
    [
        ("2026-11-21", "Задним числом нельзя.", 409),
        ("2026-11-22", "Задним числом нельзя.", 409),
        ("", "Выберите день, с которого версия действует.", 422),
        ("31.31.2026", "Это не день.", 422),
    ],
    ids=["yesterday", "today has begun", "empty", "no day"],
)
def test_day_that_can_not_be_is_refused_at_its_field(client, draft, typed, said, status):
    answer = publish_by_page(client, day=typed)

    assert answer.status_code == status
    assert said in str(answer.context["form"].errors["day"])
    assert controls(answer)["day"] == [typed]
    assert numbers() == [(1, "DRAFT")]


def test_two_versions_can_not_start_on_one_day(client, draft):
    publish_preset(starts_at=TOMORROW)

    answer = publish_by_page(client)

    assert "В этот же момент начинается версия 2." in text_of(answer)
    assert numbers()[0] == (1, "DRAFT")


def test_what_has_changed_since_it_was_looked_at_is_shown_before_it_is_published(client, maria, draft):
    olga = make_staff("olga", "manager")
    page = publish_page(client)
    document = read_preset("dentistry")
    document["welcome"]["points"] = 9000
    change_draft(number=1, revision=0, document=document, place="welcome", at=NOON, actor=olga)

    told = client.post(f"{PROGRAM}1/publish/", page)

    assert told.status_code == 409
    assert "изменил другой сотрудник: olga" in text_of(told)
    assert numbers() == [(1, "DRAFT")]
    assert client.post(f"{PROGRAM}1/publish/", controls(told)).status_code == 302


def test_author_of_changed_discounts_is_told_to_ask_another_person(client, maria):
    publish_preset()
    document = read_preset("dentistry") | {"discounts": full_document()["discounts"]}
    create_draft(document=document, at=NOON, actor=maria)

    page = client.get(f"{PROGRAM}2/publish/")
    refused = client.post(f"{PROGRAM}2/publish/", controls(page))
    client.force_login(make_staff("olga", "owner"))
    done = publish_by_page(client, 2)

    assert "Вы один из авторов" in text_of(page)
    assert refused.status_code == 409
    assert "Авторы: maria." in text_of(refused)
    assert done.status_code == 302
    assert ProgramVersion.objects.get(number=2).published_by.username == "olga"


def test_version_to_follow_is_mentioned_before_publishing(client, draft):
    publish_preset(starts_at=TOMORROW + timedelta(days=7))

    assert "Уже опубликована версия 2: она сменит эту 30 ноября." in text_of(client.get(f"{PROGRAM}1/publish/"))


def test_published_version_has_no_publish_page(client, maria, draft):
    publish(number=1, at=NOON, actor=maria)

    assert client.get(f"{PROGRAM}1/publish/").url == f"{PROGRAM}1/"


def test_draft_is_put_aside_and_a_future_version_withdrawn(client, maria, draft):
    publish_preset(starts_at=TOMORROW)

    answers = [client.post(f"{PROGRAM}{number}/archive/") for number in (1, 2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert numbers() == [(1, "ARCHIVED"), (2, "ARCHIVED")]
    assert AuditEvent.objects.filter(code="program.archived", actor=maria).count() == 2


def test_version_in_force_can_not_be_withdrawn(client, maria):
    publish_preset()

    answer = client.post(f"{PROGRAM}1/archive/", follow=True)

    assert "Эта версия уже действовала" in text_of(answer)
    assert numbers() == [(1, "PUBLISHED")]


@pytest.mark.parametrize("address", ["new/", "import/", "1/archive/"])
def test_acts_are_posted(client, draft, address):
    assert client.get(PROGRAM + address).status_code == 405


def test_pages_cost_the_same_number_of_queries_whatever_there_is(client, maria, django_assert_max_num_queries):
    for _ in range(8):
        create_draft(document=full_document(), at=NOON, actor=maria)
    publish_preset()

    for address, most in (("", 6), ("8/", 12), ("8/earning/women/", 14), ("8/part/tiers/", 8), ("8/publish/", 14)):
        with django_assert_max_num_queries(most):
            assert client.get(PROGRAM + address).status_code == 200
