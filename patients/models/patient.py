"""A person the clinics know: a contact, or a member once they have agreed to the program's rules."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Lower, Reverse, Trim
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from patients.phone import mask_phone

ACTIVE = Q(merged_into=None, erased_at=None)
# `patients.names.name_key` in SQL. Cyrillic is mapped by hand: `lower` knows it in some locales only.
_UPPER = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё"
_LOWER = "абвгдеежзийклмнопрстуфхцчшщъыьэюяе"
_FULL_NAME = Func(
    F("last_name"), F("first_name"), F("middle_name"), template="(%(expressions)s)", arg_joiner=" || ' ' || "
)
_SPACED = Func(_FULL_NAME, Value(r"[\s\u00a0,;]+"), Value(" "), Value("g"), function="regexp_replace")
NAME_KEY = Trim(Lower(Func(_SPACED, Value(_UPPER), Value(_LOWER), function="translate")))


class Patient(models.Model):
    class Status(models.TextChoices):
        CONTACT = "CONTACT", _("contact")
        MEMBER = "MEMBER", _("member")

    class Sex(models.TextChoices):
        FEMALE = "FEMALE", _("female")
        MALE = "MALE", _("male")

    class Channel(models.TextChoices):
        EMAIL = "EMAIL", _("e-mail")
        SMS = "SMS", _("SMS")

    last_name = models.CharField(_("last name"), max_length=80)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    middle_name = models.CharField(_("middle name"), max_length=80, blank=True)
    name_key = models.GeneratedField(
        expression=NAME_KEY, output_field=models.CharField(max_length=250, db_collation="C"), db_persist=True,
    )  # fmt: skip
    phone = models.CharField(  # noqa: DJ001  # NULLs are exempt from the unique constraint
        _("phone"), max_length=16, null=True, blank=True,
        help_text=_("A child has none and is reached through the household."),
    )  # fmt: skip
    phone_reversed = models.GeneratedField(
        expression=Reverse("phone"),
        output_field=models.CharField(max_length=16, db_collation="C"),
        db_persist=True,
    )
    email = models.EmailField(_("e-mail"), blank=True)
    preferred_channel = models.CharField(
        _("preferred channel"), max_length=16, choices=Channel, default=Channel.SMS
    )
    language = models.CharField(
        _("language"), max_length=8, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    birth_date = models.DateField(_("birth date"), null=True, blank=True)
    sex = models.CharField(_("sex"), max_length=8, choices=Sex, blank=True)
    home_clinic = models.ForeignKey(
        "clinics.Clinic", models.PROTECT, related_name="patients", verbose_name=_("home clinic")
    )
    household = models.ForeignKey(
        "patients.Household", models.PROTECT, null=True, blank=True, related_name="people",
        verbose_name=_("household"),
    )  # fmt: skip
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.CONTACT)
    joined_at = models.DateTimeField(_("agreed to the rules"), null=True, blank=True, editable=False)
    source = models.SlugField(
        _("source"),
        blank=True,
        help_text=_("The channel the patient came from, for example site or telegram."),
    )
    tags = models.ManyToManyField("patients.Tag", blank=True, related_name="patients", verbose_name=_("tags"))
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(500)])
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="patient", editable=False,
        verbose_name=_("cabinet user"),
    )  # fmt: skip
    created_at = models.DateTimeField(pgettext_lazy("patient", "created"), editable=False)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates", editable=False,
        verbose_name=_("merged into"),
    )  # fmt: skip
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True, editable=False)

    history = HistoricalRecords(m2m_fields=[tags], excluded_fields=["name_key", "phone_reversed"])

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        permissions = [("erase_patient", _("Can erase a person"))]
        constraints = [
            models.UniqueConstraint(
                fields=["phone"],
                condition=ACTIVE,
                name="patient_phone_unique_among_active",
            ),
            models.CheckConstraint(
                condition=Q(phone=None) | Q(phone__regex=r"^\+[0-9]{8,15}$"), name="patient_phone_is_e164"
            ),
            models.CheckConstraint(
                condition=Q(status="CONTACT", joined_at=None) | Q(status="MEMBER", joined_at__isnull=False),
                name="patient_member_has_joined",
            ),
        ]
        indexes = [
            # Keys collate byte by byte: one index serves both the search by a prefix and the order of lists.
            models.Index(fields=["name_key", "id"], name="patient_by_name", condition=ACTIVE),
            models.Index(
                fields=["home_clinic", "name_key", "id"], name="patient_by_clinic_and_name", condition=ACTIVE
            ),
            models.Index(fields=["phone_reversed"], name="patient_by_phone_end", condition=ACTIVE),
        ]

    def __str__(self) -> str:
        return self.full_name or f"№ {self.pk}"

    @property
    def full_name(self) -> str:
        return " ".join(part for part in (self.last_name, self.first_name, self.middle_name) if part)

    @property
    def masked_phone(self) -> str:
        return mask_phone(self.phone or "")

    @property
    def is_member(self) -> bool:
        return self.status == self.Status.MEMBER

    @property
    def is_active(self) -> bool:
        return self.merged_into_id is None and self.erased_at is None
