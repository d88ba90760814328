"""What the previous system owed a patient when the portal took over. A fact: never edited."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ImportedOpening(models.Model):
    """Taken over once per key of the previous system; the points are in the ledger."""

    source_key = models.OneToOneField(
        "patients.PatientSourceKey",
        models.PROTECT,
        related_name="opening",
        verbose_name=_("key in another system"),
    )
    points = models.PositiveBigIntegerField(_("opening balance"), default=0)
    last_day = models.DateField(
        _("last day of the balance"), null=True, blank=True, help_text=_("Empty: the program's life.")
    )
    turnover = models.DecimalField(_("earlier turnover, roubles"), max_digits=14, decimal_places=2, default=0)
    discount_bp = models.PositiveIntegerField(_("earlier discount, basis points"), default=0)
    operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="opening", verbose_name=_("operation")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta:
        verbose_name = _("imported opening")
        verbose_name_plural = _("imported openings")
        constraints = [
            models.CheckConstraint(
                condition=Q(points=0, operation=None) | Q(points__gt=0, operation__isnull=False),
                name="opening_points_are_posted",
            ),
            models.CheckConstraint(condition=Q(turnover__gte=0), name="opening_turnover_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.source_key_id}: {self.points}"
