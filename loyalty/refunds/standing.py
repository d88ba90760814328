"""What a refund changes beside points: turnover, visits, what limits may give again, the rolling date."""

from datetime import datetime, timedelta

from django.db.models import DateField, F, Max, Min, Value
from django.db.models.functions import Least

from clinics.calendar import local_date
from clinics.money import to_roubles
from loyalty.checkout.limit_use import ReceiptPlace, give_back
from loyalty.ledger import posting
from loyalty.lot_dates import dated_day
from loyalty.models import Account, Receipt, Source, Standing
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.life import payment_life, rolling_date_after_full_refund
from loyalty.rules.refunds import RefundPlan


def lower_standing(receipt: Receipt, *, plan: RefundPlan, at: datetime) -> None:
    """Turnover is net of refunds; a payment refunded in full was none, so the last one is the one before it.

    A refund changes no tier: the coming night does, by the downgrade policy. Call after the refund is written.
    """
    tomorrow = local_date(at, receipt.patient.home_clinic.tz) + timedelta(days=1)
    Standing.objects.filter(patient=receipt.patient_id).update(
        turnover=F("turnover") - to_roubles(plan.money_kopecks),
        visits=F("visits") - (1 if plan.is_complete else 0),
        # Of an empty day and another the database takes the other.
        tier_due_on=Least("tier_due_on", Value(tomorrow, DateField())),
        **(_ends_of_payments(receipt) if plan.is_complete and receipt.paid else {}),
    )


def return_uses(receipt: Receipt, *, plan: RefundPlan, program: CompiledProgram) -> None:
    """Budgets and caps per patient may give again what goes back, of a receipt of the past too: it has counted."""
    day = local_date(receipt.paid_at, receipt.clinic.tz)
    give_back(program.limits, plan.uses_back, ReceiptPlace(receipt.patient_id, receipt.clinic.code, day))


def move_rolling_date_back(
    receipt: Receipt, *, account: Account, program: CompiledProgram, at: datetime, key: str
) -> None:
    """Only a full refund of a payment moves the date back, to what the payments that stand have earned."""
    tz = receipt.patient.home_clinic.tz
    standing_payment = _ends_of_payments(receipt)["last_paid_at"]
    day = rolling_date_after_full_refund(
        payment_life(program.life, promised_months=account.rolling_months),
        # Imported payments may be older than the account.
        lived_from=local_date(max(standing_payment or account.opened_at, account.opened_at), tz),
        stored=account.rolling_until,
        today=local_date(at, tz),
        grace_days=program.lot_grace_days,
    )
    if day is not None and day != account.rolling_until:
        posting.set_rolling(
            account_id=account.pk,
            rolling=dated_day(day, tz),
            key=f"refund:{key}:rolling",
            at=at,
            source=Source.DESK,
        )


def _ends_of_payments(receipt: Receipt) -> dict[str, datetime | None]:
    """When the patient paid first and last, of what has not been refunded in full."""
    standing = Receipt.objects.filter(patient=receipt.patient_id, paid__gt=0).exclude(refunds__is_complete=True)
    return standing.aggregate(first_paid_at=Min("paid_at"), last_paid_at=Max("paid_at"))
