"""Puts a draft in force: what it changes and what to look at first, then the day, then the act."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from clinics.number_texts import moment_text
from loyalty.models import ProgramVersion
from loyalty.program.comparison import compare_versions
from loyalty.program.files import FaultyProgram
from loyalty.program.second_person import SecondPersonNeeded, needs_second_person
from loyalty.program.versions import Backdated, DraftChanged, NotADraft, StartTaken, publish, version_at
from loyalty.program_page.access import CHANGE, PUBLISH, VIEW_PATIENT, actor_of, find_version, program_view
from loyalty.program_page.editing_page import conflict_text, posted_revision
from loyalty.program_page.fault_texts import fault_text
from loyalty.program_page.moves_views import read_moves
from loyalty.program_page.version_list import person
from loyalty.program_page.version_warnings import warnings_of
from loyalty.program_page.what_if_run import tried_text

AT_ONCE, FROM_DAY = "now", "day"


class PublishForm(forms.Form):
    """From the beginning of a day in the network's own zone, or at once."""

    when = forms.ChoiceField(
        choices=((FROM_DAY, gettext_lazy("From the beginning of a day")), (AT_ONCE, gettext_lazy("At once"))),
        widget=forms.RadioSelect,
    )
    day = forms.DateField(
        required=False,
        label=gettext_lazy("Which day"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("This is not a day. Choose one.")},
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = self.cleaned_data
        if data.get("when") == FROM_DAY and data.get("day") is None and "day" not in self.errors:
            self.add_error("day", _("Choose the day from which the version is in force."))
        return data

    @property
    def starts_at(self) -> datetime | None:
        """None: at once."""
        day = self.cleaned_data["day"]
        return (
            None if self.cleaned_data["when"] == AT_ONCE else timezone.make_aware(datetime.combine(day, time.min))
        )


@program_view(permission=PUBLISH)
def program_publish(request: HttpRequest, number: int) -> HttpResponse:
    version, at = find_version(number), clock.now()
    if version.status != ProgramVersion.Status.DRAFT:
        messages.warning(request, _("This version is no longer a draft."))
        return _to_version(number)
    if request.method == "POST":
        return _publish(request, version, PublishForm(request.POST), at=at)
    tomorrow = timezone.localtime(at).date() + timedelta(days=1)
    # The first version ever ends no other one in the middle of a day, and the desk waits for it.
    when = AT_ONCE if version_at(at) is None else FROM_DAY
    return _show(request, version, PublishForm(initial={"when": when, "day": tomorrow}), at=at)


def _publish(request: HttpRequest, version: ProgramVersion, form: PublishForm, *, at: datetime) -> HttpResponse:
    """What the person has looked at is what is published: another revision is shown first."""
    if not form.is_valid():
        return _show(request, version, form, at=at, status=422)
    actor, revision = actor_of(request), posted_revision(request)
    try:
        published = publish(number=version.number, at=at, actor=actor, starts_at=form.starts_at, revision=revision)
    except NotADraft:
        messages.warning(request, _("This version is no longer a draft."))
        return _to_version(version.number)
    except DraftChanged as refusal:
        notice = conflict_text(refusal.version, reader=actor)
        return _show(request, refusal.version, form, at=at, notice=notice, status=409)
    except FaultyProgram as refusal:
        return _show(request, version, form, at=at, faults=refusal.faults, status=409)
    except (Backdated, StartTaken, SecondPersonNeeded) as refusal:
        if not isinstance(refusal, SecondPersonNeeded):
            form.add_error("day", _day_error(refusal))
        return _show(request, version, form, at=at, status=409)
    messages.success(request, _result_text(published, at=at))
    return _to_version(version.number)


def _day_error(refusal: Backdated | StartTaken) -> str:
    if isinstance(refusal, Backdated):
        return _("A version can't start in the past. Choose a later day, or “At once”.")
    text = _("Version %(number)s starts at the same moment. Choose another day.")
    return text % {"number": refusal.number}


def _result_text(version: ProgramVersion, *, at: datetime) -> str:
    starts_at = version.starts_at or at
    words = {"number": version.number, "moment": moment_text(starts_at, at=at)}
    if starts_at <= at:
        return _("Version %(number)s is in force.") % words
    return _("Version %(number)s starts %(moment)s.") % words


def _show(
    request: HttpRequest,
    version: ProgramVersion,
    form: PublishForm,
    *,
    at: datetime,
    notice: str = "",
    faults: Any = (),
    status: int = 200,
) -> HttpResponse:
    starts_at = _wanted_start(form, at=at)
    old = version_at(starts_at)
    context = admin.site.each_context(request) | {
        "title": _("Publish"),
        "is_nav_sidebar_enabled": False,
        "version": version,
        "form": form,
        "old": old,
        "changes": compare_versions(old, version) if old is not None else [],
        "moves": read_moves(version, old=old, at=at),
        "may_change": actor_of(request).has_perm(CHANGE),
        "tried": tried_text(version, compared=old),
        "may_see_patients": actor_of(request).has_perm(VIEW_PATIENT),
        "warnings": warnings_of(version, at=at),
        "faults": [fault_text(fault, document=version.document) for fault in faults],
        "notice": notice,
        "authors": _authors(version) if needs_second_person(version, replaced=old) else [],
        "is_author": actor_of(request).pk in _author_ids(version),
        "later": _later(starts_at, at=at),
        "zone": timezone.get_default_timezone_name(),
    }
    return render(request, "loyalty/program_page/publish.html", context, status=status)


def _wanted_start(form: PublishForm, *, at: datetime) -> datetime:
    """The moment that the form speaks of, as far as it can be read."""
    wanted = form.starts_at if form.is_bound and form.is_valid() else None
    return max(at, wanted) if wanted else at


def _later(starts_at: datetime, *, at: datetime) -> dict[str, Any] | None:
    """A version that is published to follow: it takes over from this one."""
    later = (
        ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED, starts_at__gt=starts_at)
        .order_by("starts_at")
        .first()
    )
    if later is None or later.starts_at is None:
        return None
    return {"number": later.number, "when": moment_text(later.starts_at, at=at)}


def _author_ids(version: ProgramVersion) -> set[int | None]:
    return {version.created_by_id, *version.authors.values_list("pk", flat=True)}


def _authors(version: ProgramVersion) -> list[str]:
    people = {version.created_by, *version.authors.all()} - {None}
    return sorted(person(user) for user in people)


def _to_version(number: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("admin:program_version", kwargs={"number": number}))
