"""Versions of the program's document. A published version never changes: a trigger refuses it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ProgramVersion(models.Model):
    """All rules of the program as one document (docs/program.schema.json).

    In force from `starts_at` until a later published version starts. Operations keep the version that
    made them, so that an old receipt stays explained by the rules of its day.
    """

    class Status(models.TextChoices):
        DRAFT = "DRAFT", _("draft")
        PUBLISHED = "PUBLISHED", _("published")
        ARCHIVED = "ARCHIVED", _("archived")

    number = models.PositiveIntegerField(_("number"), unique=True)
    title = models.CharField(_("title"), max_length=200)
    status = models.CharField(_("status"), max_length=12, choices=Status, default=Status.DRAFT)
    starts_at = models.DateTimeField(_("in force from"), null=True, blank=True)
    document = models.JSONField(_("document"))
    # Of a draft's document: whoever saves names the one they saw, so that nobody overwrites another's work.
    revision = models.PositiveIntegerField(_("revision"), default=0)
    created_at = models.DateTimeField(_("created"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("created by")
    )
    changed_at = models.DateTimeField(_("changed"), null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("changed by")
    )
    # Everybody who has had a hand in the document: none of them may be its second person.
    authors = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("authors"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )

    class Meta:
        verbose_name = _("program version")
        verbose_name_plural = _("program versions")
        permissions = [("publish_program", _("Can publish a program version"))]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="PUBLISHED") | Q(starts_at__isnull=False, published_at__isnull=False),
                name="program_published_has_moments",
            ),
            models.CheckConstraint(
                condition=~Q(status="DRAFT") | Q(starts_at__isnull=True, published_at__isnull=True),
                name="program_draft_has_no_moments",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True) | Q(starts_at__gte=F("published_at")),
                name="program_never_backdated",
            ),
            models.UniqueConstraint(
                fields=["starts_at"], condition=Q(status="PUBLISHED"), name="program_one_start_a_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} (v{self.number})"
