"""The list of sections that every page of the admin shows beside it."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from clinics.admin_sections import Section

register = template.Library()


@register.simple_tag
def sections_drawn(sections: Iterable[dict[str, Any]], *, has_change_links: bool) -> SafeString:
    """A third of a page's time is drawing some sixty lines of it: the same list is drawn once."""
    return _draw(tuple(Section(**section) for section in sections), has_change_links, get_language())


@lru_cache(maxsize=200)  # of some 15 KB; a role has as many as it has pages
def _draw(sections: tuple[Section, ...], has_change_links: bool, language: str) -> SafeString:
    """Everything that the words depend on is an argument; the language is the active one."""
    return render_to_string(
        "admin/app_list_drawn.html", {"app_list": sections, "show_changelinks": has_change_links}
    )
