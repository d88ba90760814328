"""Two cards of one person made one: which rows moved, so that it can be undone."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PatientMerge(models.Model):
    """`moved` holds ids, codes and days, never names: it outlives an erasure. Undone at most once."""

    survivor = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="merges", verbose_name=_("card that stays")
    )
    duplicate = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="+", verbose_name=_("card that went into it")
    )
    at = models.DateTimeField(_("when"))
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who"))
    reason = models.CharField(_("reason"), max_length=200)
    transfer = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="+", verbose_name=_("operation")
    )
    moved = models.JSONField(_("what moved"), default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("undone by"),
    )

    class Meta:
        verbose_name = _("merge of cards")
        verbose_name_plural = _("merges of cards")
        permissions = [("merge_patients", _("Can merge cards of one person"))]
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"], condition=Q(undone_at=None), name="merge_once_until_undone"
            ),
            models.CheckConstraint(condition=~Q(survivor=F("duplicate")), name="merge_of_two"),
            models.CheckConstraint(
                condition=Q(undone_at=None, undone_by=None) | Q(undone_at__isnull=False, undone_by__isnull=False),
                name="merge_undone_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.duplicate_id} → {self.survivor_id}"
