"""What the staff gets for registrations, inviters and reviews. A month that is over keeps its rates."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from loyalty.models import StaffBonusRate


@admin.register(StaffBonusRate)
class StaffBonusRateAdmin(PortalAdmin):
    title_add = _("New bonus of the staff")
    list_display = ("month_text", "unit", "per_registration", "per_referral", "per_review")
    ordering = ("-from_month",)
    fields = ("from_month", "unit", "per_registration", "per_referral", "per_review")

    @admin.display(description=_("from the month"), ordering="from_month")
    def month_text(self, rate: StaffBonusRate) -> str:
        return f"{rate.from_month:%m.%Y}"
