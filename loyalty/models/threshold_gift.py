"""Each time that a patient's payments have reached the sum of a gift: what the next count begins after."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ThresholdGift(models.Model):
    """Payments from `counted_from` to `reached_at`, both inclusive, have had their gift; sums in roubles.

    It lapses when a refund drops them below the sum: what is left of the points is taken back, and the payments
    count again. `points` are fewer than the rule gives when something of a lapsed one before it was kept.
    """

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="threshold_gifts", verbose_name=_("patient")
    )
    rule_code = models.CharField(_("rule"), max_length=64)
    threshold = models.DecimalField(_("sum to reach"), max_digits=12, decimal_places=2)
    counted_from = models.DateTimeField(_("counted from"))
    reached_at = models.DateTimeField(_("reached"))
    points = models.PositiveBigIntegerField(_("points"))
    operation = models.OneToOneField(
        "loyalty.Operation",
        models.PROTECT,
        null=True,
        related_name="threshold_gift",
        verbose_name=_("operation"),
        help_text=_("Empty: nothing was given, all of it had been kept before."),
    )
    lapsed_at = models.DateTimeField(_("lapsed"), null=True, blank=True)
    kept_points = models.PositiveBigIntegerField(_("points kept"), default=0)

    class Meta:
        verbose_name = _("threshold gift")
        verbose_name_plural = _("threshold gifts")
        constraints = [
            models.UniqueConstraint(fields=["patient", "rule_code", "reached_at"], name="threshold_gift_once"),
            models.CheckConstraint(
                name="threshold_gift_given_by_an_operation",
                condition=Q(points=0, operation__isnull=True) | Q(points__gt=0, operation__isnull=False),
            ),
            models.CheckConstraint(
                name="threshold_gift_keeps_no_more_than_given",
                condition=Q(kept_points=0) | Q(lapsed_at__isnull=False, kept_points__lte=F("points")),
            ),
            models.CheckConstraint(
                name="threshold_gift_counts_forward", condition=Q(counted_from__lte=F("reached_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code}: {self.points}"
