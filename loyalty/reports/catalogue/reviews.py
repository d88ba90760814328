"""Reviews one by one: the rows behind the panel's ratings."""

from collections.abc import Iterator
from typing import Any

import django_filters
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.figures.reviews import asked_reviews, kept_reviews
from loyalty.models import Review
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.person_filter import PersonFilters, staff_name
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from loyalty.reviews.thanks import with_receptionist
from loyalty.staff_activity import thanked_reviews

KEPT = "kept"


class ReviewFilters(PersonFilters):
    """A review is no doctor's."""

    doctor = None
    status = django_filters.ChoiceFilter(
        label=_("What became of it"),
        empty_label=_("All reviews"),
        choices=[(KEPT, _("Without declined ones")), *Review.Status.choices],
    )
    stars = django_filters.ChoiceFilter(
        label=_("Stars"), empty_label=_("All reviews"), choices=[("yes", _("Only with stars"))]
    )
    bonus = django_filters.ChoiceFilter(
        label=_("Bonus of the staff"),
        empty_label=_("All reviews"),
        choices=[("counted", _("Accepted in the period and counted to a person"))],
    )


class ReviewList(Report):
    code = "reviews"
    title = _("Reviews")
    lead = _("Who left a review in the period, where, with how many stars, and what became of it.")
    section = _("Patients")
    order = 940
    opens = "loyalty.review"
    permissions = (VIEW_REPORTS, "loyalty.view_review")
    filters = ReviewFilters
    columns = (
        Column("number", _("Review"), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("By the clock of the clinic.")),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("platform", _("Where"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("stars", _("Stars"), Unit.COUNT, _("Public sites do not tell theirs.")),
        Column("status", _("What became of it"), Unit.TEXT),
        Column("points", _("Points"), Unit.POINTS, _("Given to the patient.")),
        Column(
            "receptionist", pgettext_lazy("of the staff", "Receptionist"), Unit.TEXT,
            _("Who entered the patient's last receipt in the 30 days before the review."),
        ),
    )  # fmt: skip

    def rows(self, scope: Scope) -> Iterator[Row]:
        names = {user.pk: staff_name(user) for user in User.objects.filter(is_staff=True)}
        statuses = dict(Review.Status.choices)
        reviews = _narrowed(scope).select_related("patient", "platform", "clinic")
        for review in reviews.order_by("-at", "-id").iterator(chunk_size=2000):
            yield (
                str(review.pk), review.at.astimezone(review.clinic.tz), review.clinic.name, review.platform.name,
                str(review.patient), review.patient.phone, review.stars, str(statuses[review.status]),
                review.points, names.get(review.receptionist),
            )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return _narrowed(scope).count()


def _narrowed(scope: Scope) -> QuerySet[Any]:
    """With the receptionist whose work each is."""
    status = scope.choices.get("status")
    rows = with_receptionist(kept_reviews(scope) if status == KEPT else asked_reviews(scope))
    if scope.choices.get("bonus") == "counted":
        rows = thanked_reviews(scope)
    if "person" in scope.choices:
        rows = rows.filter(receptionist=scope.choices["person"])
    if status not in {None, KEPT}:
        rows = rows.filter(status=status)
    return rows.filter(stars__isnull=False) if scope.choices.get("stars") == "yes" else rows
