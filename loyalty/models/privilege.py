"""What patients buy for points: the catalogue, and the codes that they have bought."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from patients.code_texts import LONGEST_KEY

LONGEST_LIFE_DAYS = 366


class Privilege(models.Model):
    """An offer of the catalogue. Codes keep the terms they were bought under: a change is for later ones."""

    class Kind(models.TextChoices):
        AMOUNT = "AMOUNT", _("discount in roubles")
        SERVICE = "SERVICE", _("free service")
        GOODS = "GOODS", _("goods")

    title = models.CharField(_("title"), max_length=120)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    description_en = models.CharField(_("description in English"), max_length=300, blank=True)
    kind = models.CharField(_("what it gives"), max_length=7, choices=Kind, default=Kind.AMOUNT)
    amount = models.DecimalField(
        _("discount, roubles"),
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("Only for a discount in roubles."),
    )
    services = models.ManyToManyField(
        "clinics.Service",
        blank=True,
        related_name="+",
        verbose_name=_("services"),
        help_text=_("With no services and no categories a discount is off the whole receipt, and goods are free."),
    )
    categories = models.ManyToManyField(
        "clinics.ServiceCategory", blank=True, related_name="+", verbose_name=_("service categories")
    )
    price = models.PositiveIntegerField(_("price, points"), validators=[MinValueValidator(1)])
    valid_days = models.PositiveSmallIntegerField(
        _("code is valid, days"),
        default=14,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_LIFE_DAYS)],
        help_text=_("The day of purchase is not counted. The points of an unused code come back by themselves."),
    )
    available_from = models.DateField(_("offered from"), null=True, blank=True)
    available_to = models.DateField(_("offered until"), null=True, blank=True, help_text=_("This day included."))
    clinics = models.ManyToManyField(
        "clinics.Clinic",
        blank=True,
        related_name="+",
        verbose_name=_("clinics"),
        help_text=_("With none chosen the code works in every clinic."),
    )
    tiers = models.JSONField(_("tiers"), default=list, blank=True, help_text=_("With none chosen all may buy."))
    stock = models.PositiveIntegerField(
        _("stock"), null=True, blank=True, help_text=_("How many may be bought in all. Empty: any number.")
    )
    sold = models.PositiveIntegerField(_("bought"), default=0, editable=False)
    is_active = models.BooleanField(_("offered"), default=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("author"),
    )
    created_at = models.DateTimeField(_("created"), editable=False)

    class Meta:
        verbose_name = _("privilege")
        verbose_name_plural = _("privileges for points")
        constraints = [
            models.CheckConstraint(condition=Q(price__gt=0), name="privilege_has_a_price"),
            models.CheckConstraint(condition=Q(valid_days__gt=0), name="privilege_code_lives"),
            models.CheckConstraint(
                condition=Q(kind="AMOUNT", amount__gt=0) | (~Q(kind="AMOUNT") & Q(amount=None)),
                name="privilege_amount_of_a_discount",
            ),
            models.CheckConstraint(
                condition=Q(stock=None) | Q(sold__lte=F("stock")), name="privilege_never_oversold"
            ),
            models.CheckConstraint(
                condition=Q(available_from=None) | Q(available_to=None) | Q(available_from__lte=F("available_to")),
                name="privilege_days_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def title_in(self, language: str) -> str:
        return self.title_en if language.startswith("en") and self.title_en else self.title

    def description_in(self, language: str) -> str:
        return self.description_en if language.startswith("en") and self.description_en else self.description


class PrivilegeCode(models.Model):
    """A privilege bought: good once, until the end of its last day in the patient's home clinic.

    `terms` are the privilege's at the purchase, as `loyalty.privileges.terms` writes them.
    """

    class Status(models.TextChoices):
        OPEN = "OPEN", _("not used yet")
        USED = "USED", pgettext_lazy("privilege code", "used")
        RETURNED = "RETURNED", pgettext_lazy("privilege code", "points given back")

    key = models.CharField(_("key"), max_length=LONGEST_KEY, unique=True)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="privilege_codes", verbose_name=_("patient")
    )
    privilege = models.ForeignKey(Privilege, models.PROTECT, related_name="codes", verbose_name=_("privilege"))
    terms = models.JSONField(_("terms"))
    points = models.PositiveIntegerField(_("points"))
    operation = models.OneToOneField(
        "loyalty.Operation", models.PROTECT, related_name="privilege_code", verbose_name=_("purchase")
    )
    issued_at = models.DateTimeField(_("bought"))
    valid_to = models.DateField(_("last day"))
    expires_at = models.DateTimeField(_("end of the last day"))
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.OPEN)
    receipt = models.ForeignKey(
        "loyalty.Receipt",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="privilege_codes",
        verbose_name=_("receipt"),
    )
    used_at = models.DateTimeField(_("used on"), null=True, blank=True)
    return_operation = models.OneToOneField(
        "loyalty.Operation",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returned_privilege_code",
        verbose_name=_("return of the points"),
    )

    class Meta:
        verbose_name = _("privilege code")
        verbose_name_plural = _("privilege codes")
        constraints = [
            models.CheckConstraint(condition=Q(points__gt=0), name="privilege_code_has_its_price"),
            models.CheckConstraint(
                condition=Q(status="OPEN", receipt=None, used_at=None, return_operation=None)
                | Q(status="USED", receipt__isnull=False, used_at__isnull=False, return_operation=None)
                | Q(status="RETURNED", receipt=None, used_at=None, return_operation__isnull=False),
                name="privilege_code_status_is_true",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(status="OPEN"), name="privilege_code_open"),
        ]

    def __str__(self) -> str:
        return self.key
