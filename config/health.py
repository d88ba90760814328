"""Answers the probes of load balancers and supervisors before anything else looks at the request.

/healthz: the process answers. /readyz: the database answers too and its migrations are applied.
A middleware, because a probe comes by IP address, over http and without a session.
"""

import logging
from collections.abc import Callable

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

log = logging.getLogger(__name__)


class HealthMiddleware:
    """Answers /healthz and /readyz; passes all other requests on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # Migrations are never taken back under a running process: once applied, they need no second look.
        self._migrations_applied = False

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "ok"})
        if request.path == "/readyz":
            return self._readiness()
        return self.get_response(request)

    def _readiness(self) -> JsonResponse:
        try:
            with connection.cursor() as cursor:
                cursor.execute("select 1")
            if not self._migrations_applied:
                executor = MigrationExecutor(connection)
                self._migrations_applied = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        except DatabaseError:
            log.warning("The database does not answer the readiness probe.", exc_info=True)
            return JsonResponse({"status": "unavailable", "reason": "database"}, status=503)
        if not self._migrations_applied:
            return JsonResponse({"status": "unavailable", "reason": "migrations"}, status=503)
        return JsonResponse({"status": "ok"})
