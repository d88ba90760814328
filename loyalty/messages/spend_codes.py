"""Sends a patient the code by which they agree to spend: the code and its message stand or fall together."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from clinics.models import Clinic
from loyalty.messages.events import SPEND_CODE
from notifications import outbox
from notifications.addresses import mask_address
from notifications.models import MessageKind, SkipReason
from notifications.routing import find_route
from patients.models import Patient
from patients.spend_codes import LIFE, new_spend_code


class CodeHasNoRoute(Exception):
    """No SMS reaches the patient; `reason` says why."""

    def __init__(self, *, reason: SkipReason) -> None:
        super().__init__(reason)
        self.reason = reason


def send_spend_code(*, patient: Patient, clinic: Clinic, actor: User, at: datetime, now: datetime) -> str:
    """Queue the SMS; to which phone, masked. Own transaction; codes live in real time, `now`.

    Raises CodeHasNoRoute, CodesBlocked and TooManyCodes; nothing is written then.
    """
    route = find_route(patient=patient, kind=MessageKind.CODE)
    if isinstance(route, SkipReason):
        raise CodeHasNoRoute(reason=route)
    with transaction.atomic():
        code = new_spend_code(patient_id=patient.pk, clinic=clinic, actor=actor, now=now)
        outbox.enqueue(
            event=SPEND_CODE,
            patient_id=patient.pk,
            key=f"spend_code:{code.pk}",
            due_at=at,
            context={"code": code.pk},
            at=at,
            not_after=at + LIFE,
        )
    return mask_address(route.address)
