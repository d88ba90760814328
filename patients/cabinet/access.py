"""No cabinet page answers for anyone but the patient of the session."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from patients.cabinet.users import patient_of
from patients.models import Patient

P = ParamSpec("P")


def patient_page(
    view: Callable[Concatenate[HttpRequest, Patient, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view its patient; everybody else is sent to the log-in. The answer is never cached."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        patient = patient_of(request.user)
        if patient is None:
            return redirect_to_login(request.get_full_path())
        return view(request, patient, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], never_cache(guarded))
