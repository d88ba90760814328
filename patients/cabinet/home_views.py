"""The cabinet's first room: what the patient has, what burns when, how far the next tier is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.cabinet.access import patient_page
from patients.models import Patient


@require_safe
@patient_page
def home(request: HttpRequest, patient: Patient) -> HttpResponse:
    return render(request, "cabinet/home.html", {"patient": patient})
