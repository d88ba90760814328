"""Who may import what: by right, and people into the person's own clinics only."""

from collections.abc import Callable
from functools import wraps

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse

from clinics.scope import clinics_of
from loyalty.import_page.kinds import kinds_for
from loyalty.models import ImportRun

RunView = Callable[[HttpRequest, ImportRun], HttpResponse]


def may_import(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Staff who may import something."""

    @wraps(view)
    def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
        if not kinds_for(request.user):
            raise PermissionDenied
        return view(request, **kwargs)

    return admin.site.admin_view(checked)


def run_view(view: RunView) -> Callable[..., HttpResponse]:
    """Of one import of the person's own; another's is not found, as one that does not exist."""

    def found(request: HttpRequest, import_id: int) -> HttpResponse:
        run = runs_of(actor_of(request)).filter(pk=import_id).first()
        if run is None:
            raise Http404
        return view(request, run)

    return may_import(wraps(view)(found))


def runs_of(user: User) -> QuerySet[ImportRun]:
    """Imports that the person may see: of the kinds they may import, into their clinics or the whole network."""
    runs = ImportRun.objects.filter(
        Q(clinic=None) | Q(clinic__in=clinics_of(user)), kind__in=[kind.kind for kind in kinds_for(user)]
    )
    related = ("clinic", "program_version", "asked_by", "confirmed_by")
    return runs.select_related(*related).defer("program_version__document")


def actor_of(request: HttpRequest) -> User:
    """The person who acts; `may_import` has let nobody else through."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
