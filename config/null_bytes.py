"""Refuses requests with a zero byte in them: no person types one, and PostgreSQL stores none in a text."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, QueryDict

ZERO = "\x00"


class NullByteMiddleware:
    """Answers 400 instead of an error of the database; everything else passes on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _has_zero(request.GET) or _has_zero(request.POST):
            raise BadRequest("zero byte")
        return self.get_response(request)


def _has_zero(fields: QueryDict) -> bool:
    return any(ZERO in value for _name, values in fields.lists() for value in values)
