"""Open points the obvious way: every lot, every allocation, one by one, as of a moment."""

from collections import defaultdict

from clinics.calendar import add_months, end_of_day, local_date
from loyalty.models import Allocation, Lot, Receipt


def slow_open_points(day, clinics):
    """By the month they burn, None last; of each lot what was left at the end of its home clinic's day."""
    found = defaultdict(int)
    for lot in Lot.objects.select_related("entry__operation", "account__patient__home_clinic"):
        clinic = lot.account.patient.home_clinic
        end = end_of_day(day, clinic.tz)
        if clinic not in clinics or lot.entry.operation.effective_at >= end:
            continue
        taken = Allocation.objects.filter(lot=lot, entry__operation__effective_at__lt=end)
        found[_month(lot, end)] += lot.amount + sum(one.units for one in taken)
    return {month: points for month, points in found.items() if points}


def _month(lot, end):
    if lot.never_burns or lot.available_at is None:
        return None
    day = lot.last_day or _rolling(lot.account, end)
    return day and day.replace(day=1)


def _rolling(account, end):
    paid = Receipt.objects.filter(patient=account.patient_id, paid__gt=0).exclude(refunds__is_complete=True)
    if not paid.filter(paid_at__gte=end).exists() or account.rolling_months is None:
        return account.rolling_until
    last = paid.filter(paid_at__lt=end).order_by("-paid_at").first()
    since = max(last.paid_at if last else account.opened_at, account.opened_at)
    return add_months(local_date(since, account.patient.home_clinic.tz), account.rolling_months)
