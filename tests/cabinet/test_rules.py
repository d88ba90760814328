"""The rules in force: one tap from home, and on a page for everybody that knows nobody."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from loyalty.program.sentences import Reader, tell_program
from tests.cabinet.pages import log_in, text_of
from tests.programs import IN_FORCE_FROM, NOON, make_member, publish_preset
from tests.rules.build import preset

pytestmark = pytest.mark.django_db

PUBLIC_PAGES = ["/rules/", "/rules/en/", "/rules/print/", "/rules/en/print/"]


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)


def said(answer):
    return text_of(answer).replace("\u00a0", " ")


def sentences():
    return [
        sentence.text.replace("\u00a0", " ")
        for sentence in tell_program(preset("dentistry"), reader=Reader.PATIENT)
    ]


def test_cabinet_shows_the_rules_one_tap_from_home(client, sms):
    publish_preset()
    make_member()
    log_in(client, sms)

    home = client.get("/").content.decode()
    answer = client.get("/program/")

    assert '<a href="/program/">Правила программы</a>' in home
    assert "«Стоматология», действуют с 01.01.2025, версия 1" in said(answer)
    assert all(sentence in said(answer) for sentence in sentences())
    assert "no-store" in answer["Cache-Control"]


def test_cabinet_rules_are_for_patients_alone(client):
    publish_preset()

    assert client.get("/program/")["Location"] == "/login/?next=/program/"
    assert client.post("/rules/").status_code == 405


def test_public_page_needs_no_log_in_and_says_the_same(client):
    publish_preset()

    answer = client.get("/rules/")

    assert answer.status_code == 200
    assert [sentence for sentence in sentences() if sentence not in said(answer)] == []
    assert said(answer).index("Новый участник получает 250 баллов.") < said(answer).index("За оплату начисляем")


def test_english_page_has_no_cyrillic_whatever_the_browser_prefers(client):
    publish_preset()

    answer = client.get("/rules/en/")

    assert "A new member gets 250 points." in said(answer)
    assert not re.search("[а-яё]", said(answer), re.IGNORECASE)
    assert answer["Content-Language"] == "en"
    assert 'href="/rules/"' in answer.content.decode()


def test_russian_page_is_russian_in_an_english_browser():
    publish_preset()

    assert "Новый участник получает 250 баллов." in said(Client(HTTP_ACCEPT_LANGUAGE="en").get("/rules/"))


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_page_sets_no_cookie_and_may_be_cached(client, address):
    publish_preset()

    answer = client.get(address)

    assert answer["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in answer.get("Vary", "")
    assert not answer.cookies


def test_public_page_is_the_same_for_a_person_who_is_logged_in(client, sms):
    publish_preset()
    stranger = client.get("/rules/").content
    make_member()
    log_in(client, sms)

    assert User.objects.count() == 1
    assert client.get("/rules/").content == stranger


@pytest.mark.parametrize("address", PUBLIC_PAGES)
def test_public_page_costs_two_queries_whatever_the_program(client, address, django_assert_num_queries):
    rules = [
        {
            "code": f"rule{number}",
            "title": {"ru": "а", "en": "a"},
            "effect": {"kind": "percent", "percent": 5},
            "when": {"services": [f"service{number}"], "clinics": ["mytishchi"]},
        }
        for number in range(50)
    ]
    publish_preset(earning={"rules": rules})

    with django_assert_num_queries(2):
        answer = client.get(address)

    assert "service49" in said(answer)


def test_version_that_starts_later_is_not_shown_yet(client, monkeypatch):
    publish_preset()
    tomorrow = NOON + timedelta(days=1)
    publish_preset(starts_at=tomorrow, welcome={"points": 300})

    today = said(client.get("/rules/"))
    monkeypatch.setattr("clinics.clock.now", lambda: tomorrow)
    after = said(client.get("/rules/"))

    assert "Новый участник получает 250 баллов." in today
    assert "Новый участник получает 300 баллов." in after
    assert "версия 2" in after


def test_patients_read_nothing_internal(client):
    budget = {"points": 100_000, "period": "month"}
    personal = {
        "code": "vip",
        "title": {"ru": "Для своих", "en": "Insiders"},
        "effect": {"kind": "percent", "percent": 20},
        "when": {"tags": ["vip"]},
    }
    rules = [preset("dentistry")["earning"]["rules"][0] | {"budget": budget}, personal]
    publish_preset(earning={"rules": rules})

    page = said(client.get("/rules/"))

    assert "За оплату начисляем" in page
    for internal in ("100 000", "vip", "Для своих", "не получают напоминаний", "долг"):
        assert internal not in page


def test_promotion_leads_to_its_own_rules(client):
    promotion = {
        "code": "winter",
        "title": {"ru": "Зима", "en": "Winter"},
        "effect": {"kind": "percent", "percent": 10},
        "days": {"first_day": "2026-12-01", "last_day": "2026-12-31"},
        "rules_link": "https://clinic.example/winter",
    }
    publish_preset(discounts={"promotions": [promotion]})

    page = client.get("/rules/").content.decode()

    assert '<a href="https://clinic.example/winter">Правила акции</a>' in page


def test_printed_page_has_every_sentence_and_no_buttons_of_the_cabinet(client):
    publish_preset()

    answer = client.get("/rules/print/")

    assert [sentence for sentence in sentences() if sentence not in said(answer)] == []
    assert "Правила программы «Стоматология», действуют с 01.01.2025, версия 1" in said(answer)
    assert "/login/" not in answer.content.decode()


@pytest.mark.parametrize("address", PUBLIC_PAGES[:3:2])
def test_before_the_first_version_a_page_says_so_kindly(client, address):
    publish_preset(starts_at=NOON + timedelta(days=1))

    answer = client.get(address)

    assert answer.status_code == 200
    assert "Правила ещё не опубликованы. Скоро они будут здесь, а пока спросите на стойке." in said(answer)


def test_rules_can_be_read_before_the_log_in(client):
    assert IN_FORCE_FROM < NOON

    assert '<a href="/rules/">Правила программы</a>' in client.get("/login/").content.decode()
