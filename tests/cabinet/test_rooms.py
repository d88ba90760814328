"""The frame of the cabinet's rooms: the bar, the header, and which room a page belongs to."""

import re

import pytest
from django.test import RequestFactory

from patients.templatetags import cabinet_rooms
from tests.cabinet.pages import log_in, text_of
from tests.people import make_patient

CURRENT = re.compile(r'<a href="([^"]+)" aria-current="page"')


@pytest.mark.parametrize("address", ["/", "/card/", "/program/"])
def test_every_room_has_the_bar_the_side_rooms_and_the_way_out(client, sms, address):
    make_patient()
    log_in(client, sms)

    page = client.get(address)

    assert 'class="bar"' in page.content.decode()
    assert "Главная История Награды Друзья" in text_of(page)
    assert 'action="/logout/"' in page.content.decode()


def test_bar_says_where_one_is(client, sms):
    make_patient()
    log_in(client, sms)

    assert CURRENT.findall(client.get("/").content.decode()) == ["/"]
    assert CURRENT.findall(client.get("/card/").content.decode()) == []


def test_page_inside_a_room_belongs_to_it(monkeypatch):
    monkeypatch.setattr(
        cabinet_rooms, "reverse", {"cabinet_home": "/", "cabinet_history": "/history/"}.__getitem__
    )
    monkeypatch.setattr(cabinet_rooms, "BAR", cabinet_rooms.BAR[:2])

    links = cabinet_rooms.cabinet_bar({"request": RequestFactory().get("/history/filter/")})["rooms"]

    assert [(link.url, link.is_current) for link in links] == [("/", False), ("/history/", True)]


def test_pages_before_the_log_in_have_no_bar(client):
    assert 'class="bar"' not in client.get("/login/").content.decode()
