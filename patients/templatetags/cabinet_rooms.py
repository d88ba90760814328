"""The cabinet's rooms in its bar, and its side rooms in the header. The only place that names them."""

from dataclasses import dataclass
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

register = template.Library()


@dataclass(frozen=True, slots=True)
class Room:
    """`icon` is the name of a drawing in `cabinet/icon.html`."""

    url_name: str
    title: str | Promise
    icon: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    title: str | Promise
    icon: str
    is_current: bool


BAR = (
    Room("cabinet_home", pgettext_lazy("room of the cabinet", "Home"), "home"),
    Room("cabinet_history", _("History"), "history"),
    Room("cabinet_rewards", _("Rewards"), "rewards"),
    Room("cabinet_friends", _("Friends"), "friends"),
)
SIDE = (
    Room("cabinet_help", _("Help"), "help"),
    Room("cabinet_settings", _("Settings"), "settings"),
)


@register.inclusion_tag("cabinet/bar.html", takes_context=True)
def cabinet_bar(context: dict[str, Any]) -> dict[str, Any]:
    """The four rooms, always in the same place."""
    return {"rooms": _links(BAR, path=context["request"].path)}


@register.inclusion_tag("cabinet/side.html", takes_context=True)
def cabinet_side(context: dict[str, Any]) -> dict[str, Any]:
    return {"rooms": _links(SIDE, path=context["request"].path)}


def _links(rooms: tuple[Room, ...], *, path: str) -> list[Link]:
    addresses = {room: reverse(room.url_name) for room in rooms}
    return [
        Link(url=url, title=room.title, icon=room.icon, is_current=_is_current(url, path=path))
        for room, url in addresses.items()
    ]


def _is_current(url: str, *, path: str) -> bool:
    """A page inside a room belongs to it; every page is inside of `/`, so home is itself alone."""
    return path == url if url == "/" else path.startswith(url)
