"""Receipts and refunds written straight into their tables: a figure only reads them."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from clinics.models import Clinic, Doctor
from loyalty.models import ProgramVersion, Receipt, ReceiptLine, Refund, RefundLine
from loyalty.reports.scope import Days, Scope
from patients.models import Patient
from tests.people import make_clinic
from tests.programs import NOON

OCTOBER = Days(date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = Days(date(2026, 11, 1), date(2026, 11, 30))


def scope(days: Days = NOVEMBER, *clinics: Clinic, at: datetime = NOON, **fields: Any) -> Scope:
    return Scope(clinics=clinics or (make_clinic(),), days=days, at=at, **fields)


def person(name: str, clinic: Clinic | None = None, **fields: Any) -> Patient:
    """A contact: figures ask for no consent."""
    return Patient.objects.create(last_name=name, home_clinic=clinic or make_clinic(), created_at=NOON, **fields)


def noon(day: int, month: int = 11, year: int = 2026) -> datetime:
    """Of Moscow."""
    return datetime.combine(date(year, month, day), time(9), tzinfo=UTC)


def wall(clinic: Clinic, day: date, hour: int, minute: int) -> datetime:
    """What the clock of the clinic shows."""
    return datetime.combine(day, time(hour, minute), tzinfo=clinic.tz).astimezone(UTC)


def sell(patient: Patient, at: datetime, *amounts: Any, clinic: Clinic | None = None, **fields: Any) -> Receipt:
    """A line per amount: roubles paid in money, or (price, discount, points)."""
    doctors: list[Doctor | None] = fields.pop("doctors", [None] * len(amounts))
    lines = [amount if isinstance(amount, tuple) else (amount, 0, 0) for amount in amounts]
    sums = [sum(Decimal(line[place]) for line in lines) for place in range(3)]
    receipt = Receipt.objects.create(
        clinic=clinic or patient.home_clinic,
        patient=patient,
        document=f"{Receipt.objects.count()}",
        identified_by=fields.pop("identified_by", "PHONE"),
        paid_at=at,
        visit_closed_at=at,
        recorded_at=at,
        program_version=ProgramVersion.objects.first(),
        explanation={},
        channel=patient.source,
        **_money(*sums),
        **fields,
    )
    for position, (line, doctor) in enumerate(zip(lines, doctors, strict=True), start=1):
        ReceiptLine.objects.create(receipt=receipt, position=position, doctor=doctor, **_money(*line))
    return receipt


def refund(receipt: Receipt, at: datetime, *parts: Any, is_complete: bool = False) -> Refund:
    """Per line the roubles of its price after discounts that go back, or (price, of it in points)."""
    shares = [part if isinstance(part, tuple) else (part, 0) for part in parts]
    given = Refund.objects.create(
        receipt=receipt,
        key=f"{Refund.objects.count()}",
        portion={},
        at=at,
        recorded_at=at,
        reason="OTHER",
        money=sum(price - points for price, points in shares),
        points_returned=sum(points for _price, points in shares),
        points_taken=0,
        is_complete=is_complete,
    )
    for line, (price, points) in zip(receipt.lines.order_by("position"), shares, strict=True):
        if price:
            RefundLine.objects.create(
                refund=given, line=line, price=price, money=price - points, points_returned=points
            )
    return given


def take_back(receipt: Receipt, at: datetime) -> Refund:
    """All of it, at once."""
    parts = [(line.points_value + line.paid, line.points_value) for line in receipt.lines.order_by("position")]
    return refund(receipt, at, *parts, is_complete=True)


def days_later(moment: datetime, days: int) -> datetime:
    return moment + timedelta(days=days)


def _money(price: Any, discount: Any, points: Any) -> dict[str, Any]:
    paid = Decimal(price) - Decimal(discount) - Decimal(points)
    return {
        "price": price, "discount": discount, "points_value": points, "points_spent": int(points), "paid": paid,
    }  # fmt: skip
