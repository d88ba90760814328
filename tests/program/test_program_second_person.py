"""Maker and checker: who changes discounts does not put them in force alone, whichever way they go about it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User

from clinics.models import AuditEvent
from loyalty.models import ProgramVersion
from loyalty.program import versions
from loyalty.program.drafts import change_draft
from loyalty.program.files import read_preset
from loyalty.program.second_person import SecondPersonNeeded, needs_second_person
from loyalty.program.versions import create_draft, publish
from tests.threads import run_together

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PENSIONERS = {
    "code": "pensioners",
    "title": {"ru": "Пенсионерам", "en": "Pensioners"},
    "effect": {"kind": "percent", "percent": 5},
    "days": {"first_day": "2026-12-01", "last_day": "2027-12-01"},
    "rules_link": "/rules/",
    "when": {"social_groups": ["pensioner"]},
}
WITH_PENSIONERS = {"promotions": [PENSIONERS]}
ALONE = {"needs_second_person": False}


def document(discounts=None):
    return read_preset("dentistry") | ({} if discounts is None else {"discounts": discounts})


@pytest.fixture
def maria(db):
    return User.objects.create_user("maria")


@pytest.fixture
def olga(db):
    return User.objects.create_user("olga")


def start(discounts=None):
    """Version 1 in force, published by a command."""
    create_draft(document=document(discounts), at=NOW - DAY, actor=None)
    publish(number=1, at=NOW - DAY, actor=None)


def publish_second(actor):
    return publish(number=2, at=NOW, actor=actor)


def refused(actor):
    with pytest.raises(SecondPersonNeeded):
        publish_second(actor)
    return ProgramVersion.objects.get(number=2).status == "DRAFT"


def test_author_of_a_new_promotion_can_not_publish_it(maria):
    start()
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=maria)

    assert refused(maria)
    assert AuditEvent.objects.filter(code="program.published", actor=maria).count() == 0


def test_another_person_publishes_it(maria, olga):
    start()
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=maria)

    version = publish_second(olga)

    assert (version.status, version.published_by) == ("PUBLISHED", olga)


def test_everybody_who_has_changed_the_draft_is_its_author(maria, olga):
    start()
    create_draft(document=document(), at=NOW, actor=maria)
    change_draft(number=2, revision=0, document=document(WITH_PENSIONERS), place="promotions", at=NOW, actor=olga)

    assert refused(maria)
    assert refused(olga)


def test_authors_of_a_draft_stay_the_authors_of_its_copy(maria, olga):
    start()
    source = create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=olga)

    create_draft(document=source.document, at=NOW, actor=maria, copied_from=source)

    copy = ProgramVersion.objects.get(number=3)
    for author in (maria, olga):
        with pytest.raises(SecondPersonNeeded):
            publish(number=3, at=NOW, actor=author)
    assert set(copy.authors.all()) == {maria, olga}


def test_authors_of_what_was_in_force_are_not_asked_again(maria, olga):
    start()
    source = create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=olga)
    publish(number=2, at=NOW, actor=maria)

    create_draft(document=source.document, at=NOW, actor=maria, copied_from=ProgramVersion.objects.get(number=2))
    publish(number=3, at=NOW + DAY, actor=maria)

    assert ProgramVersion.objects.get(number=3).published_by == maria


def test_version_with_the_same_discounts_needs_nobody(maria):
    start({"promotions": [], "needs_second_person": True})
    create_draft(document=document(), at=NOW, actor=maria)

    assert publish_second(maria).published_by == maria


def test_switching_the_second_person_off_needs_one(maria, olga):
    start()
    create_draft(document=document(WITH_PENSIONERS | ALONE), at=NOW, actor=maria)

    assert refused(maria)
    assert publish_second(olga).published_by == olga


def test_switching_it_on_needs_one_as_well(maria):
    start(ALONE)
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=maria)

    assert refused(maria)


def test_network_that_asks_for_no_second_person_publishes_alone(maria):
    start(ALONE)
    create_draft(document=document(WITH_PENSIONERS | ALONE), at=NOW, actor=maria)

    assert publish_second(maria).published_by == maria


def test_first_version_with_promotions_needs_a_second_person_too(maria):
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=maria)

    with pytest.raises(SecondPersonNeeded):
        publish(number=1, at=NOW, actor=maria)

    assert ProgramVersion.objects.get().status == "DRAFT"


def test_version_is_compared_with_the_one_that_it_will_replace(maria, olga):
    start()
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=olga)
    publish(number=2, at=NOW, actor=maria, starts_at=NOW + DAY)
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=olga)

    publish(number=3, at=NOW, actor=olga, starts_at=NOW + 2 * DAY)

    assert ProgramVersion.objects.get(number=3).published_by == olga


def test_command_without_an_actor_publishes_and_the_audit_says_what_was_left_out(db):
    start()
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=None)

    publish_second(None)

    event = AuditEvent.objects.filter(code="program.published").latest("id")
    assert (event.actor, event.details["needs_second_person"]) == (None, True)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"promotions": [PENSIONERS | {"effect": {"kind": "percent", "percent": 6}}]}, True),
        ({"promotions": [PENSIONERS | {"priority": 1}]}, True),
        (WITH_PENSIONERS | {"manual": {"most_percent_by_role": {"manager": 5}}}, True),
        (WITH_PENSIONERS | {"groups": [{"code": "base", "mode": "sequential"}]}, True),
        ({}, True),
        (WITH_PENSIONERS | {"groups": [], "needs_second_person": True}, False),
    ],
    ids=["percent", "priority", "manual", "groups", "removed", "nothing said"],
)
def test_any_other_discount_counts(changed, expected):
    version = ProgramVersion(document=document(changed))

    assert needs_second_person(version, replaced=ProgramVersion(document=document(WITH_PENSIONERS))) is expected


def publish_two_at_once(monkeypatch):
    """Version 2 brings a promotion, checked by two people; version 3 takes it away again, by its author alone.
    The check of the third begins while the second is not committed yet. What the third act came to."""
    maria, olga = User.objects.create_user("maria"), User.objects.create_user("olga")
    start()
    create_draft(document=document(WITH_PENSIONERS), at=NOW, actor=olga)
    create_draft(document=document(), at=NOW, actor=maria)
    second_is_checking, third_has_checked = threading.Event(), threading.Event()

    def check(version, *, replaced):
        answer = needs_second_person(version, replaced=replaced)
        if version.number == 2:
            second_is_checking.set()
            third_has_checked.wait(timeout=1)
        else:
            third_has_checked.set()
        return answer

    def act(index):
        if index == 1:
            second_is_checking.wait(timeout=30)
        return publish(number=index + 2, at=NOW, actor=maria, starts_at=NOW + index * DAY)

    monkeypatch.setattr(versions, "needs_second_person", check)
    return run_together(2, act)[1]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_author_slips_through(monkeypatch):
    monkeypatch.setattr(versions, "lock_versions", lambda: None)

    result = publish_two_at_once(monkeypatch)

    assert result.status == "PUBLISHED"


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_author_does_not_slip_through_while_another_version_is_being_published(monkeypatch):
    result = publish_two_at_once(monkeypatch)

    assert isinstance(result, SecondPersonNeeded)
    assert list(ProgramVersion.objects.order_by("number").values_list("status", flat=True)) == [
        "PUBLISHED",
        "PUBLISHED",
        "DRAFT",
    ]
