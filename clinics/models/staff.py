"""A person who works at the clinics: which clinics they may see; what they may do comes from their role."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from clinics.models.clinic import Clinic


class StaffMember(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="staff_member", verbose_name=_("user")
    )
    clinics = models.ManyToManyField(Clinic, related_name="staff", verbose_name=_("clinics"))
    home_clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("works mostly at"))
    # In one spelling, +7…: receipts on a card with it deserve a look.
    phone = models.CharField(_("own phone"), max_length=16, blank=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")

    def __str__(self) -> str:
        return self.user.get_full_name() or self.user.get_username()
