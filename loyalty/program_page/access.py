"""Who may look at the program, change its drafts and put them in force. The program is the whole network's."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse

from loyalty.models import ProgramVersion

VIEW = "loyalty.view_programversion"
CHANGE = "loyalty.change_programversion"
PUBLISH = "loyalty.publish_program"
VIEW_PATIENT = "patients.view_patient"

ProgramView = Callable[..., HttpResponse]


def program_view(*, permission: str = VIEW) -> Callable[[ProgramView], ProgramView]:
    """Staff who may look at the program and have the permission besides."""

    def decorate(view: ProgramView) -> ProgramView:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
            if not request.user.has_perms({VIEW, permission}):
                raise PermissionDenied
            return view(request, **kwargs)

        return admin.site.admin_view(checked)

    return decorate


def actor_of(request: HttpRequest) -> User:
    """The person who acts; `program_view` has let nobody else through."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def find_version(number: int) -> ProgramVersion:
    """Raises Http404."""
    people = ("created_by", "changed_by", "published_by")
    version = ProgramVersion.objects.select_related(*people).filter(number=number).first()
    if version is None:
        raise Http404
    return version
