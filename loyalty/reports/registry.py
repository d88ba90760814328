"""Finds the reports and figures: every class of `loyalty.reports.catalogue` that has a code."""

import pkgutil
from collections.abc import Collection, Iterator
from functools import lru_cache
from importlib import import_module
from types import ModuleType
from typing import TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from loyalty.reports import catalogue
from loyalty.reports.report import Figure, Report

Kind = TypeVar("Kind", Report, Figure)


class SameCode(Exception):
    """Two reports, or two figures, have one code."""


def reports_for(user: AbstractBaseUser | AnonymousUser) -> list[Report]:
    """Those that the person may see, in their order."""
    return [report for report in all_reports().values() if may_see(user, report.permissions)]


def figures_for(user: AbstractBaseUser | AnonymousUser) -> list[Figure]:
    return [figure for figure in all_figures().values() if may_see(user, figure.permissions)]


def find_report(code: str) -> Report | None:
    return all_reports().get(code)


def may_see(user: AbstractBaseUser | AnonymousUser, permissions: Collection[str]) -> bool:
    return bool(user.is_active) and user.has_perms(permissions)  # type: ignore[union-attr]


@lru_cache(maxsize=1)
def all_reports() -> dict[str, Report]:
    found = sorted(_classes(Report), key=lambda one: (one.order, one.code))
    return _by_code([kind() for kind in found])


@lru_cache(maxsize=1)
def all_figures() -> dict[str, Figure]:
    found = sorted(_classes(Figure), key=lambda one: (one.order, one.code))
    return _by_code([kind() for kind in found])


def _by_code(found: list[Kind]) -> dict[str, Kind]:
    by_code = {one.code: one for one in found}
    if len(by_code) < len(found):
        raise SameCode(sorted(one.code for one in found))
    return by_code


def _classes(base: type[Kind]) -> Iterator[type[Kind]]:
    for module in _modules():
        for thing in vars(module).values():
            is_own = isinstance(thing, type) and thing.__module__ == module.__name__
            if is_own and issubclass(thing, base) and hasattr(thing, "code"):
                yield thing


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(catalogue.__path__, f"{catalogue.__name__}."):
        yield import_module(found.name)
