"""The dialogs that merge two cards of one person and take them apart: find, look at both, give a reason."""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import day_text, number_text
from clinics.scope import clinics_of
from loyalty.merging.merging import (
    UNDO_DAYS,
    CardGone,
    MergePreview,
    PhoneTakenSince,
    RefundedSince,
    SpentSince,
    SurvivorIsContact,
    TooLate,
    merge_patients,
    preview_merge,
    undo_merge,
)
from loyalty.models import PatientMerge
from loyalty.program.versions import NoProgram
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog, to_card
from patients.admin.merge_rows import merge_rows
from patients.models import Patient
from patients.search import active_patients, matching_patients

PERMISSION = "loyalty.merge_patients"
SHOWN_CANDIDATES = 10
LONGEST_ID = 18


class SearchForm(forms.Form):
    q = forms.CharField(
        label=gettext_lazy("The other card of this person"),
        max_length=80,
        help_text=gettext_lazy("Phone, card number or the beginning of the last name"),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )


class MergeForm(forms.Form):
    other = forms.IntegerField(widget=forms.HiddenInput)
    reason = reason_field(
        help_text=gettext_lazy("How you know that it is one person. Stays in the audit: no names."),
    )


class UndoForm(forms.Form):
    reason = reason_field(help_text=gettext_lazy("Why they are two people. Stays in the audit: no names."))


def find_open_merge(patient: Patient) -> PatientMerge | None:
    """The newest merge into this card that has not been undone."""
    rows = PatientMerge.objects.select_related("duplicate", "actor").filter(survivor=patient, undone_at=None)
    return rows.order_by("-pk").first()


def merge_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    other = _other(request, patient=patient)
    if other is None:
        return _search(request, patient=patient, site=site)
    at = clock.now()
    form = MergeForm(request.POST if request.method == "POST" else None, initial={"other": other.pk})
    if request.method == "POST" and form.is_valid() and _merged(form, patient, other, actor=actor, at=at):
        messages.success(request, _("The cards are one now. The merge can be undone for 30 days."))
        return to_card(patient)
    preview = _preview(patient, other, actor=actor, at=at)
    is_possible = isinstance(preview, MergePreview)
    swapped = reverse("admin:patients_patient_merge", args=[other.pk])
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Merge with a duplicate"),
        form=form,
        buttons=(Button("merge", _("Make them one card")),) if is_possible else (),
        notes=() if isinstance(preview, MergePreview) or form.is_bound else (preview,),
        template="admin/patients/patient/merge.html",
        rows=merge_rows(patient, other, preview=preview, at=at) if isinstance(preview, MergePreview) else (),
        other=other,
        swap_url=f"{swapped}?other={patient.pk}",
    )


def unmerge_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    merge = find_open_merge(patient)
    if merge is None:
        raise Http404
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _undone(form, merge, actor=actor):
        messages.success(
            request, _("They are two cards again: %(name)s has their own.") % {"name": merge.duplicate}
        )
        return to_card(patient)
    today = local_date(clock.now(), patient.home_clinic.tz)
    words = {
        "name": str(merge.duplicate),
        "day": day_text(local_date(merge.at, patient.home_clinic.tz), today=today),
        "last": day_text(local_date(merge.at + UNDO_DAYS, patient.home_clinic.tz), today=today),
        "who": merge.actor.get_full_name() or merge.actor.username,
        "reason": merge.reason,
    }
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Undo the merge"),
        form=form,
        buttons=(Button("undo", _("Make them two cards again")),),
        notes=(
            _("%(name)s was merged into this card on %(day)s by %(who)s: %(reason)s") % words,
            _("Points, receipts, tags and consents that came with the card go back. What came later stays here."),
            _("It can be undone until %(last)s inclusive.") % words,
        ),
    )


def _other(request: HttpRequest, *, patient: Patient) -> Patient | None:
    """The chosen card, within the clinics of the person."""
    text = request.POST.get("other") or request.GET.get("other") or ""
    if not text.isdecimal() or len(text) > LONGEST_ID:
        return None
    return _candidates(request, patient=patient).filter(pk=text).first()


def _candidates(request: HttpRequest, *, patient: Patient) -> QuerySet[Patient]:
    own = active_patients().filter(home_clinic__in=clinics_of(request.user).values("pk"))
    return own.exclude(pk=patient.pk).select_related("home_clinic")


def _search(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    rows = matching_patients(text, rows=_candidates(request, patient=patient)) if text else ()
    found = list(rows[:SHOWN_CANDIDATES]) if text else []
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Merge with a duplicate"),
        form=SearchForm(initial={"q": text}),
        buttons=(),
        template="admin/patients/patient/merge_search.html",
        found=found,
        is_nobody=bool(text) and not found,
    )


def _preview(patient: Patient, other: Patient, *, actor: User, at: datetime) -> MergePreview | str:
    """In words why the two cannot be made one this way round."""
    try:
        return preview_merge(survivor_id=patient.pk, duplicate_id=other.pk, actor=actor, at=at)
    except (CardGone, SurvivorIsContact, NoProgram) as error:
        return _refusal(error)


def _refusal(error: Exception) -> str:
    if isinstance(error, SurvivorIsContact):
        return _("The other card takes part in the program, this one does not. Keep the other one.")
    if isinstance(error, NoProgram):
        return _("No program is in force yet: ask the manager to publish one.")
    return _("One of the cards has been merged or erased meanwhile. Look for it anew.")


def _merged(form: MergeForm, patient: Patient, other: Patient, *, actor: User, at: datetime) -> bool:
    try:
        merge_patients(
            survivor_id=patient.pk,
            duplicate_id=other.pk,
            reason=form.cleaned_data["reason"],
            actor=actor,
            at=at,
        )
    except (CardGone, SurvivorIsContact, NoProgram) as error:
        form.add_error(None, _refusal(error))
        return False
    return True


def _undone(form: UndoForm, merge: PatientMerge, *, actor: User) -> bool:
    try:
        undo_merge(merge_id=merge.pk, reason=form.cleaned_data["reason"], actor=actor, at=clock.now())
    except TooLate:
        form.add_error(None, _("Too late: a merge can be undone within 30 days, while both cards are there."))
    except RefundedSince:
        form.add_error(
            None, _("A receipt that came with the card has been refunded since. The points cannot be told apart.")
        )
    except SpentSince as error:
        text = ngettext(
            "%(points)s point that came with the card has been spent since."
            " Without it the undo would go below zero.",
            "%(points)s points that came with the card have been spent since."
            " Without them the undo would go below zero.",
            error.points,
        )
        form.add_error(None, text % {"points": number_text(error.points)})
    except PhoneTakenSince:
        form.add_error(None, _("Another patient has the phone of that card by now. Change it there first."))
    except NoProgram as error:
        form.add_error(None, _refusal(error))
    else:
        return True
    return False
