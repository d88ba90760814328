"""Asked-for runs of the past under a draft: who waits, how far one is, what it has come to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class WhatIfRun(models.Model):
    """One draft over the receipts of the past months, beside the version in force.

    A worker takes it under a lease on the database server's own clock; whoever has lost the lease changes nothing.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", _("done")
        FAILED = "FAILED", _("failed")

    version = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, related_name="+", verbose_name=_("draft")
    )
    revision = models.PositiveIntegerField(_("revision of the draft"))
    compared = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, related_name="+", verbose_name=_("compared with")
    )
    months = models.PositiveSmallIntegerField(_("months"))
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # Of receipts, once for each time that the past is lived.
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_by = models.CharField(max_length=32, default="")
    claimed_until = models.DateTimeField(null=True)
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
