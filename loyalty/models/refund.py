"""Money and points given back for a receipt, in any number of slices. Facts: never edited."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Refund(models.Model):
    class Reason(models.TextChoices):
        CANCELLED = "CANCELLED", _("Service cancelled")
        MISTAKE = "MISTAKE", _("Receptionist's mistake")
        QUALITY = "QUALITY", _("Complaint about quality")
        OTHER = "OTHER", _("Another reason")

    receipt = models.ForeignKey(
        "loyalty.Receipt", models.PROTECT, related_name="refunds", verbose_name=_("receipt")
    )
    key = models.CharField(max_length=80, unique=True, editable=False)
    # Kind and kopecks, as in `rules.refund_portions`.
    portion = models.JSONField(pgettext_lazy("to be refunded", "asked for"), editable=False)
    at = models.DateTimeField(_("when"))
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("receptionist")
    )
    reason = models.CharField(_("reason"), max_length=16, choices=Reason)
    note = models.CharField(_("note"), max_length=200, blank=True)
    money = models.DecimalField(_("money given back"), max_digits=12, decimal_places=2)
    points_returned = models.PositiveBigIntegerField(_("points given back"))
    points_taken = models.PositiveBigIntegerField(_("earned points taken back"))
    is_complete = models.BooleanField(_("nothing left after it"))
    return_operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="+", verbose_name=_("return of points")
    )
    take_back_operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="+", verbose_name=_("take-back of points")
    )

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [models.CheckConstraint(condition=Q(money__gte=0), name="refund_money_not_negative")]
        indexes = [
            models.Index(fields=["receipt", "id"], name="refund_of_receipt"),
            models.Index(fields=["at"], name="refund_by_moment"),
        ]

    def __str__(self) -> str:
        return _("Refund %(number)s") % {"number": self.pk}


class RefundLine(models.Model):
    """The part of one receipt line that a refund answers for; `price` is of what the line cost after discounts."""

    refund = models.ForeignKey(Refund, models.PROTECT, related_name="lines", verbose_name=_("refund"))
    line = models.ForeignKey(
        "loyalty.ReceiptLine", models.PROTECT, related_name="refund_lines", verbose_name=_("receipt line")
    )
    price = models.DecimalField(_("price refunded"), max_digits=12, decimal_places=2)
    money = models.DecimalField(_("money given back"), max_digits=12, decimal_places=2)
    points_returned = models.PositiveBigIntegerField(_("points given back"))

    class Meta:
        verbose_name = _("refund line")
        verbose_name_plural = _("refund lines")
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(price__gte=0, money__gte=0), name="refund_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.money}"
