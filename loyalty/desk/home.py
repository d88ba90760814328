"""The desk's page: one field that finds anybody."""

from django.http import HttpRequest, HttpResponse

from loyalty.desk.access import Desk, desk_view


@desk_view()
def desk_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    return HttpResponse(desk.clinic.name)
