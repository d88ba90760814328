"""The rules in force as patients read them, on the public page and in the cabinet."""

from dataclasses import dataclass
from datetime import datetime

from loyalty.program.names import read_names
from loyalty.program.sentences import Chapter, Reader, chapters, tell_program
from loyalty.program.telling import in_language
from loyalty.program.versions import version_at


@dataclass(frozen=True, slots=True)
class PublishedRules:
    title: str
    number: int  # of the version
    starts_at: datetime
    chapters: list[Chapter]


def find_published_rules(*, at: datetime) -> PublishedRules | None:
    """In the language that is active; None before the first version starts. Two queries."""
    version = version_at(at)
    if version is None or version.starts_at is None:
        return None
    sentences = tell_program(version.document, names=read_names(version.document), reader=Reader.PATIENT)
    return PublishedRules(
        title=in_language(version.document["title"]),
        number=version.number,
        starts_at=version.starts_at,
        chapters=chapters(sentences),
    )
