"""Sections of the admin in the clinic's own order, and which of them a person may open.

Every page of the admin lists them. Their names and addresses are the same for everybody and looked up once per
language; what the person may open is asked for each page.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from operator import attrgetter
from typing import Any, NamedTuple

from django.apps import AppConfig, apps
from django.contrib.admin import AdminSite
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

APP_ORDER = ("patients", "loyalty", "notifications", "clinics", "auth", "django_celery_beat")

# Sections of a library in the words of a clinic; its own models cannot be renamed without a migration of its.
LIBRARY_TITLES: dict[str, Any] = {
    "CrontabSchedule": _("Hours of the day"),
    "IntervalSchedule": _("Intervals"),
    "PeriodicTask": _("What runs by itself"),
}


class SectionPage(NamedTuple):
    """The pages of one model. An address is "" where the person may not go."""

    model: type[Model]
    name: str
    key: str
    admin_url: str
    add_url: str
    view_only: bool = False
    is_current: bool = False


class Section(NamedTuple):
    """The models of one app. `is_current` tells that the shown page is among its own."""

    app_label: str
    name: str
    app_url: str
    models: tuple[SectionPage, ...]
    is_current: bool = False


def open_sections(site: AdminSite, request: HttpRequest, app_label: str | None) -> list[dict[str, Any]]:
    """What the person may open of the section named, or of all; as dicts, which Django's own pages read."""
    opened = (
        section._replace(
            models=tuple(_open_pages(site, request, section.models)), is_current=section.app_url in request.path
        )
        for section in _all_sections(site, get_language())
        if app_label in {None, section.app_label}
    )
    return [section._asdict() for section in opened if section.models]


def _open_pages(site: AdminSite, request: HttpRequest, pages: Iterable[SectionPage]) -> Iterator[SectionPage]:
    for page in pages:
        model_admin = site.get_model_admin(page.model)
        may = model_admin.get_model_perms(request)
        if not (any(may.values()) and model_admin.has_module_permission(request)):
            continue
        is_seen = may["view"] or may["change"]
        yield page._replace(
            admin_url=page.admin_url if is_seen else "",
            add_url=page.add_url if may["add"] else "",
            view_only=not may["change"],
            is_current=is_seen and page.admin_url in request.path,
        )


@lru_cache
def _all_sections(site: AdminSite, language: str) -> tuple[Section, ...]:
    """Everything the site has, in the words of the language, which is the active one."""
    by_label = attrgetter("_meta.app_label")
    sections = (
        _section(site, app=apps.get_app_config(label), models=models)
        for label, models in groupby(sorted(site._registry, key=by_label), by_label)
    )
    return tuple(sorted(sections, key=lambda section: (_place(section.app_label), section.name)))


def _section(site: AdminSite, *, app: AppConfig, models: Iterable[type[Model]]) -> Section:
    pages = (_page(site, model) for model in models)
    return Section(
        app_label=app.label,
        name=str(LIBRARY_TITLES.get(app.label, app.verbose_name)),
        app_url=reverse("admin:app_list", kwargs={"app_label": app.label}, current_app=site.name),
        models=tuple(sorted(pages, key=attrgetter("name"))),
    )


def _page(site: AdminSite, model: type[Model]) -> SectionPage:
    opts = model._meta
    return SectionPage(
        model=model,
        name=str(LIBRARY_TITLES.get(str(opts.object_name), capfirst(opts.verbose_name_plural))),
        key=str(opts.model_name),
        admin_url=reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist", current_app=site.name),
        add_url=reverse(f"admin:{opts.app_label}_{opts.model_name}_add", current_app=site.name),
    )


def _place(app_label: str) -> int:
    return APP_ORDER.index(app_label) if app_label in APP_ORDER else len(APP_ORDER)
