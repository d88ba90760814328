"""What a poster says of the program in force: a few of its own sentences, so that paper promises nothing else."""

from datetime import datetime

from loyalty.program.names import read_names
from loyalty.program.sentences import tell_program
from loyalty.program.telling import Reader, Section, Sentence
from loyalty.program.versions import version_at

# The worth of a point says what the rest is good for.
WORTH = "points.value_kopecks"


def find_poster_lines(*, at: datetime) -> tuple[str, ...]:
    """Welcome, the first way to earn, what a point is worth; in the language that is active. Two queries."""
    version = version_at(at)
    if version is None:
        return ()
    told = tell_program(version.document, names=read_names(version.document), reader=Reader.PATIENT)
    first = {section: _first(told, section) for section in (Section.WELCOME, Section.EARNING)}
    worth = [sentence.text for sentence in told if sentence.key == WORTH]
    return tuple(text for text in (*first.values(), *worth) if text)


def _first(told: tuple[Sentence, ...], section: Section) -> str:
    return next((sentence.text for sentence in told if sentence.section is section), "")
