"""Drafts and published versions: what is in force when, and what never changes."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from clinics.models import AuditEvent
from loyalty.models import ProgramVersion
from loyalty.program.files import FaultyProgram, read_preset
from loyalty.program.versions import (
    Backdated,
    NoProgram,
    NotADraft,
    StartTaken,
    compiled_version,
    create_draft,
    current_program,
    current_version,
    publish,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def draft(name: str = "dentistry") -> ProgramVersion:
    return create_draft(document=read_preset(name), at=NOW, actor=None)


def test_draft_gets_the_next_number_and_the_title_of_its_document():
    first, second = draft(), draft("cosmetology")

    assert [(each.number, each.title, each.status) for each in (first, second)] == [
        (1, "Стоматология", "DRAFT"),
        (2, "Косметология", "DRAFT"),
    ]


def test_draft_with_faults_is_refused_and_nothing_is_written():
    document = read_preset("dentistry")
    document["points"]["value_kopecks"] = 0

    with pytest.raises(FaultyProgram) as refusal:
        create_draft(document=document, at=NOW, actor=None)

    assert [fault.path for fault in refusal.value.faults] == ["$.points.value_kopecks"]
    assert ProgramVersion.objects.count() == 0
    assert AuditEvent.objects.count() == 0


def test_without_a_published_version_there_is_no_program():
    draft()

    with pytest.raises(NoProgram):
        current_program(at=NOW)


def test_version_published_at_once_is_in_force_at_once():
    draft()

    publish(number=1, at=NOW, actor=None)

    assert current_version(at=NOW).number == 1
    assert current_program(at=NOW).program.code == "dentistry"
    with pytest.raises(NoProgram):
        current_version(at=NOW - timedelta(microseconds=1))


def test_version_published_for_tomorrow_takes_over_at_its_moment():
    draft()
    draft("cosmetology")
    publish(number=1, at=NOW, actor=None)

    publish(number=2, at=NOW, actor=None, starts_at=NOW + DAY)

    assert current_program(at=NOW + DAY - timedelta(microseconds=1)).number == 1
    assert current_program(at=NOW + DAY).number == 2
    assert current_program(at=NOW + DAY).program.code == "cosmetology"


def test_past_moment_is_refused_and_the_draft_stays_a_draft():
    draft()

    with pytest.raises(Backdated):
        publish(number=1, at=NOW, actor=None, starts_at=NOW - timedelta(minutes=2))

    assert ProgramVersion.objects.get().status == "DRAFT"


def test_now_of_a_moment_ago_counts_as_now():
    draft()

    version = publish(number=1, at=NOW, actor=None, starts_at=NOW - timedelta(seconds=30))

    assert version.starts_at == NOW


def test_version_is_published_once():
    draft()
    publish(number=1, at=NOW, actor=None)

    with pytest.raises(NotADraft):
        publish(number=1, at=NOW + DAY, actor=None)

    assert ProgramVersion.objects.get().starts_at == NOW


def test_two_versions_can_not_start_at_one_moment():
    draft()
    draft("cosmetology")
    publish(number=1, at=NOW, actor=None)

    with pytest.raises(StartTaken) as refusal:
        publish(number=2, at=NOW, actor=None)

    assert refusal.value.number == 1
    assert ProgramVersion.objects.get(number=2).status == "DRAFT"


def test_draft_whose_document_was_spoilt_is_not_published():
    version = draft()
    ProgramVersion.objects.filter(pk=version.pk).update(document={"schema_version": 1})

    with pytest.raises(FaultyProgram):
        publish(number=1, at=NOW, actor=None)

    assert ProgramVersion.objects.get().status == "DRAFT"


@pytest.mark.parametrize(
    "change",
    [{"document": {}}, {"number": 9}, {"starts_at": NOW + DAY}, {"published_at": NOW - DAY}],
    ids=lambda change: next(iter(change)),
)
def test_database_refuses_to_change_a_published_version(change):
    draft()
    publish(number=1, at=NOW, actor=None)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ProgramVersion.objects.update(**change)

    assert current_version(at=NOW).document == read_preset("dentistry")


def test_database_refuses_to_delete_a_published_version_but_not_a_draft():
    draft()
    draft("cosmetology")
    publish(number=1, at=NOW, actor=None)

    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        ProgramVersion.objects.filter(number=1).delete()
    ProgramVersion.objects.filter(number=2).delete()

    assert ProgramVersion.objects.get().number == 1


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"status": "PUBLISHED"}, "program_published_has_moments"),
        ({"starts_at": NOW, "published_at": NOW}, "program_draft_has_no_moments"),
        (
            {"status": "PUBLISHED", "starts_at": NOW - DAY, "published_at": NOW},
            "program_never_backdated",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_database_refuses_a_version_in_an_impossible_state(change, constraint):
    draft()

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        ProgramVersion.objects.update(**change)

    assert ProgramVersion.objects.get().status == "DRAFT"


def test_known_version_costs_one_query(django_assert_num_queries):
    draft()
    publish(number=1, at=NOW, actor=None)
    current_program(at=NOW)

    with django_assert_num_queries(1):
        current_program(at=NOW + DAY)


def test_compiled_form_of_a_draft_follows_its_document():
    version = draft()
    before = compiled_version(version)

    version.document["points"]["lot_grace_days"] = 21
    after = compiled_version(version)

    assert (before.lot_grace_days, after.lot_grace_days) == (14, 21)


def test_document_survives_the_database_with_its_fractions():
    document = read_preset("cosmetology")
    document["earning"]["rules"][0]["effect"]["percent"] = "7.55"

    create_draft(document=document, at=NOW, actor=None)

    stored = ProgramVersion.objects.get()
    assert stored.document == document
    assert compiled_version(stored).earning.common_rate_bp(None) == 755


def test_publishing_is_recorded():
    draft()

    publish(number=1, at=NOW, actor=None)

    assert list(AuditEvent.objects.order_by("id").values_list("code", flat=True)) == [
        "program.drafted",
        "program.published",
    ]
