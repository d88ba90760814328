"""What an inviter got for a friend's first paid visit."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class FriendGift(models.Model):
    """Once per friend. A full refund of the visit undoes it: what is left of the points is taken back, and the
    friend's next paid visit counts as the first.
    """

    inviter = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="friend_gifts", verbose_name=_("inviter")
    )
    friend = models.ForeignKey("patients.Patient", models.PROTECT, related_name="+", verbose_name=_("friend"))
    rule_code = models.CharField(_("rule"), max_length=64)
    receipt = models.ForeignKey(
        "loyalty.Receipt", models.PROTECT, related_name="friend_gifts", verbose_name=_("receipt")
    )
    points = models.PositiveBigIntegerField(_("points"))
    operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, related_name="friend_gift", verbose_name=_("operation")
    )
    given_at = models.DateTimeField(_("given on"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    kept_points = models.PositiveBigIntegerField(_("points kept"), default=0)

    class Meta:
        verbose_name = _("gift for a friend")
        verbose_name_plural = _("gifts for friends")
        constraints = [
            models.UniqueConstraint(
                fields=["friend", "rule_code"], condition=Q(undone_at=None), name="friend_gift_once"
            ),
            models.CheckConstraint(
                name="friend_gift_keeps_no_more_than_given",
                condition=Q(kept_points=0) | Q(undone_at__isnull=False, kept_points__lte=F("points")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_code}: {self.points}"
