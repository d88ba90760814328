"""The call list: whom the reception is to call, why, and what came of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class CallTask(models.Model):
    """One cause, one task: `key` names the cause. `facts` are codes and numbers; `words` are a patient's own.

    A task is open until `done_at`. Whoever took it works on it; a call that nobody answered moves `due_date` on.
    """

    class Kind(models.TextChoices):
        BOOKING = "BOOKING", _("asks for a visit")
        MESSAGE = "MESSAGE", _("wrote to the clinic")
        FEEDBACK = "FEEDBACK", _("gave few stars")
        BURNING = "BURNING", _("points burn soon, no message has reached them")
        NO_VISIT = "NO_VISIT", _("has not come for long")
        MANUAL = "MANUAL", _("task of the staff")

    class Outcome(models.TextChoices):
        BOOKED = "BOOKED", _("Booked")
        ANSWERED = "ANSWERED", _("Question settled")
        WILL_THINK = "WILL_THINK", _("Will think")
        NO_ANSWER = "NO_ANSWER", _("No answer")
        WRONG_NUMBER = "WRONG_NUMBER", _("Wrong number")
        NO_CALLS = "NO_CALLS", _("Asked not to call")
        NOT_NEEDED = "NOT_NEEDED", _("No longer needed")

    # What the patient has asked for: it comes before what the clinic would like to say.
    ASKED_BY_PATIENT = (Kind.BOOKING, Kind.MESSAGE, Kind.FEEDBACK)

    key = models.CharField(_("key"), max_length=120, unique=True)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="call_tasks", verbose_name=_("patient")
    )
    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    kind = models.CharField(_("why"), max_length=8, choices=Kind)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    words = models.TextField(_("in their own words"), blank=True)
    due_date = models.DateField(_("call on"))
    created_at = models.DateTimeField(_("task made"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("made by"), help_text=_("Empty: made by the patient or by itself."),
    )  # fmt: skip
    receipt = models.ForeignKey(
        "loyalty.Receipt", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("receipt")
    )
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("who took the task"),
    )  # fmt: skip
    taken_at = models.DateTimeField(_("taken"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    done_at = models.DateTimeField(_("done"), null=True, blank=True)

    class Meta:
        verbose_name = _("task of the call list")
        verbose_name_plural = _("call list")
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(kind="BOOKING", done_at=None), name="call_task_one_open_booking"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
                name="call_task_done_has_outcome",
            ),
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="call_task_taken_by_somebody",
            ),
        ]
        indexes = [
            models.Index(
                fields=["clinic", "due_date", "id"], condition=Q(done_at=None), name="call_task_open_by_day"
            ),
            models.Index(fields=["patient", "-id"], name="call_task_of_patient"),
            models.Index(fields=["clinic", "-id"], name="call_task_of_clinic"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"


class Call(models.Model):
    """One try to reach the patient and what came of it."""

    task = models.ForeignKey(CallTask, models.PROTECT, related_name="calls", verbose_name=_("task"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=CallTask.Outcome)
    comment = models.CharField(_("comment"), max_length=200, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who called")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}"
