"""Daily rollups of the ledger: what reports of many months read instead of every entry."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from loyalty.models.ledger import OperationKind


class PointsDay(models.Model):
    """Points of one kind of operations on one day of a clinic's calendar. Of accounts whose home clinic it is.

    Counts operations up to the clinic's mark; later ones are read from the ledger.
    """

    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="+", db_index=False, verbose_name=_("clinic")
    )
    day = models.DateField(_("day"))
    kind = models.CharField(_("kind"), max_length=9, choices=OperationKind.choices)
    credit = models.BigIntegerField(_("points in"))
    debit = models.BigIntegerField(_("points out"))  # not above 0, as in the entries
    entries = models.PositiveIntegerField(_("entries"))

    class Meta:
        verbose_name = _("points of a day")
        verbose_name_plural = _("points by day")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["clinic", "day", "kind"], name="points_day_once"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind}"


class RollupMark(models.Model):
    """How far a clinic's days are counted: operations with an id up to `operation_id` are in its rollup.

    A transaction that was open then may bring a smaller id later. So the next night looks again at what came after
    `looked_again_from`, the mark of the night before; the second night at some thousands of operations.
    """

    clinic = models.OneToOneField(
        "clinics.Clinic", models.PROTECT, related_name="+", primary_key=True, verbose_name=_("clinic")
    )
    operation_id = models.BigIntegerField(_("last operation counted"), default=0)
    looked_again_from = models.BigIntegerField(default=0)
    counted_at = models.DateTimeField(_("counted"))
    # Last day of which the open points are stored, with all days before it.
    open_through = models.DateField(_("open points counted through"), null=True)
    # Whether the days of the points by month of issue are counted up to the same operation.
    has_cohorts = models.BooleanField(_("points by month of issue counted"), default=False)
    # Last of the patients who have moved whose days are counted anew.
    move_id = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("mark of the rollups")
        verbose_name_plural = _("marks of the rollups")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.clinic_id}: {self.operation_id}"
