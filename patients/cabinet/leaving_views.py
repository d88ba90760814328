"""Leaving the program: what happens to the points and the data in plain words, then for good."""

from contextlib import suppress

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from clinics import clock
from clinics.number_texts import number_text
from loyalty.erasing import AlreadyErased, ErasurePreview, erase_patient, preview_erasure
from patients.cabinet.access import patient_page
from patients.cabinet.settings_forms import LeavingForm
from patients.cabinet.users import user_of
from patients.models import ConsentRecord, Patient

# What the audit keeps; it names nobody.
REASON = "Left the program in the cabinet"


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def leave_program(request: HttpRequest, patient: Patient) -> HttpResponse:
    """Shows what goes; a ticked POST erases the person and ends the session."""
    form = LeavingForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        preview = preview_erasure(patient)
        return render(request, "cabinet/leaving.html", {"form": form, "points": _points_text(preview)})
    # A second click finds it done.
    with suppress(AlreadyErased):
        erase_patient(
            patient_id=patient.pk,
            source=ConsentRecord.Source.CABINET,
            reason=REASON,
            actor=user_of(patient),
            at=clock.now(),
        )
    logout(request)
    return redirect("cabinet_left")


@never_cache
@require_safe
def left(request: HttpRequest) -> HttpResponse:
    return render(request, "cabinet/left.html")


def _points_text(preview: ErasurePreview) -> str:
    points = preview.balance + preview.pending
    if not points:
        return _("You have no points now. Points of later visits will not be earned.")
    text = ngettext(
        "%(count)s point will be lost: it cannot be spent any more, nor moved to somebody else.",
        "%(count)s points will be lost: they cannot be spent any more, nor moved to somebody else.",
        points,
    )
    return text % {"count": number_text(points)}
