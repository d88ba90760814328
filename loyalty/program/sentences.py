"""A program in plain sentences, made of its document alone: the same in the admin, the cabinet, on the public
page and in the API, in the language that is active.

Reads no database and no clock; who tells it brings the names of what it speaks of (`names.read_names`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from loyalty.program.discount_sentences import discount_sentences
from loyalty.program.earning_sentences import earning_sentences
from loyalty.program.gift_sentences import gift_sentences
from loyalty.program.names import NO_NAMES, Names
from loyalty.program.spending_sentences import (
    life_sentences,
    refund_sentences,
    reminder_sentences,
    spending_sentences,
    welcome_sentences,
)
from loyalty.program.telling import SECTION_TITLES, Reader, Section, Sentence, Telling, in_language
from loyalty.program.tier_sentences import tier_sentences

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The sentences of one section; `start` is the number of the first one."""

    title: str
    start: int
    sentences: tuple[Sentence, ...]


def tell_program(document: Document, *, names: Names = NO_NAMES, reader: Reader) -> tuple[Sentence, ...]:
    """All that the reader may know of a valid document, in the order of its sections."""
    telling = Telling(document, names, reader)
    told = (sentence for tell in TELLERS for sentence in tell(telling))
    return tuple(sentence for sentence in told if reader is Reader.STAFF or not sentence.is_internal)


def chapters(sentences: Sequence[Sentence]) -> list[Chapter]:
    """The sentences under their sections' titles, numbered through."""
    found, start = [], 1
    for section, group in groupby(sentences, key=lambda sentence: sentence.section):
        members = tuple(group)
        found.append(Chapter(str(SECTION_TITLES[section]), start, members))
        start += len(members)
    return found


def _program_sentences(telling: Telling) -> Iterator[Sentence]:
    document = telling.document
    words = {"title": in_language(document["title"]), "code": document["code"]}
    text = _("The program is called “%(title)s”; its code is %(code)s.") % words
    yield Sentence(Section.PROGRAM, "title", "$.title", text, is_internal=True)


TELLERS = (
    welcome_sentences,
    earning_sentences,
    spending_sentences,
    life_sentences,
    tier_sentences,
    discount_sentences,
    gift_sentences,
    reminder_sentences,
    refund_sentences,
    _program_sentences,
)
