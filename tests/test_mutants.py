"""The bugs of `python -m tests.mutants` still fit the code; the command itself takes minutes and runs apart.

What to do when one no longer fits stands in docs/testing.md."""

import ast
from pathlib import Path

import pytest

from tests.mutants.__main__ import Verdict, exit_code, judge
from tests.mutants.mutant import ROOT, DoesNotFit, NotAPatch, every_mutant, parse_mutant

PATCH = """Bug: Two and two are five.
Killed by: tests/test_sums.py tests/test_more_sums.py

--- a/sums.py
+++ b/sums.py
@@ -1,2 +1,2 @@
 def four():
-    return 2 + 2
+    return 5
"""
SOURCE = "def four():\n    return 2 + 2\n"


@pytest.mark.parametrize("mutant", every_mutant(), ids=lambda mutant: mutant.name)
def test_bug_still_fits_the_code_and_names_tests_that_exist(mutant):
    planted = mutant.planted_in((ROOT / mutant.path).read_text())

    assert [test for test in mutant.tests if not Path(ROOT, test).is_file()] == []
    if mutant.path.endswith(".py"):
        # A bug that does not even parse would be noticed by any test.
        ast.parse(planted)


def test_there_are_as_many_bugs_as_were_promised():
    assert len(every_mutant()) >= 20


def test_patch_is_read_and_planted():
    mutant = parse_mutant("five", PATCH)

    assert (mutant.bug, mutant.path) == ("Two and two are five.", "sums.py")
    assert mutant.tests == ("tests/test_sums.py", "tests/test_more_sums.py")
    assert mutant.planted_in(SOURCE) == "def four():\n    return 5\n"


@pytest.mark.parametrize("source", ["def four():\n    return 4\n", SOURCE * 2], ids=["nowhere", "twice"])
def test_patch_that_fits_no_place_or_several_is_refused(source):
    with pytest.raises(DoesNotFit):
        parse_mutant("five", PATCH).planted_in(source)


def test_patch_without_its_words_is_refused():
    with pytest.raises(NotAPatch):
        parse_mutant("five", PATCH.removeprefix("Bug: Two and two are five.\n"))


@pytest.mark.parametrize(
    ("code", "verdict"), [(0, Verdict.SURVIVED), (1, Verdict.KILLED), (2, Verdict.NOT_RUN), (5, Verdict.NOT_RUN)]
)
def test_only_a_failed_test_kills_and_the_source_is_restored(tmp_path, monkeypatch, code, verdict):
    source = tmp_path / "sums.py"
    source.write_text(SOURCE)
    seen = []
    monkeypatch.setattr(
        "tests.mutants.__main__.run_tests", lambda copy, tests: seen.append((source.read_text(), tests)) or code
    )

    assert judge(parse_mutant("five", PATCH), tmp_path) is verdict

    assert seen == [("def four():\n    return 5\n", ("tests/test_sums.py", "tests/test_more_sums.py"))]
    assert source.read_text() == SOURCE


def test_patch_that_does_not_fit_is_a_verdict_of_its_own(tmp_path):
    (tmp_path / "sums.py").write_text("")

    assert judge(parse_mutant("five", PATCH), tmp_path) is Verdict.DOES_NOT_FIT


@pytest.mark.parametrize("other", [Verdict.SURVIVED, Verdict.DOES_NOT_FIT, Verdict.NOT_RUN])
def test_command_fails_unless_every_bug_is_killed(other):
    assert exit_code([Verdict.KILLED, Verdict.KILLED]) == 0
    assert exit_code([Verdict.KILLED, other]) == 1
