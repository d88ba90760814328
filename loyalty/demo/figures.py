"""What the demo's reports are counted from beside receipts: marketing money, goals, bonuses, past reminders."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Case, CharField, F, Value, When
from django.db.models.functions import Mod

from clinics.calendar import add_months, end_of_day
from loyalty.demo.people import SOURCE
from loyalty.messages.events import POINTS_BURNING_SOON
from loyalty.models import FigureSetting, Goal, MarketingSpend, Receipt, ReminderPlan, StaffBonusRate, Standing
from notifications.channels.registry import SMS
from notifications.models import MessageKind, MessageStatus, OutboxMessage

# Roubles a month; friends cost nothing.
MONTHLY_SPEND = {"site": 42_000, "telegram": 27_500, "maps": 18_000}
MONTHS = 24
OLD_DISCOUNT_PERCENT = Decimal(7)
# Every eighth guest was reminded once in the last 80 days, every fifth of these was held out.
REMINDED_EVERY, HELD_OUT_EVERY, REMINDED_DAYS = 8, 5, 80
RUNGS = (14, 5)
# Of ten receipts so many were found by QR and by card; the others by phone.
BY_QR, BY_CARD = 4, 3


def write_inputs(*, today: date) -> None:
    """Call inside a transaction, once, when the guests and their receipts are there."""
    month = today.replace(day=1)
    MarketingSpend.objects.bulk_create(
        MarketingSpend(source=source, month=add_months(month, -back), amount=roubles + 500 * (back % 5))
        for source, roubles in MONTHLY_SPEND.items()
        for back in range(MONTHS)
    )
    FigureSetting.objects.create(from_month=add_months(month, -MONTHS), old_discount_percent=OLD_DISCOUNT_PERCENT)
    StaffBonusRate.objects.create(
        from_month=add_months(month, -MONTHS), per_registration=50, per_referral=100, per_review=30
    )
    ends_on = add_months(month, 1) - timedelta(days=1)
    Goal.objects.create(figure=Goal.Figure.REPEAT_RATE, starts_on=month, ends_on=ends_on, target=30)
    Goal.objects.create(figure=Goal.Figure.AVERAGE_BILL, starts_on=month, ends_on=ends_on, target=14_000)
    _tell_identification()
    plans = list(_past_reminders(today=today))
    ReminderPlan.objects.bulk_create(plans)
    OutboxMessage.objects.bulk_create(_message(plan) for plan in plans if not plan.is_held_out)


def _tell_identification() -> None:
    """The replay of the past knows only that the receipts came with a file."""
    last_digit = Receipt.objects.filter(source_system=SOURCE).annotate(digit=Mod(F("id"), Value(10)))
    last_digit.update(
        identified_by=Case(
            When(digit__lt=BY_QR, then=Value(Receipt.IdentifiedBy.QR)),
            When(digit__lt=BY_QR + BY_CARD, then=Value(Receipt.IdentifiedBy.CARD)),
            default=Value(Receipt.IdentifiedBy.PHONE),
            output_field=CharField(),
        )
    )


def _past_reminders(*, today: date) -> Iterator[ReminderPlan]:
    standings = Standing.objects.filter(patient__source_keys__source=SOURCE).select_related("patient__home_clinic")
    for number, standing in enumerate(standings.order_by("id")):
        if number % REMINDED_EVERY:
            continue
        tz = standing.patient.home_clinic.tz
        last_day = today - timedelta(days=1 + number % REMINDED_DAYS)
        for days_before in RUNGS:
            morning = datetime.combine(last_day - timedelta(days=days_before), time(10), tzinfo=tz)
            yield ReminderPlan(
                account_id=standing.account_id,
                patient=standing.patient,
                last_day=last_day,
                days_before=days_before,
                points=250,
                is_held_out=number % (REMINDED_EVERY * HELD_OUT_EVERY) == 0,
                planned_at=morning,
                due_at=morning,
            )


def _message(plan: ReminderPlan) -> OutboxMessage:
    return OutboxMessage(
        key=plan.message_key,
        event=POINTS_BURNING_SOON,
        kind=MessageKind.SERVICE,
        patient_id=plan.patient_id,
        context={"account": plan.account_id, "last_day": plan.last_day.isoformat()},
        due_at=plan.due_at,
        next_attempt_at=plan.due_at,
        not_after=end_of_day(plan.last_day, plan.patient.home_clinic.tz),
        created_at=plan.planned_at,
        status=MessageStatus.SENT,
        sent_at=plan.due_at + timedelta(minutes=1),
        attempts=1,
        body=f"{plan.points} бонусных рублей сгорят через {plan.days_before} дней. Запишитесь и потратьте их.",
        channel=SMS,
        address=plan.patient.phone or "",
    )
