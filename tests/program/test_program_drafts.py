"""Drafts change by revisions, and versions that never started go to the archive."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from clinics.models import AuditEvent
from loyalty.models import ProgramVersion
from loyalty.program.drafts import AlreadyStarted, NotTheLast, archive, change_draft
from loyalty.program.files import FaultyProgram, read_preset
from loyalty.program.versions import DraftChanged, NotADraft, create_draft, current_program, publish
from tests.threads import run_together

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def maria(db):
    return User.objects.create_user("maria")


@pytest.fixture
def olga(db):
    return User.objects.create_user("olga")


@pytest.fixture
def draft(maria):
    return create_draft(document=read_preset("dentistry"), at=NOW, actor=maria)


def with_gold(percent):
    document = read_preset("dentistry")
    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = percent
    return document


def change(document, *, actor, revision=0, at=NOW):
    return change_draft(number=1, revision=revision, document=document, place="cashback", at=at, actor=actor)


def test_change_makes_the_next_revision_and_one_more_author(draft, maria, olga):
    change(with_gold(8), actor=olga, at=NOW + DAY)

    draft.refresh_from_db()
    assert draft.document == with_gold(8)
    assert (draft.revision, draft.changed_by, draft.changed_at) == (1, olga, NOW + DAY)
    assert set(draft.authors.all()) == {maria, olga}
    event = AuditEvent.objects.get(code="program.changed")
    assert (event.actor, event.details) == (olga, {"place": "cashback", "revision": 1})


def test_second_saver_of_one_revision_is_refused_and_writes_nothing(draft, maria, olga):
    change(with_gold(8), actor=maria)

    with pytest.raises(DraftChanged) as refusal:
        change(with_gold(7), actor=olga)

    assert refusal.value.version.changed_by == maria
    draft.refresh_from_db()
    assert (draft.document, draft.revision) == (with_gold(8), 1)
    assert set(draft.authors.all()) == {maria}
    assert AuditEvent.objects.filter(code="program.changed").count() == 1


def test_form_sent_twice_changes_the_draft_once(draft, maria):
    change(with_gold(8), actor=maria)

    again = change(with_gold(8), actor=maria)

    assert again.revision == 1
    assert AuditEvent.objects.filter(code="program.changed").count() == 1


def test_faulty_document_is_refused_and_the_draft_stays(draft, maria):
    with pytest.raises(FaultyProgram):
        change(with_gold(101), actor=maria)

    draft.refresh_from_db()
    assert (draft.document, draft.revision) == (read_preset("dentistry"), 0)


def test_published_version_takes_no_changes(draft, maria):
    publish(number=1, at=NOW, actor=maria)

    with pytest.raises(NotADraft):
        change(with_gold(8), actor=maria)

    assert current_program(at=NOW).program.earning.common_rate_bp("gold") == 900


def test_title_follows_the_document_until_the_version_has_its_own(maria):
    document = with_gold(9)
    own = create_draft(document=document, title="Spring", at=NOW, actor=maria)
    plain = create_draft(document=document, at=NOW, actor=maria)
    renamed = deepcopy(document) | {"title": {"ru": "Семья", "en": "Family"}}

    for version in (own, plain):
        change_draft(number=version.number, revision=0, document=renamed, place="title", at=NOW, actor=maria)

    assert list(ProgramVersion.objects.order_by("number").values_list("title", flat=True)) == ["Spring", "Семья"]


def test_publishing_what_has_changed_since_is_refused(draft, maria):
    change(with_gold(8), actor=maria)

    with pytest.raises(DraftChanged):
        publish(number=1, at=NOW, actor=maria, revision=0)

    draft.refresh_from_db()
    assert draft.status == "DRAFT"


def test_archived_draft_is_neither_changed_nor_published(draft, maria):
    archive(number=1, at=NOW, actor=maria)

    with pytest.raises(NotADraft):
        change(with_gold(8), actor=maria)
    with pytest.raises(NotADraft):
        publish(number=1, at=NOW, actor=maria)

    draft.refresh_from_db()
    assert (draft.status, draft.document) == ("ARCHIVED", read_preset("dentistry"))


def test_future_version_is_withdrawn_and_the_earlier_one_goes_on(draft, maria):
    publish(number=1, at=NOW, actor=maria)
    create_draft(document=with_gold(8), at=NOW, actor=maria)
    publish(number=2, at=NOW, actor=maria, starts_at=NOW + DAY)

    archive(number=2, at=NOW, actor=maria)

    assert current_program(at=NOW + 2 * DAY).number == 1
    assert AuditEvent.objects.filter(code="program.archived").count() == 1


def test_version_that_has_started_stays(draft, maria):
    publish(number=1, at=NOW, actor=maria)

    with pytest.raises(AlreadyStarted):
        archive(number=1, at=NOW, actor=maria)

    assert current_program(at=NOW).number == 1


def test_version_that_a_later_one_was_compared_with_stays_until_the_later_is_withdrawn(draft, maria):
    publish(number=1, at=NOW, actor=maria, starts_at=NOW + DAY)
    create_draft(document=with_gold(8), at=NOW, actor=maria)
    publish(number=2, at=NOW, actor=maria, starts_at=NOW + 2 * DAY)

    with pytest.raises(NotTheLast) as refusal:
        archive(number=1, at=NOW, actor=maria)
    archive(number=2, at=NOW, actor=maria)
    archive(number=1, at=NOW, actor=maria)

    assert refusal.value.later == 2
    assert set(ProgramVersion.objects.values_list("status", flat=True)) == {"ARCHIVED"}


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_of_many_savers_at_once_one_wins_and_the_others_are_told():
    savers = [User.objects.create_user(f"saver-{number}") for number in range(6)]
    create_draft(document=read_preset("dentistry"), at=NOW, actor=None)

    results = run_together(6, lambda index: change(with_gold(index), actor=savers[index]))

    refused = [result for result in results if isinstance(result, DraftChanged)]
    assert len(refused) == 5
    assert ProgramVersion.objects.get().revision == 1
    assert ProgramVersion.objects.get().authors.count() == 1


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_drafts_made_at_once_get_numbers_of_their_own():
    document = read_preset("dentistry")

    run_together(6, lambda _index: create_draft(document=document, at=NOW, actor=None))

    assert sorted(ProgramVersion.objects.values_list("number", flat=True)) == [1, 2, 3, 4, 5, 6]
