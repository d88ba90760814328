"""A plausible bug: a patch against the product, and the test files that must fail with it.

A patch begins with two lines of words; an ordinary unified diff of one file follows:

    Bug: Money is rounded down to the kopeck instead of half up.
    Killed by: tests/clinics/test_money.py

It is applied here and not by git, which who unpacked an archive may not have; and more strictly: every hunk has
to fit, without fuzz, at exactly one place.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parent.parent
HEADER = re.compile(
    r"Bug: (?P<bug>[^\n]+)\nKilled by: (?P<tests>[^\n]+)\n\n--- a/(?P<path>\S+)\n\+\+\+ b/(?P=path)\n"
)
HUNK = re.compile(r"^@@ .*\n", re.MULTILINE)


class NotAPatch(Exception):
    """The file does not begin as a mutant has to."""


class DoesNotFit(Exception):
    """The code has changed under the patch: it belongs nowhere, or to several places."""


@dataclass(frozen=True, slots=True)
class Hunk:
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Mutant:
    name: str
    bug: str  # a sentence
    tests: tuple[str, ...]  # files, from the root of the checkout
    path: str  # of the source, from there too
    hunks: tuple[Hunk, ...]

    def planted_in(self, source: str) -> str:
        """The source with the bug. Raises DoesNotFit."""
        for hunk in self.hunks:
            if source.count(hunk.before) != 1:
                raise DoesNotFit(f"{self.name} does not fit {self.path}")
            source = source.replace(hunk.before, hunk.after)
        return source


def every_mutant() -> list[Mutant]:
    return [parse_mutant(patch.stem, patch.read_text()) for patch in sorted(FOLDER.glob("*.patch"))]


def parse_mutant(name: str, patch: str) -> Mutant:
    """Raises NotAPatch."""
    header = HEADER.match(patch)
    if header is None:
        raise NotAPatch(name)
    return Mutant(
        name=name,
        bug=header["bug"],
        tests=tuple(header["tests"].split()),
        path=header["path"],
        hunks=tuple(_hunks(patch[header.end() :])),
    )


def _hunks(diff: str) -> Iterator[Hunk]:
    for part in HUNK.split(diff)[1:]:
        lines = part.splitlines(keepends=True)
        yield Hunk(
            before="".join(line[1:] for line in lines if line[0] in " -"),
            after="".join(line[1:] for line in lines if line[0] in " +"),
        )
