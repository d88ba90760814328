"""Tasks of the call list for the tests."""

from datetime import date
from typing import Any

from loyalty.models import CallTask
from patients.models import Patient
from tests.programs import NOON

TODAY = date(2026, 11, 22)


def make_task(patient: Patient, **fields: Any) -> CallTask:
    """By hand, for today, at the patient's home clinic."""
    defaults: dict[str, Any] = {
        "key": f"test:{CallTask.objects.count()}",
        "patient": patient,
        "clinic": patient.home_clinic,
        "kind": "MANUAL",
        "words": "узнать про счёт",
        "due_date": TODAY,
        "created_at": NOON,
    }
    return CallTask.objects.create(**defaults | fields)
