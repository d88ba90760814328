"""Records acts of staff that somebody may ask about later."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model

from clinics.models import AuditEvent, Clinic


def record(
    *,
    code: str,
    at: datetime,
    actor: User | None,
    clinic: Clinic | None = None,
    target: Model | None = None,
    reason: str = "",
    details: dict[str, Any] | None = None,
) -> None:
    """Write one audit row inside the caller's transaction. `details` holds ids and numbers, never names."""
    AuditEvent.objects.create(
        code=code,
        at=at,
        actor=actor,
        clinic=clinic,
        target_type=target._meta.label_lower if target is not None else "",
        target_id=str(target.pk) if target is not None else "",
        reason=reason,
        details=details or {},
    )
