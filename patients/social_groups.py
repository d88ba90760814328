"""Puts patients into social groups and out of them: an act that gives discounts, so the audit keeps who did it."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from patients.models import SocialGroupRecord


def see_document(record: SocialGroupRecord, *, actor: User, at: datetime) -> None:
    """Save the new or changed record as seen by the actor. Own transaction."""
    record.seen_by, record.seen_at = actor, at
    with transaction.atomic():
        record.save()
        _audit("patient.social_group_seen", record, actor=actor, at=at)


def withdraw_group(record: SocialGroupRecord, *, actor: User, at: datetime) -> None:
    """The patient never belonged to the group, or the record was a mistake. Own transaction."""
    with transaction.atomic():
        _audit("patient.social_group_withdrawn", record, actor=actor, at=at)
        record.delete()


def _audit(code: str, record: SocialGroupRecord, *, actor: User, at: datetime) -> None:
    # The document's number stays on the card, where it can be erased.
    details: dict[str, Any] = {"group": record.group.code}
    if record.valid_until:
        details["valid_until"] = record.valid_until.isoformat()
    audit.record(
        code=code, at=at, actor=actor, clinic=record.patient.home_clinic, target=record.patient, details=details
    )
