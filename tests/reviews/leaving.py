"""Places for reviews and reviews for the tests."""

from loyalty.models import Review, ReviewPlatform
from loyalty.reviews.leaving import NewReview, leave_review
from tests.programs import NOON


def make_platform(code="own-form", *, is_open=True, url="", name="Отзыв клинике"):
    """Comes with the portal, unless a test has emptied the tables."""
    made, _is_new = ReviewPlatform.objects.get_or_create(code=code, defaults={"name": name})
    ReviewPlatform.objects.filter(pk=made.pk).update(is_open=is_open, url=url)
    made.refresh_from_db()
    return made


def leave(patient, *, stars=5, text="всё хорошо", platform=None, at=NOON) -> Review:
    new = NewReview((platform or make_platform()).pk, stars=stars, text=text)
    return leave_review(new, patient=patient, at=at)
