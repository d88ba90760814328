"""A paid bill with its lines, and what every rule gave on each of them. Facts: only the visit's end is added."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patients.models import SpendProof

DESK = "desk"


class Receipt(models.Model):
    """The business key is (source system, document, revision); money is in roubles.

    `patient` is whose account it counts on: whoever was treated, or the payer who was named.
    """

    class IdentifiedBy(models.TextChoices):
        PHONE = "PHONE", _("phone")
        CARD = "CARD", _("card number")
        QR = "QR", _("QR code")
        NAME = "NAME", pgettext_lazy("found by", "name")
        IMPORT = "IMPORT", _("import")

    clinic = models.ForeignKey("clinics.Clinic", models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="receipts", verbose_name=_("patient")
    )
    treated = models.ForeignKey(
        "patients.Patient",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts_paid_by_others",
        db_index=False,
        verbose_name=_("treated"),
        help_text=_("Whom the visit was for, when the patient of the receipt only pays."),
    )
    source_system = models.SlugField(_("source system"), default=DESK)
    document = models.CharField(_("document"), max_length=80)
    revision = models.PositiveSmallIntegerField(_("revision"), default=1)
    replaces = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="replaced_by",
        verbose_name=_("replaces the receipt"),
    )
    identified_by = models.CharField(_("patient found by"), max_length=8, choices=IdentifiedBy)
    channel = models.SlugField(
        _("source channel"),
        blank=True,
        db_index=False,
        help_text=_("By which the patient came to the clinic, as it was known when the receipt was recorded."),
    )
    booked_online = models.BooleanField(_("booked online"), default=False)
    paid_at = models.DateTimeField(_("paid"))
    visit_closed_at = models.DateTimeField(
        _("visit closed"), null=True, blank=True, help_text=_("Empty: points of the receipt wait for it.")
    )
    visit_closes_on = models.DateField(
        _("visit closes by itself"), null=True, blank=True, help_text=_("In the night of this day, if nobody did.")
    )
    recorded_at = models.DateTimeField(_("recorded"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("receptionist")
    )
    program_version = models.ForeignKey(
        "loyalty.ProgramVersion", models.PROTECT, related_name="+", verbose_name=_("program version")
    )
    tier = models.SlugField(_("tier"), blank=True)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=0)
    points_value = models.DecimalField(_("paid with points, roubles"), max_digits=12, decimal_places=2)
    paid = models.DecimalField(_("paid in money"), max_digits=12, decimal_places=2)
    points_spent = models.PositiveBigIntegerField(_("points spent"), default=0)
    points_earned = models.PositiveBigIntegerField(_("points earned"), default=0)
    spend_operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="spent_on", verbose_name=_("spending")
    )
    earn_operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, null=True, related_name="earned_on", verbose_name=_("earning")
    )

    proven_by = models.CharField(
        _("consent proved by"),
        max_length=12,
        choices=SpendProof.Way,
        blank=True,
        help_text=_("Empty: nothing was spent, or the program asked for no proof."),
    )
    override_reason = models.CharField(_("why without a code"), max_length=200, blank=True)
    explanation = models.JSONField(_("explanation"), help_text=_("Rule codes and numbers of the quote."))

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        permissions = [
            ("use_desk", _("Can work at the desk")),
            ("refund_receipt", _("Can refund a receipt")),
            ("view_reports", _("Can see reports")),
            ("export_reports", _("Can take reports as files")),
            ("export_personal_data", _("Can take names and phones in files")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "document", "revision"], name="receipt_document_unique"
            ),
            models.CheckConstraint(
                condition=Q(revision=1, replaces__isnull=True) | Q(revision__gt=1, replaces__isnull=False),
                name="receipt_revision_replaces",
            ),
            models.CheckConstraint(condition=~Q(treated=F("patient")), name="receipt_payer_is_another"),
            models.CheckConstraint(
                condition=Q(price=F("discount") + F("points_value") + F("paid")), name="receipt_adds_up"
            ),
            models.CheckConstraint(
                condition=(Q(proven_by="OVERRIDE") & ~Q(override_reason=""))
                | (~Q(proven_by="OVERRIDE") & Q(override_reason="")),
                name="receipt_override_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, discount__gte=0, points_value__gte=0, paid__gte=0),
                name="receipt_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(visit_closed_at__isnull=False) | Q(visit_closes_on__isnull=False),
                name="receipt_open_visit_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["patient", "-paid_at", "-id"], name="receipt_of_patient"),
            models.Index(fields=["clinic", "-paid_at"], name="receipt_of_clinic"),
            models.Index(
                fields=["treated", "-paid_at", "-id"],
                name="receipt_of_treated",
                condition=Q(treated__isnull=False),
            ),
            models.Index(
                fields=["patient"], name="receipt_with_open_visit", condition=Q(visit_closed_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return _("Receipt %(number)s") % {"number": self.pk}


class ReceiptLine(models.Model):
    """One service, or a plain amount with an optional category. Every reduction is split to the kopeck."""

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines", verbose_name=_("receipt"))
    position = models.PositiveSmallIntegerField(_("position"))
    service = models.ForeignKey(
        "clinics.Service", models.PROTECT, null=True, related_name="+", verbose_name=_("service")
    )
    category = models.ForeignKey(
        "clinics.ServiceCategory", models.PROTECT, null=True, related_name="+", verbose_name=_("category")
    )
    doctor = models.ForeignKey(
        "clinics.Doctor", models.PROTECT, null=True, related_name="+", verbose_name=_("doctor")
    )
    quantity = models.PositiveSmallIntegerField(_("quantity"), default=1)
    price = models.DecimalField(_("price"), max_digits=12, decimal_places=2)
    discount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2, default=0)
    points_value = models.DecimalField(_("paid with points, roubles"), max_digits=12, decimal_places=2)
    paid = models.DecimalField(_("paid in money"), max_digits=12, decimal_places=2)
    points_spent = models.PositiveBigIntegerField(_("points spent"), default=0)

    class Meta:
        verbose_name = _("receipt line")
        verbose_name_plural = _("receipt lines")
        constraints = [
            models.UniqueConstraint(fields=["receipt", "position"], name="receipt_line_position_unique"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="receipt_line_quantity_positive"),
            models.CheckConstraint(
                condition=Q(price=F("discount") + F("points_value") + F("paid")), name="receipt_line_adds_up"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, discount__gte=0, points_value__gte=0, paid__gte=0),
                name="receipt_line_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return str(self.service or self.category or _("Amount"))


class Award(models.Model):
    """What one rule gave on one line at one rate: the sum over lines is the receipt's earning."""

    class Kind(models.TextChoices):
        PERCENT = "PERCENT", _("percent")
        LINE = "LINE", _("fixed for the line")
        VISIT = "VISIT", _("fixed for the visit")

    line = models.ForeignKey(ReceiptLine, models.PROTECT, related_name="awards", verbose_name=_("receipt line"))
    rule_code = models.CharField(_("rule"), max_length=64)
    kind = models.CharField(_("kind"), max_length=7, choices=Kind, default=Kind.PERCENT)
    rate_bp = models.PositiveIntegerField(_("rate, basis points"), default=0)
    base = models.DecimalField(_("of, roubles"), max_digits=12, decimal_places=2)
    points = models.PositiveBigIntegerField(_("points"))

    class Meta:
        verbose_name = _("award")
        verbose_name_plural = _("awards")
        constraints = [models.UniqueConstraint(fields=["line", "rule_code"], name="award_once_per_line_and_rule")]

    def __str__(self) -> str:
        return f"{self.rule_code}: {self.points}"


class LineDiscount(models.Model):
    """What one promotion, or the manual discount, took off one line: their sum is the line's discount."""

    line = models.ForeignKey(ReceiptLine, models.PROTECT, related_name="discounts", verbose_name=_("receipt line"))
    promotion_code = models.CharField(_("promotion"), max_length=64)
    amount = models.DecimalField(_("discount"), max_digits=12, decimal_places=2)

    class Meta:
        verbose_name = _("discount of a line")
        verbose_name_plural = _("discounts of lines")
        constraints = [
            models.UniqueConstraint(fields=["line", "promotion_code"], name="discount_once_per_line"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="discount_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.promotion_code}: {self.amount}"
