"""Drafts, publishing, and the version in force at a moment.

One query resolves the version; its compiled form is cached by version, which is safe because
a published version never changes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max, Min

from clinics import audit
from loyalty.models import ProgramVersion
from loyalty.program.files import FaultyProgram
from loyalty.program.second_person import SecondPersonNeeded, needs_second_person
from loyalty.rules.compilation import compile_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.validation import find_faults

# Between pressing "publish now" and the moment the act looks at it.
NOW_TOLERANCE = timedelta(minutes=1)
CACHED_VERSIONS = 16
# By hand: every quote asks it.
IN_FORCE = """
    select id, number, published_at from loyalty_programversion
     where status = 'PUBLISHED' and starts_at <= %s
     order by starts_at desc limit 1"""
TITLE_LENGTH = 200
# Acts on versions are few; one after another each of them sees what the others have done.
LOCK = "select pg_advisory_xact_lock(hashtext('loyalty.program'))"


class NoProgram(Exception):
    """No version is in force yet: the first one has to be published."""


class NotADraft(Exception):
    """The version has been published or archived before."""

    def __init__(self, number: int) -> None:
        super().__init__(f"version {number} is not a draft")
        self.number = number


class DraftChanged(Exception):
    """Somebody has changed the draft since it was looked at."""

    def __init__(self, version: ProgramVersion) -> None:
        super().__init__(f"version {version.number} is at revision {version.revision}")
        self.version = version


class Backdated(Exception):
    """A program can't start in the past: receipts have been posted by the rules of their day."""

    def __init__(self, *, starts_at: datetime, at: datetime) -> None:
        super().__init__(f"{starts_at} is before {at}")
        self.starts_at = starts_at
        self.at = at


class StartTaken(Exception):
    """Another published version starts at the same moment."""

    def __init__(self, *, number: int, starts_at: datetime) -> None:
        super().__init__(f"version {number} starts at {starts_at}")
        self.number = number
        self.starts_at = starts_at


@dataclass(frozen=True, slots=True)
class RunningProgram:
    """The version in force and its rules."""

    version_id: int
    number: int
    program: CompiledProgram


_compiled: dict[tuple[int, datetime | None], CompiledProgram] = {}


def current_program(*, at: datetime) -> RunningProgram:
    """The program in force. One query, one more when this process meets the version. Raises NoProgram."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE, [at])
        row = cursor.fetchone()
    if row is None:
        raise NoProgram
    version_id, number, published_at = row
    key = (version_id, published_at)
    if key not in _compiled:
        document = ProgramVersion.objects.values_list("document", flat=True).get(pk=version_id)
        _remember(key, compile_program(document))
    return RunningProgram(version_id, number, _compiled[key])


def current_version(*, at: datetime) -> ProgramVersion:
    """The row in force. Raises NoProgram."""
    version = version_at(at)
    if version is None:
        raise NoProgram
    return version


def compiled_version(version: ProgramVersion) -> CompiledProgram:
    """The rules of any version, drafts included."""
    if version.published_at is None:
        return compile_program(version.document)
    key = (version.pk, version.published_at)
    if key not in _compiled:
        _remember(key, compile_program(version.document))
    return _compiled[key]


def create_draft(
    *,
    document: dict[str, Any],
    at: datetime,
    actor: User | None,
    title: str = "",
    copied_from: ProgramVersion | None = None,
) -> ProgramVersion:
    """Store a valid document under the next number. Raises FaultyProgram; own transaction.

    Authors of an unpublished version stay the authors of its copy.
    """
    refuse_faults(document)
    with transaction.atomic():
        lock_versions()
        version = ProgramVersion.objects.create(
            number=_next_number(),
            title=(title or document["title"]["ru"])[:TITLE_LENGTH],
            document=document,
            created_at=at,
            created_by=actor,
        )
        if actor is not None:
            version.authors.add(actor)
        if copied_from is not None and copied_from.published_at is None:
            version.authors.add(*copied_from.authors.all())
        audit.record(code="program.drafted", actor=actor, target=version, at=at)
    return version


def publish(
    *,
    number: int,
    at: datetime,
    actor: User | None,
    starts_at: datetime | None = None,
    revision: int | None = None,
) -> ProgramVersion:
    """Put a draft in force from a moment, by default at once; earlier versions stay as they are.

    `revision` is the one that the person has looked at. Acts on versions go one after another; own transaction.
    Raises ProgramVersion.DoesNotExist, NotADraft, DraftChanged, Backdated, StartTaken, SecondPersonNeeded, and
    FaultyProgram when the document does not satisfy the rules of today. Without an actor, which only a command
    on the server has, nobody is asked for a second person; the audit says so.
    """
    with transaction.atomic():
        version = locked_draft(number=number, revision=revision)
        refuse_faults(version.document)
        start = _start(starts_at or at, at=at)
        _refuse_taken_start(start)
        is_needed = needs_second_person(version, replaced=version_at(start))
        if is_needed and actor is not None:
            _refuse_author(version, actor=actor)
        version.starts_at, version.published_at, version.published_by = start, at, actor
        version.status = ProgramVersion.Status.PUBLISHED
        version.save(update_fields=["starts_at", "published_at", "published_by", "status"])
        details = {"starts_at": start.isoformat(), "needs_second_person": is_needed}
        audit.record(code="program.published", actor=actor, target=version, details=details, at=at)
    return version


def version_at(moment: datetime) -> ProgramVersion | None:
    """The published version in force at a moment, which may be a future one."""
    published = ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED, starts_at__lte=moment)
    return published.order_by("-starts_at").first()


def find_launch() -> datetime | None:
    """When the first version came into force, or will; None before one is published."""
    published = ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED)
    first: datetime | None = published.aggregate(first=Min("starts_at"))["first"]
    return first


def replaced_by(version: ProgramVersion, *, at: datetime) -> ProgramVersion | None:
    """The published version before this one; for one that is not published, the version in force."""
    published = ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED).exclude(pk=version.pk)
    if version.status == ProgramVersion.Status.PUBLISHED:
        return published.filter(starts_at__lt=version.starts_at).order_by("-starts_at").first()
    return published.filter(starts_at__lte=at).order_by("-starts_at").first()


def lock_versions() -> None:
    """Wait for other acts on versions, until the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def locked_draft(*, number: int, revision: int | None = None) -> ProgramVersion:
    """The draft, read under the lock of all acts on versions.

    Raises ProgramVersion.DoesNotExist, NotADraft, and DraftChanged when it is not the revision named.
    """
    lock_versions()
    version = ProgramVersion.objects.select_related("changed_by").get(number=number)
    if version.status != ProgramVersion.Status.DRAFT:
        raise NotADraft(number)
    if revision is not None and version.revision != revision:
        raise DraftChanged(version)
    return version


def refuse_faults(document: dict[str, Any]) -> None:
    """Raises FaultyProgram with all faults at once."""
    faults = find_faults(document)
    if faults:
        raise FaultyProgram(faults)


def _remember(key: tuple[int, datetime | None], program: CompiledProgram) -> None:
    if len(_compiled) >= CACHED_VERSIONS:
        _compiled.pop(next(iter(_compiled)))
    _compiled[key] = program


def _next_number() -> int:
    return (ProgramVersion.objects.aggregate(last=Max("number"))["last"] or 0) + 1


def _start(wanted: datetime, *, at: datetime) -> datetime:
    if wanted < at - NOW_TOLERANCE:
        raise Backdated(starts_at=wanted, at=at)
    return max(wanted, at)


def _refuse_taken_start(starts_at: datetime) -> None:
    other = ProgramVersion.objects.filter(status=ProgramVersion.Status.PUBLISHED, starts_at=starts_at).first()
    if other is not None:
        raise StartTaken(number=other.number, starts_at=starts_at)


def _refuse_author(version: ProgramVersion, *, actor: User) -> None:
    author_ids = {version.created_by_id, *version.authors.values_list("pk", flat=True)}
    if actor.pk in author_ids:
        raise SecondPersonNeeded(number=version.number)
