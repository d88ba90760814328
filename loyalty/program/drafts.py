"""Changes of a draft, and what becomes of a version that will never be in force."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from loyalty.models import ProgramVersion
from loyalty.program.versions import TITLE_LENGTH, DraftChanged, lock_versions, locked_draft, refuse_faults

Status = ProgramVersion.Status


class AlreadyStarted(Exception):
    """The version is or was in force: receipts have been posted by it, so it stays."""

    def __init__(self, number: int) -> None:
        super().__init__(f"version {number} has started")
        self.number = number


class NotTheLast(Exception):
    """A later version is published too: it was compared with this one, so it has to be withdrawn first."""

    def __init__(self, *, number: int, later: int) -> None:
        super().__init__(f"version {later} follows version {number}")
        self.number = number
        self.later = later


def change_draft(
    *, number: int, revision: int, document: dict[str, Any], place: str, at: datetime, actor: User
) -> ProgramVersion:
    """Replace a draft's document by a valid one, made of the revision named; `place` is what was changed.

    Own transaction. Raises ProgramVersion.DoesNotExist, NotADraft, DraftChanged, FaultyProgram. The document that
    the draft has already changes nothing and is nobody's authorship: a form may be sent twice.
    """
    with transaction.atomic():
        version = locked_draft(number=number)
        if version.document == document:
            return version
        if version.revision != revision:
            raise DraftChanged(version)
        refuse_faults(document)
        if version.title == _title(version.document):
            version.title = _title(document)
        version.document = document
        version.revision += 1
        version.changed_at, version.changed_by = at, actor
        version.save(update_fields=["document", "title", "revision", "changed_at", "changed_by"])
        version.authors.add(actor)
        details = {"place": place, "revision": version.revision}
        audit.record(code="program.changed", actor=actor, target=version, details=details, at=at)
    return version


def archive(*, number: int, at: datetime, actor: User | None) -> ProgramVersion:
    """Put aside a draft, or withdraw a published version before it starts. Once more changes nothing.

    Own transaction. Raises ProgramVersion.DoesNotExist, AlreadyStarted, NotTheLast.
    """
    with transaction.atomic():
        lock_versions()
        version = ProgramVersion.objects.get(number=number)
        if version.status == Status.ARCHIVED:
            return version
        if version.starts_at is not None:
            _refuse_withdrawal(version, starts_at=version.starts_at, at=at)
        version.status = Status.ARCHIVED
        version.save(update_fields=["status"])
        audit.record(code="program.archived", actor=actor, target=version, at=at)
    return version


def _title(document: dict[str, Any]) -> str:
    return str(document["title"]["ru"])[:TITLE_LENGTH]


def _refuse_withdrawal(version: ProgramVersion, *, starts_at: datetime, at: datetime) -> None:
    if starts_at <= at:
        raise AlreadyStarted(version.number)
    later = ProgramVersion.objects.filter(status=Status.PUBLISHED, starts_at__gt=starts_at).first()
    if later is not None:
        raise NotTheLast(number=version.number, later=later.number)
