"""The program's rules: a room of the cabinet, and pages that anybody may read without a log-in.

A public page is the same for everybody: it reads no cookie and sets none, so caches in front may keep it.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import override
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from clinics import clock
from loyalty.program.published_rules import find_published_rules
from patients.cabinet.access import patient_page
from patients.models import Patient

# A version that starts at midnight is on everybody's page a minute later.
CACHED_SECONDS = 60


@require_safe
@patient_page
def rules(request: HttpRequest, _patient: Patient) -> HttpResponse:
    return render(request, "cabinet/rules.html", {"rules": find_published_rules(at=clock.now())})


@require_safe
@cache_control(public=True, max_age=CACHED_SECONDS)
def public_rules(_request: HttpRequest, language: str) -> HttpResponse:
    return _public_page("cabinet/public_rules.html", language=language)


@require_safe
@cache_control(public=True, max_age=CACHED_SECONDS)
def printed_rules(_request: HttpRequest, language: str) -> HttpResponse:
    return _public_page("cabinet/printed_rules.html", language=language)


def _public_page(template: str, *, language: str) -> HttpResponse:
    """In the language of its address, whatever the browser prefers: one address, one page."""
    with override(language):
        context = {"rules": find_published_rules(at=clock.now()), "language": language}
        # Without the request: its context processors know who is logged in.
        response = HttpResponse(render_to_string(template, context))
    response["Content-Language"] = language
    return response
