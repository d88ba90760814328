"""A message to the clinic: a mistake in the history, a question. The desk reads it and calls back."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from clinics import clock
from loyalty.calls.requests import write_to_clinic
from patients.cabinet.access import patient_page
from patients.cabinet.words_forms import MessageForm
from patients.models import Patient


@require_http_methods(["GET", "HEAD", "POST"])
@patient_page
def message(request: HttpRequest, patient: Patient) -> HttpResponse:
    form = MessageForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        write_to_clinic(form.cleaned_data["words"], patient=patient, at=clock.now())
        return HttpResponseRedirect(f"{reverse('cabinet_message')}?sent=1")
    context = {"form": form, "clinic": patient.home_clinic, "is_sent": "sent" in request.GET and not form.is_bound}
    return render(request, "cabinet/message.html", context, status=422 if form.is_bound else 200)
