"""Where a patient stands in the program: account, tier and what they have paid so far."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Standing(models.Model):
    """One row per patient with an account. Changed only under the account's row lock."""

    patient = models.OneToOneField(
        "patients.Patient", models.PROTECT, related_name="standing", verbose_name=_("patient")
    )
    account = models.OneToOneField(
        "loyalty.Account", models.PROTECT, related_name="standing", verbose_name=_("points account")
    )
    tier = models.SlugField(_("tier"), blank=True, help_text=_("Code of the tier in the program."))
    turnover = models.DecimalField(
        _("turnover, roubles"), max_digits=14, decimal_places=2, default=0,
        help_text=_("Paid in money, net of refunds."),
    )  # fmt: skip
    visits = models.PositiveIntegerField(_("visits"), default=0)
    first_paid_at = models.DateTimeField(_("first payment"), null=True, blank=True)
    last_paid_at = models.DateTimeField(_("last payment"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [models.CheckConstraint(condition=Q(turnover__gte=0), name="standing_turnover_not_negative")]
        indexes = [models.Index(fields=["tier"], name="standing_tier")]

    def __str__(self) -> str:
        return f"{self.tier or '—'}: {self.turnover}"
