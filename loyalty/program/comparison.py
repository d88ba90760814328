"""What two programs say differently, sentence by sentence, aligned by what they speak of, not by their place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from loyalty.models import ProgramVersion
from loyalty.program.names import NO_NAMES, Names, read_names
from loyalty.program.sentences import Reader, tell_program
from loyalty.program.telling import Section, Sentence

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A sentence that is new (`old` is None), gone (`new` is None) or says something else."""

    old: Sentence | None
    new: Sentence | None

    @property
    def sentence(self) -> Sentence:
        """The one that is there now, else the one that was."""
        found = self.new or self.old
        assert found is not None  # noqa: S101  # a change has one of the two
        return found

    @property
    def section(self) -> Section:
        return self.sentence.section

    @property
    def lines(self) -> tuple[str, ...]:
        """In words: "Was: ..." and "Now: ..."."""
        if self.old is None:
            return (_("Added: %(sentence)s") % {"sentence": self.sentence.full_text},)
        was = self.old.full_text
        if self.new is None:
            return (_("Removed: %(sentence)s") % {"sentence": was},)
        return _("Was: %(sentence)s") % {"sentence": was}, _("Now: %(sentence)s") % {
            "sentence": self.new.full_text
        }


def compare(old: Document, new: Document, *, names: Names = NO_NAMES) -> list[Change]:
    """In the order of the new document; what is gone stands where it was. Empty when both say the same."""
    before = {sentence.key: sentence for sentence in tell_program(old, names=names, reader=Reader.STAFF)}
    after = {sentence.key: sentence for sentence in tell_program(new, names=names, reader=Reader.STAFF)}
    pairs = [Change(before.get(key), after.get(key)) for key in _merged(list(before), list(after))]
    return [pair for pair in pairs if _text(pair.old) != _text(pair.new)]


def compare_versions(old: ProgramVersion, new: ProgramVersion) -> list[Change]:
    """Like compare, with the names of the price list. One query."""
    return compare(old.document, new.document, names=read_names(old.document, new.document))


def _text(sentence: Sentence | None) -> str:
    return "" if sentence is None else sentence.full_text


def _merged(before: list[str], after: list[str]) -> list[str]:
    """All keys once: those of `after` in their order, each other one behind the key that it followed before."""
    merged = list(after)
    place = 0
    for key in before:
        if key in after:
            place = merged.index(key) + 1
        else:
            merged.insert(place, key)
            place += 1
    return merged
