"""Shows a short form: what the draft says now, the fields, and every fault next to what it concerns."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.models import ProgramVersion
from loyalty.program.places import Document, Place
from loyalty.program_page.editors import Data, Editor, edit_url
from loyalty.program_page.fault_texts import place_title
from loyalty.program_page.part_form import PartForm
from loyalty.program_page.told_version import sentences_at

LONGEST_REVISION = 10


@dataclass(frozen=True, slots=True)
class Editing:
    """What is edited: a part of a draft. `base` is the draft's document with what the form begins with."""

    version: ProgramVersion
    editor: Editor
    place: Place
    base: Document
    is_new: bool = False

    def form(self, data: Data = None) -> PartForm:
        return PartForm(editor=self.editor, place=self.place, document=self.base, data=data)

    @property
    def title(self) -> str:
        """Of the form: the name of what it changes."""
        named = place_title(self.base, self.place) if self.editor.has_code and not self.is_new else ""
        return named or str(self.editor.title)


def show_form(
    request: HttpRequest, *, editing: Editing, form: PartForm, notice: str = "", status: int = 200
) -> HttpResponse:
    version = editing.version
    elsewhere = [
        (fault, edit_url(number=version.number, document=editing.base, place=fault.place))
        for fault in form.elsewhere
    ]
    context = admin.site.each_context(request) | {
        "title": editing.title,
        "is_nav_sidebar_enabled": False,
        "version": version,
        "editing": editing,
        "form": form,
        "sentences": [] if editing.is_new else sentences_at(version.document, editing.place),
        "elsewhere": elsewhere,
        "fault_count": sum(len(block.errors) for block in form.blocks) + len(form.general) + len(elsewhere),
        "notice": notice,
    }
    return render(request, "loyalty/program_page/edit.html", context, status=status)


def posted_revision(request: HttpRequest) -> int:
    """Of the draft that the person has looked at; -1, which no draft has, for what is unreadable."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < LONGEST_REVISION else -1


def conflict_text(version: ProgramVersion, *, reader: Any) -> str:
    """Who has changed the draft meanwhile, and what to do."""
    if version.changed_at is None or version.changed_by is None:
        return _("The draft has changed meanwhile. Check your values below and save once more.")
    words = {
        "who": version.changed_by.get_full_name() or version.changed_by.get_username(),
        "when": f"{timezone.localtime(version.changed_at):%H:%M}",
    }
    if version.changed_by_id == reader.pk:
        return (
            _(
                "You have changed this draft in another window at %(when)s."
                " Check your values below and save once more."
            )
            % words
        )
    return (
        _("%(who)s has changed this draft at %(when)s. Your values are below: check them and save once more.")
        % words
    )
