"""`manage.py program`: check, import, export, tell, compare, try, publish, archive and list versions."""

import argparse
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.management.what_if_console import count_with_bar, lines_of
from loyalty.models import ProgramVersion
from loyalty.program.comparison import compare_versions
from loyalty.program.drafts import AlreadyStarted, NotTheLast, archive
from loyalty.program.faults import describe_all
from loyalty.program.files import FaultyProgram, document_text, preset_names, read_document, read_preset
from loyalty.program.names import read_names
from loyalty.program.price_list import find_program_warnings
from loyalty.program.sentences import Reader, chapters, tell_program
from loyalty.program.telling import SECTION_TITLES
from loyalty.program.versions import (
    Backdated,
    NoProgram,
    NotADraft,
    StartTaken,
    create_draft,
    current_version,
    publish,
)
from loyalty.rules.document import schema_text
from loyalty.what_if.children import PartFailed

MOST_MONTHS = 120


class Command(BaseCommand):
    help = "Check, import, export, tell, compare, try, publish, archive and list versions of the loyalty program."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        source = f"a file, or a preset by name: {', '.join(preset_names())}"
        acts.add_parser("check", help="list all faults of a document").add_argument("source", help=source)
        importing = acts.add_parser("import", help="store a document as a draft")
        importing.add_argument("source", help=source)
        importing.add_argument("--title", default="", help="of the version; by default the document's own")
        exporting = acts.add_parser("export", help="write a version as a file")
        exporting.add_argument("number", nargs="?", type=int, help="by default the version in force")
        exporting.add_argument("file", nargs="?", type=Path, help="by default the output")
        telling = acts.add_parser("tell", help="say a version in plain words, as the staff reads it")
        telling.add_argument("number", nargs="?", type=int, help="by default the version in force")
        comparing = acts.add_parser("compare", help="list the sentences in which two versions differ")
        comparing.add_argument("old", type=int)
        comparing.add_argument("new", type=int)
        trying = acts.add_parser(
            "whatif", help="count a version over the receipts of the past months; writes nothing"
        )
        trying.add_argument("number", type=int)
        trying.add_argument("--months", type=int, default=12, help="of the past, by default 12")
        publishing = acts.add_parser("publish", help="put a draft in force")
        publishing.add_argument("number", type=int)
        publishing.add_argument(
            "--from", dest="starts_at", type=_moment, help="2026-12-01T00:00; by default at once"
        )
        archiving = acts.add_parser("archive", help="put a draft aside, or withdraw a version before it starts")
        archiving.add_argument("number", type=int)
        acts.add_parser("list", help="show all versions")
        acts.add_parser("schema", help="print the JSON Schema of a document")

    def handle(self, *args: Any, **options: Any) -> None:
        match options["act"]:
            case "check":
                self._check(options["source"])
            case "import":
                self._import(options["source"], title=options["title"])
            case "export":
                self._export(options["number"], file=options["file"])
            case "tell":
                self._tell(_stored(options["number"]))
            case "compare":
                self._compare(_stored(options["old"]), _stored(options["new"]))
            case "whatif":
                self._what_if(_stored(options["number"]), months=options["months"])
            case "publish":
                self._publish(options["number"], starts_at=options["starts_at"])
            case "archive":
                self._archive(options["number"])
            case "schema":
                self.stdout.write(schema_text(), ending="")
            case _:
                self._list()

    def _check(self, source: str) -> None:
        document = _read(source)
        self.stdout.write(_("The document has no faults."))
        self._warn(document)

    def _warn(self, document: dict[str, Any]) -> None:
        warnings = find_program_warnings(document, day=timezone.localdate(clock.now()))
        if warnings:
            self.stderr.write(describe_all(warnings), self.style.WARNING)

    def _import(self, source: str, *, title: str) -> None:
        version = create_draft(document=_read(source), title=title, at=clock.now(), actor=None)
        self.stdout.write(
            _("Draft %(number)s is stored. Publish it: manage.py program publish %(number)s")
            % {"number": version.number}
        )
        self._warn(version.document)

    def _export(self, number: int | None, *, file: Path | None) -> None:
        text = document_text(_stored(number).document)
        if file is None:
            self.stdout.write(text, ending="")
            return
        try:
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandError(
                _("Can't write %(file)s: %(why)s") % {"file": file, "why": error.strerror}
            ) from error
        self.stdout.write(_("Written to %(file)s.") % {"file": file})

    def _tell(self, version: ProgramVersion) -> None:
        names = read_names(version.document)
        for chapter in chapters(tell_program(version.document, names=names, reader=Reader.STAFF)):
            self.stdout.write(chapter.title, self.style.MIGRATE_HEADING)
            for number, sentence in enumerate(chapter.sentences, start=chapter.start):
                self.stdout.write(f"{number:3}. {sentence.full_text}")

    def _compare(self, old: ProgramVersion, new: ProgramVersion) -> None:
        changes = compare_versions(old, new)
        if not changes:
            self.stdout.write(_("Both versions say the same."))
        for section, members in groupby(changes, key=lambda change: change.section):
            self.stdout.write(str(SECTION_TITLES[section]), self.style.MIGRATE_HEADING)
            for change in members:
                self.stdout.write("\n".join(f"  {line}" for line in change.lines))

    def _what_if(self, version: ProgramVersion, *, months: int) -> None:
        compared, at = _stored(None), clock.now()
        if not 1 <= months <= MOST_MONTHS:
            raise CommandError(_("--months: from 1 to %(most)s.") % {"most": MOST_MONTHS})
        if compared == version:
            raise CommandError(_("This version is in force: there is nothing to compare it with."))
        try:
            result = count_with_bar(version, compared=compared, months=months, at=at)
        except PartFailed as error:
            raise CommandError(_("The counting has broken off; the reason stands above.")) from error
        for line in lines_of(result, version=version, compared=compared, months=months):
            self.stdout.write(line)

    def _publish(self, number: int, *, starts_at: datetime | None) -> None:
        try:
            version = publish(number=number, starts_at=starts_at, at=clock.now(), actor=None)
        except ProgramVersion.DoesNotExist as error:
            raise CommandError(_("There is no version %(number)s.") % {"number": number}) from error
        except NotADraft as error:
            raise CommandError(
                _("Version %(number)s has been published before. Import the document as a new draft.")
                % {"number": number}
            ) from error
        except Backdated as error:
            raise CommandError(
                _("A program can't start in the past: %(moment)s. Name a later moment.")
                % {"moment": _shown(error.starts_at)}
            ) from error
        except StartTaken as error:
            raise CommandError(
                _("Version %(number)s starts at %(moment)s already. Name another moment.")
                % {"number": error.number, "moment": _shown(error.starts_at)}
            ) from error
        except FaultyProgram as error:
            raise CommandError(describe_all(error.faults)) from error
        self.stdout.write(
            _("Version %(number)s is in force from %(moment)s.")
            % {"number": version.number, "moment": _shown(version.starts_at)}
        )
        self._warn(version.document)

    def _archive(self, number: int) -> None:
        try:
            archive(number=number, at=clock.now(), actor=None)
        except ProgramVersion.DoesNotExist as error:
            raise CommandError(_("There is no version %(number)s.") % {"number": number}) from error
        except AlreadyStarted as error:
            raise CommandError(
                _("Version %(number)s has started, so it stays. Publish another one in its place.")
                % {"number": number}
            ) from error
        except NotTheLast as error:
            raise CommandError(
                _("Version %(later)s is published to follow it. Withdraw that one first.") % {"later": error.later}
            ) from error
        self.stdout.write(_("Version %(number)s is put aside.") % {"number": number})

    def _list(self) -> None:
        for version in ProgramVersion.objects.order_by("number"):
            start = _shown(version.starts_at)
            self.stdout.write(f"{version.number}\t{version.get_status_display()}\t{start}\t{version.title}")


def _read(source: str) -> dict[str, Any]:
    """A preset by its name, else a file by its path."""
    try:
        if source in preset_names():
            return read_preset(source)
        return read_document(Path(source).read_bytes())
    except OSError as error:
        raise CommandError(_("Can't read %(file)s: %(why)s") % {"file": source, "why": error.strerror}) from error
    except FaultyProgram as error:
        raise CommandError(describe_all(error.faults)) from error


def _stored(number: int | None) -> ProgramVersion:
    try:
        return current_version(at=clock.now()) if number is None else ProgramVersion.objects.get(number=number)
    except NoProgram as error:
        raise CommandError(_("No version is in force. Publish one first.")) from error
    except ProgramVersion.DoesNotExist as error:
        raise CommandError(_("There is no version %(number)s.") % {"number": number}) from error


def _moment(text: str) -> datetime:
    """ISO; without an offset it is meant in the portal's own zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a moment like 2026-12-01T00:00") from error
    return timezone.make_aware(moment) if moment.tzinfo is None else moment


def _shown(moment: datetime | None) -> str:
    return "—" if moment is None else f"{timezone.localtime(moment):%d.%m.%Y %H:%M}"
