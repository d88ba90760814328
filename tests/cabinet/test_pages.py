"""What all cabinet pages share: languages, error pages, nothing inline, nothing cached."""

import re
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, RequestFactory
from django.urls import path
from django.utils.translation import override

from config import urls
from patients.cabinet import errors
from tests.cabinet.pages import ask_code, text_of
from tests.people import make_patient, make_staff

TEMPLATES = Path(__file__).parents[2] / "patients" / "templates"


def fall_over(request):
    raise RuntimeError("for the test")


def refuse(request):
    raise PermissionDenied


class Addresses:
    """The portal's addresses and two more that fail."""

    urlpatterns = [path("fall/", fall_over), path("refuse/", refuse), *urls.urlpatterns]
    handler500 = urls.handler500


def test_unknown_address_says_so_and_leads_home(client):
    answer = client.get("/no/such/page/")

    assert answer.status_code == 404
    assert "Страницы нет Вернуться на главную" in text_of(answer)


def test_unknown_address_leads_staff_back_to_work(client):
    client.force_login(make_staff("rita", "receptionist"))

    answer = client.get("/admin/desk/no-such-page/")

    assert answer.status_code == 404
    assert 'href="/admin/"' in answer.content.decode()


def test_failure_gives_a_reference_that_the_log_has_too(client, settings, caplog):
    settings.ROOT_URLCONF = Addresses
    client.raise_request_exception = False

    answer = client.get("/fall/")

    assert answer.status_code == 500
    reference = re.search(r"Номер для справки: ([0-9A-F]{4}) ·", text_of(answer))[1]
    assert "Мы сломались и уже знаем об этом" in text_of(answer)
    assert f"reference {reference}, GET /fall/" in caplog.text


def test_failure_page_needs_no_database():
    with override("ru"):
        answer = errors.server_error(RequestFactory().get("/"))

    assert "Мы сломались и уже знаем об этом" in answer.content.decode()


def test_forbidden_page_leads_home(client, settings):
    settings.ROOT_URLCONF = Addresses

    answer = client.get("/refuse/")

    assert answer.status_code == 403
    assert "Эта страница вам не открыта Вернуться на главную" in text_of(answer)


def test_form_without_a_token_is_refused_with_a_way_on(db):
    client = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="ru")

    answer = client.post("/login/", {"phone": "89161234567"})

    assert answer.status_code == 403
    assert "Страница устарела" in text_of(answer)
    assert 'href="/login/"' in answer.content.decode()


def test_language_is_switched_by_a_form_and_kept(client):
    answer = client.post("/language/", {"language": "en", "next": "/login/"})

    assert answer["Location"] == "/login/"
    page = text_of(client.get("/login/"))
    assert "Cabinet log-in" in page
    assert not re.search("[а-яё]", page, re.IGNORECASE)


def test_language_switch_never_leads_to_another_site(client):
    answer = client.post("/language/", {"language": "en", "next": "https://evil.example/"})

    assert answer["Location"] == "/"


def test_english_code_page_has_no_cyrillic(sms, client):
    make_patient()
    page = text_of(ask_code(Client(HTTP_ACCEPT_LANGUAGE="en")))

    assert "The code was sent to +7 916 •••45-67" in page
    assert not re.search("[а-яё]", page, re.IGNORECASE)


def test_pages_forbid_what_is_inline_and_hold_none(client):
    policy = client.get("/login/")["Content-Security-Policy"]

    assert "unsafe-inline" not in policy
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)", text), template
        assert not re.search(r"""(src|href)="(https?:)?//""", text), template


@pytest.mark.parametrize("address", ["/login/", "/login/code/", "/login/code/again/", "/logout/", "/"])
def test_no_page_of_the_way_in_may_be_stored_by_a_browser_or_proxy(client, address):
    assert "no-store" in client.get(address)["Cache-Control"]
