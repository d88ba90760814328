"""Two strangers in one clinic, every address of the cabinet, and what one must never read of the other."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.apps import apps
from django.test import Client
from django.urls import URLPattern, reverse

from loyalty.models import Account
from notifications.models import OutboxMessage
from patients.cabinet.urls import urlpatterns
from patients.cabinet.users import user_of
from patients.consents import record_consent
from patients.models import Card, Patient
from patients.public_codes import friend_code_of
from tests.people import make_clinic
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member


@dataclass(frozen=True)
class Strangers:
    anna: Patient
    vera: Patient

    @property
    def secrets(self) -> list[str]:
        """What tells that a page is Vera's."""
        card = Card.objects.get(patient=self.vera)
        return [
            "Petrova",
            "Vera",
            "vera@example.com",
            "9160000001",
            card.number,
            str(card),
            "77\u00a0777",
            "77777",
        ]

    @property
    def ids(self) -> dict[str, Any]:
        """Every identifier of hers, under every name that a form may take one by."""
        account = Account.objects.get(patient=self.vera)
        card = Card.objects.get(patient=self.vera)
        message = OutboxMessage.objects.filter(patient=self.vera).values_list("pk", flat=True).first()
        ids = dict.fromkeys(("id", "pk", "patient", "patient_id", "user", "member"), self.vera.pk)
        ids |= dict.fromkeys(("account", "account_id"), account.pk)
        return ids | {"card": card.number, "message": message, "phone": self.vera.phone, "before": 2**40}


def make_strangers() -> Strangers:
    """Latin names, so that a Cyrillic letter on an English page is the page's own."""
    clinic = make_clinic("north", name="North", booking_url="clinic.example/z")
    anna = make_member("Ivanova", "Anna", clinic=clinic)
    give_points(anna, 450, at=NOON - timedelta(days=9))
    vera = make_member("Petrova", "Vera", "+79160000001", clinic=clinic, email="vera@example.com")
    give_points(vera, 77_777, at=NOON - timedelta(days=9))
    for patient in (anna, vera):
        give_points(patient, 1, at=NOON - timedelta(days=9))
        buy(patient, make_privilege(price=1, title="Kit"))
    record_consent(patient=vera, kind="ADVERTISING", granted=True, source="DESK", at=NOON)
    for patient in (anna, vera):
        user_of(patient)
        friend_code_of(patient, at=NOON)
    OutboxMessage.objects.create(
        key="vera", event="points.earned", kind="SERVICE", patient=vera, due_at=NOON, next_attempt_at=NOON,
        created_at=NOON, status="SENT", sent_at=NOON, address=vera.phone, body="Vera 77777",
    )  # fmt: skip
    return Strangers(anna=anna, vera=vera)


def client_of(patient: Patient, *, language: str = "ru") -> Client:
    """Logged in as a one-time code would do it."""
    client = Client(HTTP_ACCEPT_LANGUAGE=language)
    client.force_login(user_of(patient), backend="patients.cabinet.session_backend.PatientBackend")
    return client


def patterns() -> list[URLPattern]:
    """Every address of the cabinet, whole paths; the cabinet includes no other list of addresses."""
    assert all(isinstance(pattern, URLPattern) for pattern in urlpatterns)
    return list(urlpatterns)


def address_of(pattern: URLPattern, arguments: dict[str, Any]) -> str:
    return reverse(pattern.name, kwargs=pattern.default_args | arguments)


def rows_of(patient: Patient) -> str:
    """All that the database knows of a patient: the rows that point at them, or at their account."""
    found = [list(Patient.objects.filter(pk=patient.pk).values())]
    owners = {"patient": patient.pk, "account": Account.objects.get(patient=patient).pk}
    for model in apps.get_models():
        if model._meta.app_label in {"patients", "loyalty", "notifications"} and not model._meta.proxy:
            names = {field.name for field in model._meta.concrete_fields}
            for name in owners.keys() & names:
                found.append(list(model._base_manager.filter(**{name: owners[name]}).order_by("pk").values()))
    return json.dumps(found, default=str)
