"""Addresses that clinics print and patients send on. They open the public pages, whoever shows them."""

from django.conf import settings
from django.urls import reverse


def channel_link(code: str) -> str:
    return _absolute("channel_link", code)


def friend_link(code: str) -> str:
    return _absolute("friend_link", code)


def without_scheme(link: str) -> str:
    """As a person reads it: `clinic.ru/f/ANNA-7K2`."""
    return link.partition("://")[2].rstrip("/")


def _absolute(name: str, code: str) -> str:
    return settings.PUBLIC_URL.rstrip("/") + reverse(name, kwargs={"code": code})
