"""Probes: alive without the database, ready only with it and its migrations."""

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings

from config.health import HealthMiddleware


@override_settings(ALLOWED_HOSTS=["club.example"], SECURE_SSL_REDIRECT=True)
def test_alive_answers_a_probe_by_ip_address_over_http():
    response = Client().get("/healthz", headers={"host": "10.0.0.7"})

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_ready_with_a_migrated_database():
    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits():
    MigrationRecorder(connection).record_unapplied("sessions", "0001_initial")

    response = Client().get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "unavailable", "reason": "migrations"})


@pytest.mark.django_db
def test_not_ready_while_the_database_is_away(monkeypatch, rf):
    def refuse():
        raise OperationalError("connection refused")

    monkeypatch.setattr(connection, "cursor", refuse)

    response = HealthMiddleware(lambda request: None)(rf.get("/readyz"))

    assert response.status_code == 503
    assert b'"reason": "database"' in response.content
