"""Short forms of a draft: each changes one part of the document, or nothing at all."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.models import ProgramVersion
from loyalty.program.drafts import change_draft
from loyalty.program.places import (
    LISTS,
    Document,
    Place,
    RuleKind,
    copy_of,
    put_value,
    rule_place,
    take_out,
    value_at,
)
from loyalty.program.versions import DraftChanged, NotADraft
from loyalty.program_page.access import CHANGE, actor_of, find_version, program_view
from loyalty.program_page.editing_page import Editing, conflict_text, posted_revision, show_form
from loyalty.program_page.editors import EDITORS, NEW, RULE_EDITORS
from loyalty.program_page.part_form import PartForm


@program_view(permission=CHANGE)
def program_part(request: HttpRequest, number: int, slug: str) -> HttpResponse:
    """A part of which a program has one."""
    if slug not in EDITORS:
        raise Http404
    version = find_version(number)
    editor = EDITORS[slug]
    is_new = value_at(version.document, editor.place) is None
    return _edit(request, Editing(version, editor, editor.place, version.document, is_new=is_new))


@program_view(permission=CHANGE)
def program_rule(request: HttpRequest, number: int, kind: str, code: str) -> HttpResponse:
    """A rule, promotion or gift by its code; `new` for one more, which may begin as a copy."""
    if kind not in list(RuleKind):
        raise Http404
    version = find_version(number)
    rule_kind = RuleKind(kind)
    editor = RULE_EDITORS[rule_kind]
    if code == NEW:
        place, base = _new_rule(version.document, rule_kind, copied=request.GET.get("copy", ""))
        return _edit(request, Editing(version, editor, place, base, is_new=True))
    found = rule_place(version.document, rule_kind, code)
    if found is None:
        messages.warning(request, _("This rule is no longer in the draft."))
        return _to_version(version)
    return _edit(request, Editing(version, editor, found, version.document))


def _new_rule(document: Document, kind: RuleKind, *, copied: str) -> tuple[Place, Document]:
    place: Place = (*LISTS[kind], len(value_at(document, LISTS[kind]) or []))
    source = rule_place(document, kind, copied)
    if source is None:
        return place, document
    base = copy_of(document)
    rule = copy_of(value_at(base, source))
    del rule["code"]
    rule["title"] = {
        language: _("%(title)s (copy)") % {"title": title} for language, title in rule["title"].items()
    }
    put_value(base, place, rule)
    return place, base


def _edit(request: HttpRequest, editing: Editing) -> HttpResponse:
    version = editing.version
    if version.status != ProgramVersion.Status.DRAFT:
        messages.warning(
            request, _("This version is no longer a draft: it never changes. Make a new draft of it.")
        )
        return _to_version(version)
    if request.method != "POST":
        return show_form(request, editing=editing, form=editing.form())
    if "again" in request.POST:
        return show_form(request, editing=editing, form=editing.form(request.POST).cleaned())
    if "remove" in request.POST:
        return _remove(request, editing)
    form = editing.form(request.POST)
    changed = form.changed_document()
    if changed is None:
        return show_form(request, editing=editing, form=form, status=422)
    return _save(request, editing, form, changed)


def _remove(request: HttpRequest, editing: Editing) -> HttpResponse:
    """The part goes away whole, if the rest of the program can do without it."""
    if not editing.editor.removal or editing.is_new:
        raise Http404
    form = editing.form()
    changed = copy_of(editing.base)
    take_out(changed, editing.place, keep=editing.place[:-1])
    if not form.accepts(changed):
        return show_form(request, editing=editing, form=form, status=422)
    return _save(request, editing, form, changed)


def _save(request: HttpRequest, editing: Editing, form: PartForm, changed: dict[str, Any]) -> HttpResponse:
    version = editing.version
    try:
        change_draft(
            number=version.number,
            revision=posted_revision(request),
            document=changed,
            place=".".join(map(str, editing.place)) or editing.editor.slug,
            at=clock.now(),
            actor=actor_of(request),
        )
    except DraftChanged as refusal:
        version.revision = refusal.version.revision
        notice = conflict_text(refusal.version, reader=request.user)
        return show_form(request, editing=editing, form=form, notice=notice, status=409)
    except NotADraft:
        messages.warning(
            request, _("This version is no longer a draft: it never changes. Make a new draft of it.")
        )
        return _to_version(version)
    messages.success(request, _("Saved in the draft. Patients notice nothing until you publish it."))
    return _to_version(version)


def _to_version(version: ProgramVersion) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:program_version", kwargs={"number": version.number}))
