"""Refuses a Russian text that is missing or fuzzy, and a compiled catalogue that is behind its source.

Words that two apps translate differently too: Django merges the catalogues, so one of them would be read wrongly.

Run from the checkout's root; it renews the .po files in place, so run it on a copy.
"""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import polib

APPS = ("clinics", "patients", "notifications", "loyalty", "config")
LANGUAGE = "ru"


def texts(catalogue: polib.POFile | polib.MOFile) -> dict[tuple[str | None, str], object]:
    return {
        (entry.msgctxt, entry.msgid): entry.msgstr_plural or entry.msgstr
        for entry in catalogue.translated_entries()
        if entry.msgid
    }


def faults(app: Path) -> list[str]:
    source = app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"
    committed = polib.pofile(str(source)) if source.exists() else polib.POFile()
    source.parent.mkdir(parents=True, exist_ok=True)
    # -P: from inside an app its own modules (calendar) would stand before the standard library's.
    command = [sys.executable, "-P", "-m", "django", "makemessages", "-l", LANGUAGE, "--no-wrap", "-v0"]
    subprocess.run(
        command, cwd=app, check=True, env={k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
    )
    if not source.exists():
        return []
    fresh = polib.pofile(str(source))
    found = [f"{source}: not translated: {entry.msgid!r}" for entry in fresh.untranslated_entries()]
    found += [f"{source}: fuzzy: {entry.msgid!r}" for entry in fresh.fuzzy_entries()]
    compiled = source.with_suffix(".mo")
    if not compiled.exists() or texts(polib.mofile(str(compiled))) != texts(committed):
        found.append(f"{compiled} is behind its source: run `manage.py compilemessages`")
    return found


def disagreements(catalogues: Iterable[polib.POFile]) -> list[str]:
    meanings: dict[tuple[str | None, str, str], set[str]] = {}
    for catalogue in catalogues:
        for entry in catalogue.translated_entries():
            text = entry.msgstr or "|".join(entry.msgstr_plural.values())
            meanings.setdefault((entry.msgctxt, entry.msgid, entry.msgid_plural), set()).add(text)
    return [
        f"{words[1]!r} has several translations: {', '.join(sorted(texts))}; give each a context"
        for words, texts in meanings.items()
        if len(texts) > 1
    ]


if __name__ == "__main__":
    problems = [fault for app in APPS for fault in faults(Path(app))]
    catalogues = Path().glob("*/locale/ru/LC_MESSAGES/*.po")
    problems += disagreements(polib.pofile(str(catalogue)) for catalogue in catalogues)
    print("\n".join(problems))
    sys.exit(bool(problems))
