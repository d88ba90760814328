"""The staff guide: one page to read and to print, open to all who work with the program."""

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from clinics import clock
from loyalty.program.staff_guide import find_staff_guide

ANY_OF = ("loyalty.use_desk", "loyalty.view_programversion")


@require_safe
def staff_guide(request: HttpRequest) -> HttpResponse:
    if not isinstance(request.user, User) or not any(map(request.user.has_perm, ANY_OF)):
        raise PermissionDenied
    return render(request, "loyalty/admin/staff_guide.html", {"guide": find_staff_guide(at=clock.now())})
