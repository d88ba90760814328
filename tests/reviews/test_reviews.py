"""Reviews: one per place and period, points exactly once and to the point, few stars become a task."""

import threading
from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from clinics.models import AuditEvent
from loyalty.erasing import erase_patient
from loyalty.merging.merging import merge_patients, undo_merge
from loyalty.models import Account, CallTask, Operation, Review
from loyalty.reviews.leaving import PlatformClosed, TooSoon, offers_for
from loyalty.reviews.moderation import OwnReview, ReviewGone, accept_review, decline_review
from notifications.models import OutboxMessage
from patients.models import SurveyAnswer, SurveyQuestion
from patients.surveys import Reply, answer_survey
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.reviews.leaving import leave, make_platform
from tests.threads import run_together

pytestmark = pytest.mark.django_db
REWARD = {
    "code": "review",
    "title": {"ru": "За отзыв", "en": "For a review"},
    "trigger": {"kind": "review", "platforms": ["own-form", "two-gis"]},
    "points": 100,
}


def accept(review, actor, at=NOON):
    return accept_review(review.pk, clinic_ids=[review.clinic_id], actor=actor, at=at)


def decline(review, actor, reason="здесь чужое имя"):
    return decline_review(review.pk, reason=reason, clinic_ids=[review.clinic_id], actor=actor, at=NOON)


def balance(patient):
    return Account.objects.get(patient=patient).balance


def test_accepted_review_brings_the_programs_points_once(anna, sonya):
    review = leave(anna)

    accept(review, sonya)
    with pytest.raises(ReviewGone):
        accept(review, sonya)
    with pytest.raises(ReviewGone):
        decline(review, sonya)

    review.refresh_from_db()
    assert (review.status, review.points, review.decided_by) == ("ACCEPTED", 100, sonya)
    assert balance(anna) == 100
    operation = Operation.objects.get()
    assert (operation.kind, operation.actor) == ("GIFT", sonya)
    assert operation.explanation == {"rule": "review", "points": 100, "review": review.pk, "platform": "own-form"}
    assert OutboxMessage.objects.get().event == "gift.given"
    assert AuditEvent.objects.get().code == "review.accepted"


def test_declined_review_brings_nothing_and_may_be_written_anew(anna, sonya):
    decline(leave(anna), sonya)

    again = leave(anna, text="иначе")

    first = Review.objects.earliest("id")
    assert (first.status, first.reason, first.points) == ("DECLINED", "здесь чужое имя", 0)
    assert again.status == "WAITING"
    assert (balance(anna), Operation.objects.count()) == (0, 0)


def test_review_sent_twice_is_one(anna):
    assert leave(anna) == leave(anna, text="ещё раз")
    assert Review.objects.get().text == "всё хорошо"


@pytest.mark.parametrize(("days", "is_refused"), [(91, True), (92, False)])
def test_next_review_may_come_after_the_months_of_the_rule(anna, sonya, days, is_refused):
    """22 November and three months: 22 February."""
    accept(leave(anna), sonya)

    if is_refused:
        with pytest.raises(TooSoon) as refusal:
            leave(anna, at=NOON + timedelta(days=days))
        assert refusal.value.next_day == date(2027, 2, 22)
        assert Review.objects.count() == 1
    else:
        accept(leave(anna, at=NOON + timedelta(days=days)), sonya, at=NOON + timedelta(days=days))
        assert balance(anna) == 200


def test_rule_without_months_means_once_on_every_place(sonya):
    publish_preset(has_welcome=False, gifts=[REWARD])
    anna = make_member()
    site = make_platform("two-gis", url="https://2gis.example/", name="2ГИС")
    accept(leave(anna), sonya)

    with pytest.raises(TooSoon) as refusal:
        leave(anna, at=NOON + timedelta(days=4000))
    accept(leave(anna, platform=site, stars=None, text=""), sonya)

    assert refusal.value.next_day is None
    assert balance(anna) == 200


def test_place_that_no_rule_names_gives_no_points(anna, sonya):
    site = make_platform("two-gis", url="https://2gis.example/", name="2ГИС")

    accepted = accept(leave(anna, platform=site, stars=None, text=""), sonya)

    assert (accepted.status, accepted.points, balance(anna)) == ("ACCEPTED", 0, 0)


def test_contact_may_leave_a_review_without_points(anna, sonya):
    vera = make_patient("Лебедева", "Вера", "+79160000002", consents=())

    assert accept(leave(vera), sonya).points == 0


def test_closed_place_takes_none_and_public_ones_are_closed_at_first(anna):
    closed = make_platform("two-gis", is_open=False, name="2ГИС")
    make_platform()

    with pytest.raises(PlatformClosed):
        leave(anna, platform=closed)

    assert [offer.platform.code for offer in offers_for(anna, at=NOON)] == ["own-form"]
    assert Review.objects.count() == 0


@pytest.mark.parametrize(("stars", "number"), [(1, 1), (3, 1), (4, 0), (5, 0)])
def test_fewer_than_four_stars_become_a_task(anna, stars, number):
    review = leave(anna, stars=stars, text="долго ждала")

    tasks = list(CallTask.objects.values_list("kind", "facts", "words", "patient"))
    assert tasks == [("FEEDBACK", {"stars": stars, "review": review.pk}, "долго ждала", anna.pk)] * number


def test_own_review_is_somebody_elses_to_decide_on(anna, sonya):
    sonya.last_name, sonya.first_name = "иванова", "Анна"
    review = leave(anna)

    for act in (accept, decline):
        with pytest.raises(OwnReview):
            act(review, sonya)

    review.refresh_from_db()
    assert (review.status, balance(anna), AuditEvent.objects.count()) == ("WAITING", 0, 0)


def test_another_clinics_review_is_not_there(anna, sonya):
    review = leave(anna)

    with pytest.raises(ReviewGone):
        accept_review(review.pk, clinic_ids=[make_clinic("omsk", name="Омск").pk], actor=sonya, at=NOON)

    assert (Review.objects.get().status, balance(anna)) == ("WAITING", 0)


@pytest.mark.django_db(transaction=True)
def test_control_the_table_itself_refuses_a_second_waiting_review(anna):
    platform, barrier = make_platform(), threading.Barrier(2)

    def careless(_index):
        assert not Review.objects.exists()
        barrier.wait()
        return Review.objects.create(patient=anna, clinic=anna.home_clinic, platform=platform, at=NOON)

    results = run_together(2, careless)

    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]


@pytest.mark.django_db(transaction=True)
def test_review_sent_from_two_tabs_and_accepted_by_two_people_at_once_gives_points_once(anna, sonya):
    make_platform()
    people = (sonya, make_staff("olga", "owner"))

    left = run_together(3, lambda _index: leave(anna))
    decided = run_together(2, lambda index: accept(left[0], people[index]))

    assert len({review.pk for review in left}) == 1
    assert sorted(type(result).__name__ for result in decided) == ["Review", "ReviewGone"]
    assert (balance(anna), Operation.objects.count()) == (100, 1)


def test_merge_takes_reviews_along_so_that_a_period_counts_both_cards(anna, sonya):
    double = make_member("Иванова", "Аня", "+79160000002")
    waiting = leave(anna)
    accepted = accept(leave(double), sonya)
    twice = Review.objects.create(patient=double, clinic=anna.home_clinic, platform=accepted.platform, at=NOON)

    made = merge_patients(survivor_id=anna.pk, duplicate_id=double.pk, reason="одна", actor=sonya, at=NOON)
    merged = dict(Review.objects.values_list("pk", "patient"))
    undo_merge(merge_id=made.pk, reason="разные", actor=sonya, at=NOON)

    assert merged == {waiting.pk: anna.pk, accepted.pk: anna.pk, twice.pk: double.pk}
    assert set(Review.objects.filter(patient=double)) == {accepted, twice}


def test_erasure_blanks_the_words_of_reviews_and_forgets_the_survey(anna, sonya):
    review = leave(anna, stars=2, text="болит зуб")
    question = SurveyQuestion.objects.create(text="Что вас привело?", kind="FREE")
    answer_survey([Reply(question.pk, text="болит зуб")], patient=anna, at=NOON)

    erase_patient(patient_id=anna.pk, source="LETTER", reason="просьба", actor=sonya, at=NOON)

    review.refresh_from_db()
    assert (review.text, review.stars) == ("", 2)
    assert SurveyAnswer.objects.count() == 0
    assert CallTask.objects.get().words == ""
