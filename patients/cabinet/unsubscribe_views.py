"""Stops advertising by the link in a message: no log-in, one tap, or the mail program's own button (RFC 8058)."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from clinics import clock
from patients.consents import stop_advertising
from patients.models import Patient
from patients.unsubscribe_links import find_unsubscriber


# A mail system posts without our cookies and tokens; the signature in the address is what lets it in.
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing: mail filters follow links. Says nothing of who the reader is."""
    person = _find_person(token)
    if person is None:
        raise Http404
    if request.method == "POST":
        stop_advertising(patient=person, at=clock.now())
    with override(person.language):
        return render(request, "cabinet/unsubscribe.html", {"is_done": request.method == "POST"})


def _find_person(token: str) -> Patient | None:
    """Whom the message was written to; a duplicate's messages go to the one it was merged into."""
    patient_id = find_unsubscriber(token)
    if patient_id is None:
        return None
    patient = Patient.objects.filter(pk=patient_id, erased_at=None).select_related("merged_into").first()
    return patient and (patient.merged_into or patient)
