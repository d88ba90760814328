"""Pages for what went wrong: each has one sentence and one action, and none needs the database."""

import logging
import secrets
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """The visitor gets a short reference; the log has the same one next to the trace."""
    reference = secrets.token_hex(2).upper()
    logger.error("Server error, reference %s, %s %s", reference, request.method, request.path)
    return render(request, "500.html", {"reference": reference}, status=HTTPStatus.INTERNAL_SERVER_ERROR)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without a valid token: usually a page left open overnight."""
    logger.warning("Form refused (%s), %s", reason, request.path)
    return render(request, "cabinet/stale_form.html", status=HTTPStatus.FORBIDDEN)
