"""The list of versions and the page of one."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics import clock
from clinics.admin_pages import own_clinics
from loyalty.models import ProgramVersion
from loyalty.program.comparison import compare_versions
from loyalty.program.files import preset_names
from loyalty.program.versions import compiled_version, replaced_by, version_at
from loyalty.program_page.access import CHANGE, PUBLISH, find_version, program_view
from loyalty.program_page.budgets import BudgetUse, read_budgets
from loyalty.program_page.told_version import tell_version
from loyalty.program_page.version_list import read_versions, version_row
from loyalty.program_page.version_warnings import warnings_of

PRESETS = {"dentistry": lambda: _("Dentistry"), "cosmetology": lambda: _("Cosmetology")}


@program_view()
def program(request: HttpRequest) -> HttpResponse:
    return show_list(request)


@program_view()
def program_version(request: HttpRequest, number: int) -> HttpResponse:
    version, at = find_version(number), clock.now()
    current = version_at(at)
    row = version_row(version, current_id=current.pk if current else None, at=at)
    may_change, may_publish = request.user.has_perm(CHANGE), request.user.has_perm(PUBLISH)
    is_draft = version.status == ProgramVersion.Status.DRAFT
    old = replaced_by(version, at=at)
    context = admin.site.each_context(request) | {
        "title": _("Version %(number)s") % {"number": number},
        "is_version_page": True,
        "is_nav_sidebar_enabled": False,
        "version": version,
        "row": row,
        "is_draft": is_draft,
        "chapters": tell_version(version, is_editable=is_draft and may_change),
        "old": old,
        "changes": compare_versions(old, version) if old is not None and is_draft else [],
        "budgets": _budgets(request, version=version, at=at) if row.state == "current" else [],
        "warnings": warnings_of(version, at=at) if is_draft else [],
        "may_change": may_change,
        "may_publish": may_publish,
        "may_archive": (is_draft and may_change) or (row.state == "future" and may_publish),
    }
    return render(request, "loyalty/program_page/version.html", context)


def _budgets(request: HttpRequest, *, version: ProgramVersion, at: datetime) -> list[BudgetUse]:
    day = timezone.localtime(at).date()
    return read_budgets(compiled_version(version), clinics=own_clinics(request), day=day)


def show_list(request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The list with what was wrong with an uploaded file, if one was."""
    context = admin.site.each_context(request) | {
        "title": _("Program"),
        "is_nav_sidebar_enabled": False,
        "groups": read_versions(at=clock.now()),
        "presets": [(name, PRESETS[name]() if name in PRESETS else name) for name in preset_names()],
        "may_change": request.user.has_perm(CHANGE),
        **extra,
    }
    return render(request, "loyalty/program_page/list.html", context, status=status)
