"""Rows that were there before the search had keys of its own are found after the migration."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from patients.models import Patient
from patients.search import find_patients
from tests.people import LONG_AGO, make_clinic

BEFORE = [("patients", "0005_spend_proof")]


@pytest.mark.django_db(transaction=True)
def test_migration_fills_the_keys_of_old_rows():
    # Going back takes the later migrations of other apps along: all of them have to come again.
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    clinic = make_clinic()
    try:
        old = MigrationExecutor(connection).migrate(BEFORE).apps.get_model("patients", "Patient")
        old.objects.create(
            last_name="Семёнова", first_name="Анна", name_key="", phone="+79161234567", home_clinic_id=clinic.pk,
            created_at=LONG_AGO,
        )  # fmt: skip
    finally:
        MigrationExecutor(connection).migrate(newest)

    anna = Patient.objects.get()
    assert (anna.name_key, anna.phone_reversed) == ("семенова анна", "76543216197+")
    for typed in ("семенова", "4567", "Анна Семёнова"):
        assert find_patients(typed, clinic_ids=[clinic.pk]).patients == (anna,)
