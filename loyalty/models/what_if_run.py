"""Asked-for runs of the past under a draft: who waits, how far one is, what it has come to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinics.models.background_run import BackgroundRun


class WhatIfRun(BackgroundRun):
    """One draft over the receipts of the past months, beside the version in force.

    Done and total are receipts, once for each time that the past is lived.
    """

    version = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, related_name="+", verbose_name=_("draft")
    )
    revision = models.PositiveIntegerField(_("revision of the draft"))
    compared = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, related_name="+", verbose_name=_("compared with")
    )
    months = models.PositiveSmallIntegerField(_("months"))
    result = models.JSONField(_("result"), null=True)

    class Meta:
        verbose_name = _("what-if run")
        verbose_name_plural = _("what-if runs")
        # Whoever may change the program may ask: the runs have no permissions of their own.
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(state="DONE", result__isnull=False) | (~Q(state="DONE") & Q(result__isnull=True)),
                name="what_if_done_has_result",
            ),
            models.CheckConstraint(condition=Q(months__gte=1), name="what_if_some_months"),
        ]
        indexes = [
            models.Index(fields=["version", "-id"], name="what_if_by_version"),
            models.Index(fields=["id"], condition=Q(state__in=["WAITING", "RUNNING"]), name="what_if_due"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.months}"
