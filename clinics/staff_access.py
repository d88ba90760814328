"""Acts on somebody's way in, all under audit: end sessions, open a locked log-in, take the second step off."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit, staff_lock
from clinics.models import PortalSession
from clinics.second_step import forget_phone


def end_sessions(user: User, *, except_key: str | None = None) -> int:
    """Whoever is logged in as the person is out with their next request; returns how many sessions ended."""
    sessions = PortalSession.objects.filter(user=user).exclude(session_key=except_key)
    ended, _by_model = sessions.delete()
    return ended


def log_out_everywhere(*, person: User, actor: User | None, reason: str, at: datetime) -> int:
    """Opens its own transaction; returns how many sessions ended."""
    with transaction.atomic():
        ended = end_sessions(person)
        audit.record(
            code="staff.logged_out", at=at, actor=actor, target=person, reason=reason, details={"sessions": ended}
        )
    return ended


def unlock(*, person: User, actor: User | None, reason: str, at: datetime) -> None:
    """Wrong passwords and codes so far count no longer."""
    audit.record(code="staff.unlocked", at=at, actor=actor, target=person, reason=reason)
    staff_lock.forget_password_tries(person.get_username())
    staff_lock.forget_code_tries(person)


def reset_second_step(*, person: User, actor: User | None, reason: str, at: datetime) -> None:
    """The phone and the recovery codes are good no longer and all sessions end. Opens its own transaction."""
    with transaction.atomic():
        forget_phone(person)
        end_sessions(person)
        audit.record(code="second_step.reset", at=at, actor=actor, target=person, reason=reason)


def note_rights(*, person: User, actor: User, at: datetime, except_key: str | None) -> None:
    """After somebody was dismissed, taken back or given another role: their sessions end, the audit knows it.

    `except_key` is the session of who changes their own roles. Runs in the caller's transaction.
    """
    end_sessions(person, except_key=except_key)
    roles = sorted(person.groups.values_list("name", flat=True))
    code = "staff.rights_changed" if person.is_active else "staff.dismissed"
    audit.record(code=code, at=at, actor=actor, target=person, details={"roles": roles})


def note_password(*, person: User, actor: User, at: datetime, except_key: str | None) -> None:
    """After somebody set the person's password. Opens its own transaction."""
    with transaction.atomic():
        end_sessions(person, except_key=except_key)
        audit.record(code="staff.password_set", at=at, actor=actor, target=person)
