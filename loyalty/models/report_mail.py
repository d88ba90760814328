"""Reports that go to the staff by e-mail on their days, and each letter of them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models.background_run import BackgroundRun


class ReportMail(models.Model):
    """One report under one state of its filters, on a weekday or a day of the month.

    The query is the address of the report's page after the question mark. Every recipient gets what they may see.
    """

    class Every(models.TextChoices):
        WEEK = "WEEK", _("every week")
        MONTH = "MONTH", _("every month")

    report = models.SlugField(_("report"), db_index=False)
    query = models.TextField(_("filters"), blank=True)
    every = models.CharField(_("how often"), max_length=5, choices=Every)
    day = models.PositiveSmallIntegerField(_("day"))  # 1 is Monday, or the first of the month
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("recipients"), blank=True
    )
    next_on = models.DateField(_("next on"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("set up by")
    )

    class Meta:
        verbose_name = _("report by e-mail")
        verbose_name_plural = _("reports by e-mail")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(every="WEEK", day__range=(1, 7)) | Q(every="MONTH", day__range=(1, 28)),
                name="report_mail_day_exists",
            ),
        ]
        indexes = [models.Index(fields=["next_on"], name="report_mail_due")]

    def __str__(self) -> str:
        return self.report


class ReportLetter(BackgroundRun):
    """One letter: a report to one person on one day. Asked by the person who set it up."""

    mail = models.ForeignKey(
        ReportMail, models.CASCADE, related_name="letters", verbose_name=_("report by e-mail")
    )
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recipient")
    )
    day = models.DateField(_("day"))

    class Meta:
        verbose_name = _("letter with a report")
        verbose_name_plural = _("letters with reports")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["mail", "recipient", "day"], name="report_letter_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state__in=["WAITING", "RUNNING"]), name="report_letter_due"),
        ]

    def __str__(self) -> str:
        return f"{self.mail_id} {self.day}"
