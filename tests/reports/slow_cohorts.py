"""Points by month of issue the obvious way: every lot followed to the one that it was at first."""

from collections import defaultdict

from clinics.calendar import local_date
from loyalty.models import Allocation, Lot

ISSUES = {"EARN", "GIFT", "OPENING", "ADJUST"}


def slow_cohorts(clinics):
    """Rows of (month, issued, burnt, open)."""
    found = defaultdict(lambda: [0, 0, 0])
    for lot in Lot.objects.select_related("entry__operation", "account__patient__home_clinic"):
        first = lot
        while first.origin_lot_id:
            first = Lot.objects.select_related("entry__operation", "account__patient__home_clinic").get(
                pk=first.origin_lot_id
            )
        clinic, made = first.account.patient.home_clinic, first.entry.operation
        if clinic not in clinics or made.kind not in ISSUES:
            continue
        month = found[local_date(made.effective_at, clinic.tz).replace(day=1)]
        month[0] += lot.amount if first == lot else 0
        month[1] -= sum(one.units for one in Allocation.objects.filter(lot=lot, entry__operation__kind="BURN"))
        month[2] += lot.remaining
    return [(month, *numbers) for month, numbers in sorted(found.items())]
