"""How much of a budget, or of a cap per patient, has been given in a period."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class LimitUse(models.Model):
    """One row per rule, period and, where the limit is theirs, patient or clinic.

    Points of an earning rule, kopecks of a promotion. `amount` is the limit as it was at the last use.
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("budget")
        PATIENT = "patient", _("cap per patient")

    rule_code = models.CharField(_("rule"), max_length=64)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, related_name="+", verbose_name=_("patient")
    )
    clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, null=True, related_name="+", verbose_name=_("clinic")
    )
    period_start = models.DateField(_("period from"))
    used = models.PositiveBigIntegerField(_("used"), default=0)
    amount = models.PositiveBigIntegerField(_("limit"))

    class Meta:
        verbose_name = _("use of a limit")
        verbose_name_plural = _("uses of limits")
        constraints = [
            models.UniqueConstraint(
                fields=["rule_code", "kind", "patient", "clinic", "period_start"],
                nulls_distinct=False,
                name="limit_use_place",
            ),
            models.CheckConstraint(
                condition=Q(kind="budget", patient=None) | Q(kind="patient", patient__isnull=False, clinic=None),
                name="limit_use_owner",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code}: {self.used} / {self.amount}"
