"""What `.ci/run` leans on: reports and catalogues that prove too little are refused."""

import runpy
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
BROWSER = '<testcase classname="tests.test_browser_desk" name="test_a"/>'


def report(cases):
    return ET.fromstring(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")  # noqa: S314


@pytest.fixture(scope="module")
def junit_faults():
    return runpy.run_path(str(ROOT / ".ci" / "check_junit.py"))["faults"]


def test_full_report_is_accepted(junit_faults):
    assert junit_faults(report(BROWSER)) == []


def test_report_without_tests_is_refused(junit_faults):
    assert junit_faults(report(""))[0] == "no test ran"


def test_report_with_a_skipped_test_is_refused(junit_faults):
    skipped = '<testcase classname="tests.test_b" name="test_b"><skipped message="no luck"/></testcase>'

    assert junit_faults(report(BROWSER + skipped)) == ["tests.test_b.test_b: skipped: no luck"]


def test_report_without_a_browser_test_is_refused(junit_faults):
    other = '<testcase classname="tests.test_desk" name="test_a"/>'

    assert junit_faults(report(other)) == ["no browser test ran (a module with `browser` in its name)"]


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs the gettext package")
def test_catalogue_faults_are_found(tmp_path, monkeypatch):
    folder = tmp_path / "app" / "locale" / "ru" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (tmp_path / "app" / "texts.py").write_text('a = [_("Card"), _("Points"), _("Visit")]\n')
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.append(polib.POEntry(msgid="Card", msgstr="Карта"))
    catalogue.append(polib.POEntry(msgid="Points", msgstr="Баллы", flags=["fuzzy"]))
    catalogue.save(str(folder / "django.po"))
    monkeypatch.chdir(tmp_path)

    faults = runpy.run_path(str(ROOT / ".ci" / "check_translations.py"))["faults"](Path("app"))

    path = "app/locale/ru/LC_MESSAGES/django"
    assert faults == [
        f"{path}.po: not translated: 'Visit'",
        f"{path}.po: fuzzy: 'Points'",
        f"{path}.mo is behind its source: run `manage.py compilemessages`",
    ]


@pytest.mark.parametrize("name", ["demo", "test"])
def test_readme_has_one_line_for(name):
    text = (ROOT / "README.md").read_text()
    block = text.split(f"<!-- {name} command -->")[1].split(f"<!-- end of {name} command -->")[0]
    lines = [line for line in block.splitlines() if line and not line.startswith("```")]

    assert len(lines) == 1
    assert lines[0].startswith("python3.11 -m venv .venv && ")
