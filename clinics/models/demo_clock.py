"""How far the demo's clock is ahead of the real one. Production never reads it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class DemoClock(models.Model):
    """A single row, id 1."""

    offset = models.DurationField(_("ahead of the real time by"))

    class Meta:
        verbose_name = _("demo clock")
        verbose_name_plural = _("demo clock")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="demo_clock_single_row")]

    def __str__(self) -> str:
        return str(self.offset)
