"""`manage.py program`: clear messages, exit codes, and nothing written when something is wrong."""

import json
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import translation

from clinics.models import ServiceCategory
from loyalty.models import ProgramVersion
from loyalty.program.files import read_preset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def file(tmp_path):
    return tmp_path / "program.json"


def program(*words: object) -> str:
    return answer_and_warnings(*words)[0]


def answer_and_warnings(*words: object) -> tuple[str, str]:
    out, warnings = StringIO(), StringIO()
    call_command("program", *map(str, words), stdout=out, stderr=warnings)
    return out.getvalue(), warnings.getvalue()


def refusal(*words: object) -> str:
    with pytest.raises(CommandError) as error:
        program(*words)
    assert error.value.returncode == 1
    return str(error.value)


@pytest.mark.parametrize("name", ["dentistry", "cosmetology"])
def test_presets_are_imported_by_name_and_published(name):
    program("import", name)

    answer = program("publish", 1)

    assert answer.startswith("Version 1 is in force from ")
    assert ProgramVersion.objects.get().document == read_preset(name)


def test_exported_file_imports_as_the_same_document(file):
    program("import", "cosmetology", "--title", "Spring")

    program("export", 1, file)
    program("import", file)

    first, second = ProgramVersion.objects.order_by("number")
    assert (first.title, second.title) == ("Spring", "Косметология")
    assert first.document == second.document


def test_export_without_a_number_prints_the_version_in_force():
    program("import", "dentistry")
    program("publish", 1)

    assert json.loads(program("export")) == read_preset("dentistry")


def test_all_faults_are_listed_at_once_with_their_paths(file):
    document = read_preset("dentistry")
    document["points"]["value_kopecks"] = "много"
    document["tiers"]["levels"][1]["threshold_roubles"] = -5
    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 101
    document["welcom"] = {}
    del document["redemption"]
    file.write_text(json.dumps(document))

    assert refusal("import", file).splitlines() == [
        "$.redemption: the field is missing.",
        "$.points.value_kopecks: a whole number is needed here.",
        "$.tiers.levels[1].threshold_roubles: the number must be from 0 to 1000000000.",
        "$.earning.rules[0].effect.percent_by_tier.gold: the number must be from 0 to 100.",
        "$.welcom: there is no such field. Check its spelling.",
    ]
    assert ProgramVersion.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "$: line 1, column 1: this is not JSON."),
        (b'{\n "code": }', "$: line 2, column 10: this is not JSON."),
        (
            '{\n"title": "Стоматология"}'.encode("cp1251"),
            "$: line 2 is not in UTF-8. Save the file in this encoding.",
        ),
        (b"[]", "$: an object with fields is needed here."),
        (b"[" * 100_000, "$: the file is not a program document."),
        (b"1" * 5_000, "$: the file is not a program document."),
        (b" " * 2_000_001, "$: the file is larger than 2000000 bytes."),
    ],
    ids=["empty", "broken", "wrong encoding", "a list", "too deep", "huge number", "too large"],
)
def test_file_that_is_no_program_is_refused_with_its_line(file, content, message):
    file.write_bytes(content)

    assert refusal("check", file) == message
    assert refusal("import", file) == message
    assert ProgramVersion.objects.count() == 0


def test_field_that_stands_twice_is_named_with_its_path(file):
    text = json.dumps(read_preset("dentistry")).replace(
        '"pending_days": 0', '"pending_days": 0, "pending_days": 3'
    )
    file.write_text(text)

    assert refusal("import", file) == "$.points.pending_days: the field stands twice. Keep one."
    assert ProgramVersion.objects.count() == 0


def test_byte_order_mark_of_a_windows_editor_does_no_harm(file):
    file.write_text(json.dumps(read_preset("dentistry")), encoding="utf-8-sig")

    assert program("check", file) == "The document has no faults.\n"


def test_missing_file_is_named(file):
    assert refusal("check", file) == f"Can't read {file}: No such file or directory"


@time_machine.travel("2026-11-22T09:00:00Z", tick=False)
def test_publishing_for_later_names_the_moment_in_the_portals_zone():
    program("import", "dentistry")

    answer = program("publish", 1, "--from", "2026-12-01T00:00")

    assert answer == "Version 1 is in force from 01.12.2026 00:00.\n"
    assert refusal("export") == "No version is in force. Publish one first."


@time_machine.travel("2026-11-22T09:00:00Z", tick=False)
def test_publishing_in_the_past_is_refused():
    program("import", "dentistry")

    answer = refusal("publish", 1, "--from", "2026-11-21T00:00")

    assert answer == "A program can't start in the past: 21.11.2026 00:00. Name a later moment."
    assert ProgramVersion.objects.get().status == "DRAFT"


def test_publishing_twice_or_an_unknown_number_is_refused():
    program("import", "dentistry")
    program("publish", 1)

    assert refusal("publish", 1).startswith("Version 1 has been published before.")
    assert refusal("publish", 7) == "There is no version 7."


def test_moment_that_can_not_be_read_is_refused():
    assert "is not a moment like" in refusal("publish", 1, "--from", "tomorrow")


@time_machine.travel("2026-11-22T09:00:00Z", tick=False)
def test_list_shows_every_version():
    program("import", "dentistry")
    program("import", "cosmetology")
    program("publish", 1)

    assert program("list").splitlines() == [
        "1\tpublished\t22.11.2026 12:00\tСтоматология",
        "2\tdraft\t—\tКосметология",
    ]


def test_schema_file_in_the_docs_is_the_one_the_validator_writes():
    text = (Path(__file__).resolve().parents[2] / "docs" / "program.schema.json").read_text(encoding="utf-8")

    assert program("schema") == text


def test_code_that_the_price_list_does_not_have_is_a_warning_with_its_path():
    for code in ("implantation", "orthopaedics"):
        ServiceCategory.objects.create(code=code, name=code)

    answer, warnings = answer_and_warnings("import", "dentistry")

    assert answer.startswith("Draft 1 is stored.")
    path = "$.redemption.nothing_on.categories[1]"
    assert warnings == f"{path}: the price list has no category “orthodontics”: nothing will match it.\n"


@time_machine.travel("2027-01-01T09:00:00Z", tick=False)
def test_what_a_program_says_in_vain_is_a_warning_and_refuses_nothing(file):
    document = read_preset("cosmetology")
    promotion = {
        "code": "winter",
        "title": {"ru": "Зима", "en": "Winter"},
        "effect": {"kind": "percent", "percent": 10},
        "when": {"doctors": ["petrov"]},
        "days": {"first_day": "2026-12-01", "last_day": "2026-12-31"},
        "rules_link": "/promo",
    }
    document["discounts"] = {"promotions": [promotion]}
    document["earning"]["rules"] = [
        {
            "code": "vip",
            "title": {"ru": "Свои", "en": "Insiders"},
            "effect": {"kind": "percent", "percent": 10},
            "when": {"tags": ["vip"], "clinics": ["tver"], "social_groups": ["elf"]},
        }
    ]
    file.write_text(json.dumps(document))

    answer, warnings = answer_and_warnings("check", file)

    assert answer == "The document has no faults.\n"
    assert warnings.splitlines() == [
        "$.discounts.promotions[0].days.last_day: it ended on 31.12.2026 and no longer applies.",
        "$.earning.rules[0].when.clinics[0]: there is no clinic “tver”: nothing will match it.",
        "$.earning.rules[0].when.tags[0]: there is no tag “vip”: nothing will match it.",
        "$.earning.rules[0].when.social_groups[0]: there is no social group “elf”: nothing will match it.",
        "$.discounts.promotions[0].when.doctors[0]: there is no doctor “petrov”: nothing will match it.",
    ]


def test_program_is_told_with_numbers_under_its_sections():
    program("import", "dentistry")

    lines = program("tell", 1).replace("\u00a0", " ").splitlines()

    assert lines[:4] == [
        "Joining",
        "  1. A new member gets 250 points.",
        "How points are earned",
        "  2. For what you pay we give back in points: Standart 5 %, Silver 7 %, Gold 9 %, Premium 10 %.",
    ]
    assert lines[-1] == " 25. The program is called “Dentistry”; its code is dentistry."


def test_two_versions_are_compared_sentence_by_sentence(file):
    program("import", "dentistry")
    file.write_text(json.dumps(read_preset("dentistry") | {"welcome": {"points": 300}}))
    program("import", file)

    assert program("compare", 1, 2).splitlines() == [
        "Joining",
        "  Was: A new member gets 250 points.",
        "  Now: A new member gets 300 points.",
    ]
    assert program("compare", 1, 1) == "Both versions say the same.\n"
    assert refusal("compare", 1, 7) == "There is no version 7."


@time_machine.travel("2026-11-22T09:00:00Z", tick=False)
def test_draft_is_put_aside_and_a_version_in_force_is_not():
    program("import", "dentistry")
    program("import", "dentistry")
    program("publish", 1)

    assert program("archive", 2) == "Version 2 is put aside.\n"

    assert refusal("archive", 1) == "Version 1 has started, so it stays. Publish another one in its place."
    assert refusal("archive", 7) == "There is no version 7."
    assert list(ProgramVersion.objects.order_by("number").values_list("status", flat=True)) == [
        "PUBLISHED",
        "ARCHIVED",
    ]


@time_machine.travel("2026-11-22T09:00:00Z", tick=False)
def test_version_is_withdrawn_after_the_one_that_follows_it():
    for day in (1, 2):
        program("import", "dentistry")
        program("publish", day, "--from", f"2026-12-0{day}T00:00")

    assert refusal("archive", 1) == "Version 2 is published to follow it. Withdraw that one first."
    assert program("archive", 2) == "Version 2 is put aside.\n"
