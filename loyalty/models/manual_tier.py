"""A tier that a person gives for a time: a floor, below which the patient's tier does not fall to the last day."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ManualTier(models.Model):
    """Who gave it, why and to which day. At most one is open per patient; the standing holds what is in force."""

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="manual_tiers", verbose_name=_("patient")
    )
    tier = models.SlugField(_("tier"), db_index=False, help_text=_("Code of the tier in the program."))
    reason = models.CharField(_("reason"), max_length=200)
    ends_on = models.DateField(_("last day"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    granted_at = models.DateTimeField(pgettext_lazy("tier", "given"))
    ended_at = models.DateTimeField(_("ended early or replaced"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("ended by"),
    )

    class Meta:
        verbose_name = _("tier by hand")
        verbose_name_plural = _("tiers by hand")
        permissions = [("grant_manual_tier", _("Can give a tier by hand"))]
        constraints = [
            models.UniqueConstraint(fields=["patient"], condition=Q(ended_at=None), name="manual_tier_one_open"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(tier=""), name="manual_tier_has_a_reason"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__isnull=False, ended_by__isnull=False),
                name="manual_tier_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier} → {self.ends_on}"
