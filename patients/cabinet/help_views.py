"""Help: answers to what patients ask at the desk, and how to reach the clinic."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from patients.cabinet.access import patient_page
from patients.models import Patient


@require_safe
@patient_page
def show_help(request: HttpRequest, patient: Patient) -> HttpResponse:
    return render(request, "cabinet/help.html", {"clinic": patient.home_clinic})
