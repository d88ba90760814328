"""Files of reports that a worker writes: asked for, made, taken within a quarter of an hour, forgotten."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models.background_run import BackgroundRun


class ReportFile(BackgroundRun):
    """One report under one state of its filters, for the person who asked. Done and total are rows.

    The query is the address of the report's page after the question mark; whose clinics it speaks of is asked anew
    when the file is written.
    """

    report = models.SlugField(_("report"), db_index=False)
    query = models.TextField(_("filters"), blank=True)
    kind = models.CharField(_("kind of file"), max_length=4)
    has_personal_data = models.BooleanField(_("with names and phones"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    name = models.CharField(_("file name"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(has_personal_data=False) | ~Q(reason=""), name="report_file_personal_has_reason"
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["WAITING", "RUNNING"]), name="report_file_due"),
        ]

    def __str__(self) -> str:
        return self.name or self.report


class ReportFilePart(models.Model):
    """A piece of the file: it lives in the database, because the worker and the web may be different hosts."""

    file = models.ForeignKey(ReportFile, models.CASCADE, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="report_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id}: {self.position}"
