"""Reminders before points burn: who was to get which one, and who was held out to measure what they bring."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReminderPlan(models.Model):
    """One rung of the ladder before one last day of one account; planned once, for ever.

    The hold-out is drawn per patient when the ladder's first rung is planned; all its rungs share the draw.
    `points` is what would have burnt at planning: the message itself counts anew at sending.
    """

    account = models.ForeignKey(
        "loyalty.Account", models.PROTECT, related_name="reminder_plans", verbose_name=_("account")
    )
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="reminder_plans", verbose_name=_("patient")
    )
    last_day = models.DateField(_("last day"))
    days_before = models.PositiveSmallIntegerField(_("days before"))
    points = models.PositiveBigIntegerField(_("points"))
    is_held_out = models.BooleanField(_("held out"))
    planned_at = models.DateTimeField(_("planned"))
    due_at = models.DateTimeField(_("due"))

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["account", "last_day", "days_before"], name="reminder_one_per_rung"),
            models.CheckConstraint(condition=Q(points__gt=0), name="reminder_points_positive"),
        ]
        indexes = [models.Index(fields=["planned_at"], name="reminder_by_moment")]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def message_key(self) -> str:
        """Key of the outbox message, if the patient is not held out."""
        return f"reminder:{self.account_id}:{self.last_day.isoformat()}:{self.days_before}"
