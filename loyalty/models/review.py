"""Reviews that patients leave, and the places where they leave them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MOST_STARS = 5


class ReviewPlatform(models.Model):
    """A place for reviews. The own form is open from the start, public sites are not."""

    code = models.SlugField(_("code"), unique=True, help_text=_("Rules of the program name it by this code."))
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    url = models.URLField(
        _("link to the clinic's page there"), blank=True, help_text=_("Empty: the form of the cabinet.")
    )
    is_open = models.BooleanField(
        _("offered to patients"),
        default=False,
        help_text=_("The rules of public sites may forbid paid reviews: read them before you open one."),
    )

    class Meta:
        verbose_name = _("place for reviews")
        verbose_name_plural = _("places for reviews")

    def __str__(self) -> str:
        return self.name

    def in_language(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class Review(models.Model):
    """Left by a patient, looked at by the staff; accepted it may bring points, once.

    In the own form it has stars and words; of a public site the patient only says that it is there.
    """

    class Status(models.TextChoices):
        WAITING = "WAITING", _("waits to be looked at")
        ACCEPTED = "ACCEPTED", _("accepted")
        DECLINED = "DECLINED", _("declined")

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="reviews", verbose_name=_("patient")
    )
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    platform = models.ForeignKey(
        ReviewPlatform, models.PROTECT, related_name="reviews", verbose_name=_("place for reviews")
    )
    stars = models.PositiveSmallIntegerField(
        _("stars"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MOST_STARS)]
    )
    text = models.TextField(_("text"), blank=True)
    at = models.DateTimeField(_("left"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("looked at by"),
    )  # fmt: skip
    decided_at = models.DateTimeField(_("looked at"), null=True, blank=True)
    reason = models.CharField(_("why declined"), max_length=200, blank=True, help_text=_("The patient reads it."))
    points = models.PositiveBigIntegerField(_("points"), default=0)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        permissions = [("moderate_review", _("Can accept and decline reviews"))]
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "platform"], condition=Q(status="WAITING"), name="review_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(stars=None) | Q(stars__gte=1, stars__lte=MOST_STARS), name="review_stars"
            ),
            models.CheckConstraint(
                condition=Q(status="WAITING", decided_at=None, decided_by=None)
                | (~Q(status="WAITING") & Q(decided_at__isnull=False, decided_by__isnull=False)),
                name="review_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=(Q(status="DECLINED") & ~Q(reason="")) | (~Q(status="DECLINED") & Q(reason="")),
                name="review_declined_has_reason",
            ),
            models.CheckConstraint(
                condition=Q(status="ACCEPTED") | Q(points=0), name="review_points_when_accepted"
            ),
        ]
        indexes = [
            models.Index(fields=["clinic", "id"], condition=Q(status="WAITING"), name="review_waiting"),
            models.Index(fields=["clinic", "-id"], name="review_of_clinic"),
            models.Index(fields=["patient", "-id"], name="review_of_patient"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"
