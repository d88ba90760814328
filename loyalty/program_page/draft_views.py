"""Drafts come from a version, a preset or a file, go out as a file, and may be put aside."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.models import ProgramVersion
from loyalty.program.drafts import AlreadyStarted, NotTheLast, archive
from loyalty.program.faults import reason
from loyalty.program.files import FaultyProgram, document_text, preset_names, read_document, read_preset
from loyalty.program.versions import create_draft
from loyalty.program_page.access import CHANGE, PUBLISH, actor_of, find_version, program_view
from loyalty.program_page.version_views import show_list
from loyalty.rules.parsing import LARGEST_BYTES


@program_view(permission=CHANGE)
def program_new(request: HttpRequest) -> HttpResponse:
    """A draft of a version (`version` is its number) or of a preset (`preset` is its name)."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    preset = request.POST.get("preset", "")
    if preset in preset_names():
        return _created(request, document=read_preset(preset))
    number = request.POST.get("version", "")
    source = find_version(int(number) if number.isdecimal() and len(number) < 9 else 0)
    return _created(request, document=source.document, copied_from=source)


@program_view(permission=CHANGE)
def program_import(request: HttpRequest) -> HttpResponse:
    """A file becomes a draft, or all its faults are listed with their paths and nothing is stored."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    file = request.FILES.get("file")
    if file is None:
        return show_list(request, status=422, file_faults=[("", _("Choose a file first."))])
    try:
        # One byte more than may be: the reader refuses it in words.
        document = read_document(file.read(LARGEST_BYTES + 1))
    except FaultyProgram as error:
        faults = [(fault.path, reason(fault)) for fault in error.faults]
        return show_list(request, status=422, file_faults=faults, file_name=file.name)
    return _created(request, document=document)


@program_view()
def program_export(request: HttpRequest, number: int) -> HttpResponse:
    """The file that `program_import` and `manage.py program import` read."""
    version = find_version(number)
    answer = HttpResponse(document_text(version.document), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="program_v{number}.json"'
    return answer


@program_view()
def program_archive(request: HttpRequest, number: int) -> HttpResponse:
    """A draft is put aside by those who change drafts, a future version withdrawn by those who publish."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    version = find_version(number)
    permission = CHANGE if version.status == ProgramVersion.Status.DRAFT else PUBLISH
    return _archive(request, number=number, permission=permission)


def _archive(request: HttpRequest, *, number: int, permission: str) -> HttpResponse:
    actor = actor_of(request)
    if not actor.has_perm(permission):
        return HttpResponse(status=403)
    try:
        archive(number=number, at=clock.now(), actor=actor)
    except AlreadyStarted:
        messages.error(request, _("This version has started: receipts go by it. Publish another one instead."))
    except NotTheLast as refusal:
        text = _("Version %(later)s is published to follow this one. Withdraw that one first.")
        messages.error(request, text % {"later": refusal.later})
    else:
        messages.success(request, _("Version %(number)s is in the archive now.") % {"number": number})
    return HttpResponseRedirect(reverse("admin:program_version", kwargs={"number": number}))


def _created(
    request: HttpRequest, *, document: Mapping[str, Any], copied_from: ProgramVersion | None = None
) -> HttpResponse:
    version = create_draft(
        document=dict(document), at=clock.now(), actor=actor_of(request), copied_from=copied_from
    )
    messages.success(request, _("Draft %(number)s is ready: change what you need.") % {"number": version.number})
    return HttpResponseRedirect(reverse("admin:program_version", kwargs={"number": version.number}))
