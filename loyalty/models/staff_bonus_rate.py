"""What a member of staff gets for what they did, from one month on: an old statement never changes."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class StaffBonusRate(models.Model):
    """Roubles or points for each act; in force until the next row's month."""

    class Unit(models.TextChoices):
        ROUBLES = "ROUBLES", _("roubles")
        POINTS = "POINTS", _("points")

    from_month = models.DateField(_("from the month"), unique=True, help_text=_("Any day of it."))
    unit = models.CharField(_("paid in"), max_length=7, choices=Unit, default=Unit.ROUBLES)
    per_registration = models.PositiveIntegerField(_("for a registered member"), default=0)
    per_referral = models.PositiveIntegerField(_("for a recorded inviter"), default=0)
    per_review = models.PositiveIntegerField(
        _("for a review"), default=0,
        help_text=_("Accepted, of a patient whose last receipt in the 30 days before it the person entered."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("bonus of the staff")
        verbose_name_plural = _("bonuses of the staff")
        constraints = [
            models.CheckConstraint(condition=Q(from_month__day=1), name="staff_bonus_from_a_month"),
        ]

    def __str__(self) -> str:
        return f"{self.from_month:%m.%Y}"

    def clean(self) -> None:
        if self.from_month:
            self.from_month = self.from_month.replace(day=1)
