"""What the import commands have in common: arguments, progress on a terminal, faults as they come."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.management.base import CommandError, OutputWrapper
from django.core.validators import validate_slug
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from tqdm import tqdm

from clinics.models import Clinic
from clinics.number_texts import number_text
from loyalty.imports.errors_file import ErrorsFile
from loyalty.imports.faults import RowFault
from loyalty.imports.texts import reason_of
from loyalty.models import ProgramVersion

SHOWN_FAULTS = 10


def add_import_arguments(parser: ArgumentParser) -> None:
    """Of a file of people."""
    add_file_arguments(parser)
    parser.add_argument("--clinic", required=True, help="code of the home clinic of new patients")
    parser.add_argument("--source", required=True, help="short latin name of the system the file comes from")


def add_file_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="csv or xlsx; docs/import.md lists the columns")
    parser.add_argument("--dry-run", action="store_true", help="read and check everything, write nothing")
    parser.add_argument("--errors", type=Path, help="where to write the rows left out, with the reasons (csv)")


def clinic_of(code: str) -> Clinic:
    try:
        return Clinic.objects.get(code=code)
    except Clinic.DoesNotExist:
        known = ", ".join(Clinic.objects.order_by("code").values_list("code", flat=True))
        raise CommandError(
            _("There is no clinic “%(code)s”. Known: %(known)s.") % {"code": code, "known": known or "—"}
        ) from None


def source_of(slug: str) -> str:
    try:
        validate_slug(slug)
    except Exception as error:
        raise CommandError(_("--source takes latin letters, digits, “-” and “_”.")) from error
    # The keys of old cards are kept under the same name with a suffix.
    if len(slug) > 40:
        raise CommandError(_("--source is longer than 40 characters."))
    return slug


def version_of(number: int) -> ProgramVersion:
    """A published version: what it gives must stay explained by rules that never change."""
    version = ProgramVersion.objects.filter(number=number).exclude(status=ProgramVersion.Status.DRAFT).first()
    if version is None:
        raise CommandError(_("There is no published program version %(number)s.") % {"number": number})
    return version


@dataclass(slots=True)
class FaultLog:
    """Shows the first faults on the terminal and writes all of them to the errors file."""

    stderr: OutputWrapper
    file: ErrorsFile | None
    faults: int = 0

    def write(self, fault: RowFault) -> None:
        self.faults += 1
        if self.file is not None:
            self.file.write(fault)
        if self.faults <= SHOWN_FAULTS:
            place = {"row": fault.row, "column": fault.column, "reason": reason_of(fault)}
            # The command's stderr ends its lines by itself; the bar steps aside for them.
            with tqdm.external_write_mode(file=sys.stderr):
                self.stderr.write(_("Row %(row)s, %(column)s: %(reason)s") % place)

    def finish(self) -> None:
        hidden = self.faults - SHOWN_FAULTS
        if hidden > 0:
            text = ngettext("And %(count)s more error.", "And %(count)s more errors.", hidden)
            self.stderr.write(text % {"count": number_text(hidden)})


def refuse_same_file(*, file: Path, errors: Path | None) -> None:
    """The errors file is emptied first: it must not be the file that is being read."""
    if errors is not None and errors.resolve() == file.resolve():
        raise CommandError(_("--errors names the imported file itself. Give it another name."))


@contextmanager
def fault_log(stderr: OutputWrapper, path: Path | None) -> Iterator[FaultLog]:
    """The log for one run. Raises CommandError when the errors file can't be written."""
    if path is None:
        log = FaultLog(stderr, None)
        yield log
        log.finish()
        return
    try:
        file = ErrorsFile(path)
    except OSError as error:
        raise CommandError(
            _("The errors file can't be written: %(reason)s.") % {"reason": error.strerror}
        ) from error
    with file:
        log = FaultLog(stderr, file)
        yield log
        log.finish()


def progress_bar(total: int) -> "tqdm[None]":
    """A bar on a terminal; in a pipe it draws nothing."""
    return tqdm(total=total, unit=_("rows"), file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
