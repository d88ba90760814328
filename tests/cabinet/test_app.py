"""The cabinet as an app: its manifest, its worker, and what a phone may keep."""

import gzip
import json
import re
import struct
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from patients.cards import block_card
from patients.models import Card
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.test_home import anna, said, today
from tests.programs import NOON

pytestmark = pytest.mark.django_db
__all__ = ["anna", "today"]


def size_of(path: str) -> str:
    """A PNG's own width and height."""
    with open(path, "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return "{}x{}".format(*struct.unpack(">II", head[16:24]))


def test_manifest_names_icons_that_are_as_large_as_it_says(client):
    answer = client.get("/manifest.webmanifest")

    manifest = json.loads(answer.content)
    assert answer["Content-Type"] == "application/manifest+json"
    assert (manifest["start_url"], manifest["scope"], manifest["display"]) == ("/", "/", "standalone")
    assert (manifest["lang"], manifest["short_name"]) == ("ru", "Бонусы")
    sizes = [size_of(finders.find(icon["src"].removeprefix("/static/"))) for icon in manifest["icons"]]
    assert sizes == [icon["sizes"] for icon in manifest["icons"]] == ["192x192", "512x512", "512x512"]
    assert [icon.get("purpose", "any") for icon in manifest["icons"]] == ["any", "any", "maskable"]


def test_every_page_leads_to_the_manifest(client):
    assert '<link rel="manifest" href="/manifest.webmanifest">' in client.get("/login/").content.decode()


def test_worker_keeps_the_shell_and_the_card_and_no_page_of_the_ledger(client):
    answer = client.get("/sw.js")

    constants = dict(re.findall(r"^const ([A-Z]+) = (.+);$", answer.content.decode(), re.MULTILINE))
    assert answer["Content-Type"] == "text/javascript"
    assert answer["Cache-Control"] == "no-cache"
    assert json.loads(constants["SHELL"]) == [
        "/offline/",
        "/static/cabinet/cabinet.css",
        "/static/cabinet/offline.js",
        "/static/cabinet/icon.svg",
    ]
    assert json.loads(constants["CARD"]) == "/card/offline/"
    assert json.loads(constants["ENDS"]) == ["/login/", "/logout/", "/left/"]


def test_stored_card_says_how_old_its_balance_is_and_nothing_of_the_history(client, sms, anna):
    log_in(client, sms)

    page = said(text_of(client.get("/card/offline/")))

    assert "Нет интернета. Карта работает, баланс на 12:00, 22 ноября." in page
    assert str(Card.objects.get(patient=anna)) in page
    assert "Баллы на 12:00: 3 450" in page
    assert "Начислено" not in page
    assert "Код" not in page


def test_without_an_open_card_there_is_nothing_to_store(client, sms, anna):
    block_card(card=Card.objects.get(patient=anna), reason="", at=NOON)
    log_in(client, sms)

    assert client.get("/card/offline/").status_code == 404
    assert "app.js" not in client.get("/").content.decode()


def test_page_for_no_internet_knows_nobody(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        page = client.get("/offline/")

    assert "Страница откроется, как только появится связь." in text_of(page)
    assert not page.cookies


def test_home_weighs_little(client, sms, anna):
    """The page with its styles and scripts, compressed as a server sends them; 100 KB is what it may weigh."""
    log_in(client, sms)
    page = client.get("/").content

    files = re.findall(rb'(?:href|src)="/static/([^"]+\.(?:css|js))"', page)
    weight = sum(len(gzip.compress(Path(finders.find(name.decode())).read_bytes())) for name in files)

    assert len(files) == 2
    assert len(gzip.compress(page)) + weight < 20_000
