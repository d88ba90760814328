"""The page of reviews that wait: accepted, declined with a reason, own clinics only."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.models import Account, Review
from tests.desk.desk_pages import text_of
from tests.people import make_clinic, make_patient, make_staff
from tests.reviews.leaving import leave

pytestmark = pytest.mark.django_db
PAGE = "/admin/activity/reviews/"


@pytest.fixture
def desk(client, sonya, noon):
    client.force_login(sonya)
    return client


def test_review_is_shown_and_accepted_with_points(desk, anna):
    review = leave(anna, stars=4, text="врач внимательный")
    page = text_of(desk.get(PAGE))
    assert "Иванова Анна 22 ноября · Мытищи · Отзыв клинике ★★★★☆ врач внимательный" in page

    answer = desk.post(PAGE, {"review": review.pk, "accept": "1"})

    assert "Принят, пациенту начислено 100 баллов." in text_of(answer)
    assert Account.objects.get(patient=anna).balance == 100
    assert "Отзывов на проверке нет." in text_of(answer)


def test_decline_needs_a_reason(desk, anna):
    review = leave(anna)

    refused = desk.post(PAGE, {"review": review.pk, "decline": "1", "reason": " "})
    assert refused.status_code == 422
    assert Review.objects.get().status == "WAITING"
    done = desk.post(PAGE, {"review": review.pk, "decline": "1", "reason": "не о клинике"})

    assert "Отклонён. Пациент увидит причину в кабинете." in text_of(done)
    assert Review.objects.get().reason == "не о клинике"


def test_other_clinics_reviews_are_neither_seen_nor_decided_on(desk, anna):
    vera = make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    review = leave(vera)

    assert "Чужова" not in text_of(desk.get(PAGE))
    for fields in ({"accept": "1"}, {"decline": "1", "reason": "так"}):
        assert desk.post(PAGE, {"review": review.pk, **fields}).status_code == 409
    assert desk.post(PAGE, {"review": "x" * 30, "accept": "1"}).status_code == 409
    assert Review.objects.get().status == "WAITING"


def test_queries_do_not_grow_with_the_reviews(desk, anna):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            desk.get(PAGE)
        return len(caught)

    leave(anna)
    queries()
    few = queries()
    for number in range(10):
        leave(make_patient("Гостья", str(number), f"+7916000{number:04d}"))

    assert queries() == few


@pytest.mark.parametrize(("role", "status"), [("receptionist", 403), ("marketer", 200), ("manager", 200)])
def test_who_may_look_at_them(client, db, role, status):
    client.force_login(make_staff("vera", role), backend="clinics.role_backend.RoleBackend")

    assert client.get(PAGE).status_code == status
