"""What somebody has asked for and a worker does later: who waits, how far one is, whose it is."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class BackgroundRun(models.Model):
    """A row is due work until it is done or has failed; one worker at a time has it (`clinics.background_runs`).

    A worker takes it under a lease on the database server's own clock; whoever has lost the lease changes nothing.
    """

    class State(models.TextChoices):
        WAITING = "WAITING", _("waiting")
        RUNNING = "RUNNING", _("running")
        DONE = "DONE", _("done")
        FAILED = "FAILED", _("failed")

    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("asked by")
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # In units of the run's own kind; total is 0 until it is known.
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("total"), default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_by = models.CharField(max_length=32, default="")
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        return self.state in {self.State.WAITING, self.State.RUNNING}
