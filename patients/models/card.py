"""A loyalty card: eight digits that earn points; spending needs the patient's own proof."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from patients.card_numbers import format_card


class Card(models.Model):
    class Status(models.TextChoices):
        ACTIVE = "ACTIVE", _("active")
        BLOCKED = "BLOCKED", _("blocked")
        REPLACED = "REPLACED", _("replaced")

    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, related_name="cards", verbose_name=_("patient")
    )
    number = models.CharField(_("number"), max_length=8, unique=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    issued_at = models.DateTimeField(_("issued"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    close_reason = models.CharField(_("why closed"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("card")
        verbose_name_plural = _("cards")
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(status="ACTIVE"), name="card_one_active_per_patient"
            ),
            models.CheckConstraint(condition=Q(number__regex=r"^[0-9]{8}$"), name="card_number_eight_digits"),
            models.CheckConstraint(
                condition=Q(status="ACTIVE", closed_at=None) | (~Q(status="ACTIVE") & Q(closed_at__isnull=False)),
                name="card_closed_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return format_card(self.number)
