"""Where a patient stands in the program: account, tier and what they have paid so far."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Standing(models.Model):
    """One row per patient with an account. Changed only under the account's row lock.

    `tier` is the higher of what was earned and of what was set by hand; the fields from `earned_tier` to
    `tier_due_on` are one `TierState` of the rules.
    """

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
    earned_tier = models.SlugField(_("tier by turnover"), blank=True, db_index=False)
    grace_until = models.DateField(
        _("grace until"), null=True, blank=True, help_text=_("Last day on which a payment keeps the tier.")
    )
    floor_tier = models.SlugField(_("tier set by hand"), blank=True, db_index=False)
    floor_until = models.DateField(_("set by hand until"), null=True, blank=True)
    tier_due_on = models.DateField(
        _("tier due"), null=True, blank=True, editable=False,
        help_text=_("First day whose night has something to do with the tier."),
    )  # fmt: skip
    tier_key = models.CharField(max_length=16, blank=True, editable=False)  # of the program that judged last
    has_left_before = models.BooleanField(
        _("has left before"), default=False, db_default=False, editable=False,
        help_text=_("A member with this phone has left and joined again: gifts for joining are not repeated."),
    )  # fmt: skip
    visits = models.PositiveIntegerField(_("visits"), default=0)
    first_paid_at = models.DateTimeField(_("first payment"), null=True, blank=True)
    last_paid_at = models.DateTimeField(_("last payment"), null=True, blank=True)

    class Meta:
        verbose_name = _("standing")
        verbose_name_plural = _("standings")
        constraints = [
            models.CheckConstraint(condition=Q(turnover__gte=0), name="standing_turnover_not_negative"),
            models.CheckConstraint(
                condition=Q(floor_tier="", floor_until=None) | (~Q(floor_tier="") & Q(floor_until__isnull=False)),
                name="standing_floor_has_an_end",
            ),
        ]
        indexes = [
            models.Index(fields=["tier"], name="standing_tier"),
            models.Index(fields=["tier_due_on"], condition=Q(tier_due_on__isnull=False), name="standing_tier_due"),
            models.Index(fields=["tier_key"], name="standing_tier_key"),
        ]

    def __str__(self) -> str:
        return f"{self.tier or '—'}: {self.turnover}"
