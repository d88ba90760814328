"""Codes that people read out, type and share: one table for all kinds, so that no code means two things."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PublicCode(models.Model):
    """`key` is the code whatever its case, layout and hyphens; `text` is how it is written for people."""

    class Kind(models.TextChoices):
        FRIEND = "FRIEND", _("code of a friend's link")
        PRIVILEGE = "PRIVILEGE", _("code of a reward")

    key = models.CharField(_("key"), max_length=40, unique=True)
    text = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    patient = models.ForeignKey(
        "patients.Patient", models.PROTECT, null=True, related_name="public_codes", verbose_name=_("patient")
    )
    opened = models.PositiveIntegerField(_("visitors who opened the link"), default=0)
    created_at = models.DateTimeField(_("made"))

    class Meta:
        verbose_name = _("public code")
        verbose_name_plural = _("public codes")
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(kind="FRIEND"), name="public_code_one_friend_link"
            ),
            models.CheckConstraint(
                condition=~Q(kind="FRIEND") | Q(patient__isnull=False), name="public_code_friend_has_patient"
            ),
        ]

    def __str__(self) -> str:
        return self.text
