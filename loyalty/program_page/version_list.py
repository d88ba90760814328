"""The list of versions: what is in force, what will be, what is being prepared, and what was."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from clinics.number_texts import moment_text
from loyalty.models import ProgramVersion

Status = ProgramVersion.Status


@dataclass(frozen=True, slots=True)
class VersionRow:
    number: int
    title: str
    state: str  # current, future, draft, past, archived: which chip it has
    state_text: str
    when: str  # whole sentence: since when, or who prepares it


@dataclass(frozen=True, slots=True)
class VersionGroup:
    heading: str
    rows: tuple[VersionRow, ...]


def read_versions(*, at: datetime) -> list[VersionGroup]:
    """All versions by their states, without their documents. One query."""
    versions = list(
        ProgramVersion.objects.defer("document").select_related("changed_by", "created_by").order_by("-number")
    )
    current_id = _current_id(versions, at=at)
    rows: dict[str, list[VersionRow]] = {state: [] for state in HEADINGS}
    for version in versions:
        row = version_row(version, current_id=current_id, at=at)
        rows[row.state].append(row)
    return [VersionGroup(str(HEADINGS[state]()), tuple(found)) for state, found in rows.items() if found]


def version_row(version: ProgramVersion, *, current_id: int | None, at: datetime) -> VersionRow:
    state = state_of(version, current_id=current_id, at=at)
    return VersionRow(version.number, version.title, state, str(STATES[state]()), when_text(version, state, at=at))


def state_of(version: ProgramVersion, *, current_id: int | None, at: datetime) -> str:
    if version.status == Status.ARCHIVED:
        return "archived"
    if version.starts_at is None:
        return "draft"
    if version.pk == current_id:
        return "current"
    return "future" if version.starts_at > at else "past"


def when_text(version: ProgramVersion, state: str, *, at: datetime) -> str:
    if version.starts_at is None:
        changed_at = version.changed_at or version.created_at
        words = {"who": person(version.changed_by or version.created_by), "when": moment_text(changed_at, at=at)}
        return _("Changed %(when)s, %(who)s.") % words if words["who"] else _("Changed %(when)s.") % words
    words = {"when": moment_text(version.starts_at, at=at)}
    if state == "archived":
        return _("Was to start %(when)s, withdrawn.") % words
    return {
        "current": _("In force from %(when)s."),
        "future": _("Starts %(when)s."),
        "past": _("Was in force from %(when)s."),
    }[state] % words


def person(user: Any) -> str:
    """A name, else a login; empty for what a command did."""
    return "" if user is None else user.get_full_name() or user.get_username()


def _current_id(versions: Iterable[ProgramVersion], *, at: datetime) -> int | None:
    started = [v for v in versions if v.status == Status.PUBLISHED and v.starts_at and v.starts_at <= at]
    return max(started, key=lambda version: version.starts_at or at).pk if started else None


# Functions, so that the language is the reader's.
HEADINGS = {
    "current": lambda: _("In force now"),
    "future": lambda: _("Will start"),
    "draft": lambda: _("Drafts"),
    "past": lambda: _("Were in force"),
    "archived": lambda: _("Archive"),
}
STATES = {
    "current": lambda: _("in force"),
    "future": lambda: _("published ahead"),
    "draft": lambda: _("draft"),
    "past": lambda: _("was in force"),
    "archived": lambda: _("in the archive"),
}
