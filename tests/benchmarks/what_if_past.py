"""A past of any size for the what-if benchmark: members, lots, receipts of three lines, spending and burning.

One row of each table is made by Django, with every column as the models want it; SQL copies it with what differs.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, models

from clinics.models import Clinic, Doctor, Service, ServiceCategory
from loyalty.models import Account, Allocation, Entry, Lot, Operation, Receipt, ReceiptLine, Standing
from patients.models import Patient
from tests.benchmarks.large_program import SERVICES_A_CATEGORY, SOLD_SERVICES

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=500)
RECEIPTS_A_MEMBER = 10
LOTS_OF_BEFORE = 3
TEMPLATE = -1
COPY = "insert into {table} ({columns}) select {values} from {table} template, {source} where template.id = -1"
PAID_AT = "timestamptz '2025-11-23' + interval '1 second' * (r::bigint * 7919 % (363 * 86400))"
# One of the 200 for each of three lines, never twice on a receipt.
SERVICE = "1 + (r * 7 + n * 67) % 200"
PRICE = "500 + (r * 131 + n * 977) % 8500"
SPENT = "case when r % 3 = 0 then 100 else 0 end"


def seed_past(*, receipts: int, version_id: int) -> None:
    """Every third receipt was paid with 100 points; one lot of before ends within the period."""
    _make_price_list()
    _make_templates(version_id)
    members = receipts // RECEIPTS_A_MEMBER
    before = members * LOTS_OF_BEFORE
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")

        def copy(model: type[models.Model], source: str, **columns: str) -> None:
            _copy(cursor.execute, model, source, columns)

        each = f"generate_series(1, {members}) m"
        copy(Patient, each, id="m", last_name="'Пациент' || m")
        copy(Account, each, id="m", patient_id="m")
        copy(Standing, each, id="m", patient_id="m", account_id="m", turnover="(m * 977) % 400000 + 30000")
        source = f"{each}, generate_series(1, {LOTS_OF_BEFORE}) n"
        number = f"(m - 1) * {LOTS_OF_BEFORE} + n"
        copy(Operation, source, id=number, key=f"'before' || ({number})")
        copy(Entry, source, id=number, operation_id=number, account_id="m")
        last_day = "case when n = 1 then date '2026-03-01' + m % 200 end"
        copy(
            Lot, source, id=number, entry_id=number, account_id="m", last_day=last_day,
            expires_at=f"({last_day} + 1)::timestamptz",
        )  # fmt: skip
        member = f"1 + r % {members}"
        every = f"generate_series(1, {receipts}) r"
        price = "(select sum(500 + (r * 131 + n * 977) % 8500) from generate_series(1, 3) n)"
        copy(
            Receipt, every, id="r", patient_id=member, clinic_id="1 + r % 2", paid_at=PAID_AT, document="r::text",
            price=price, points_value=SPENT, points_spent=SPENT, paid=f"{price} - {SPENT}",
        )  # fmt: skip
        line = "(r - 1) * 3 + n"
        copy(
            ReceiptLine, f"{every}, generate_series(1, 3) n", id=line, receipt_id="r", position="n",
            service_id=SERVICE, doctor_id=f"1 + ({SERVICE} - 1) / {SERVICES_A_CATEGORY}", price=PRICE, paid=PRICE,
        )  # fmt: skip
        earned = f"{before} + r"
        copy(Operation, every, id=earned, key="'earn' || r", effective_at=PAID_AT)
        copy(Entry, every, id=earned, operation_id=earned, account_id=member)
        copy(Lot, every, id=earned, entry_id=earned, account_id=member, available_at=PAID_AT)
        spending, spent = f"{every[:-1]}r", f"{before} + {receipts} + r"
        copy(Operation, spending, id=spent, key="'spend' || r", kind="'SPEND'", effective_at=PAID_AT)
        copy(Entry, spending, id=spent, operation_id=spent, account_id=member, units="-100")
        lot = f"(r % {members}) * {LOTS_OF_BEFORE} + 2"
        copy(Allocation, spending, id="r", entry_id=spent, lot_id=lot, units="-100")
        for model in (Patient, Account, Standing, Operation, Entry, Lot, Receipt, ReceiptLine, Allocation):
            cursor.execute(f"delete from {model._meta.db_table} where id = {TEMPLATE}")
        cursor.execute("set session_replication_role = origin")
        cursor.execute("vacuum analyze")


def _copy(execute: Callable[[str], Any], model: type[models.Model], source: str, own: dict[str, str]) -> None:
    columns = [field.column for field in model._meta.concrete_fields if not field.generated]
    values = [own.get(column, f"template.{column}") for column in columns]
    table = model._meta.db_table
    execute(COPY.format(table=table, columns=", ".join(columns), values=", ".join(values), source=source))


def _make_price_list() -> None:
    for number, code in enumerate(("mytishchi", "perm"), start=1):
        Clinic.objects.create(pk=number, code=code, name=code, timezone="Europe/Moscow")
    parent = ServiceCategory.objects.create(pk=1_000, code="all", name="all")
    for number in range(SOLD_SERVICES // SERVICES_A_CATEGORY):
        code = f"category{number}"
        ServiceCategory.objects.create(pk=number + 1, code=code, name=code, parent=parent)
        Doctor.objects.create(pk=number + 1, code=f"doctor{number}", name="Петров")
    for number in range(SOLD_SERVICES):
        category = 1 + number // SERVICES_A_CATEGORY
        code = f"service{number}"
        Service.objects.create(pk=number + 1, code=code, name=code, category_id=category, price=1_000)


def _make_templates(version_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set session_replication_role = replica")
    patient = Patient.objects.create(
        pk=TEMPLATE, last_name="П", home_clinic_id=1, status="MEMBER", joined_at=LONG_AGO, created_at=LONG_AGO
    )
    account = Account.objects.create(
        pk=TEMPLATE, patient=patient, opened_at=LONG_AGO, balance=1_000, rolling_months=12,
        rolling_until=NOW.date(), rolling_expires_at=NOW,
    )  # fmt: skip
    Standing.objects.create(pk=TEMPLATE, patient=patient, account=account, visits=20)
    operation = Operation.objects.create(
        pk=TEMPLATE, key="template", kind="EARN", source="DESK", effective_at=LONG_AGO, recorded_at=LONG_AGO
    )
    entry = Entry.objects.create(pk=TEMPLATE, operation=operation, account=account, units=1_000)
    lot = Lot.objects.create(
        pk=TEMPLATE, account=account, entry=entry, amount=1_000, remaining=1_000, is_released=True,
        available_at=LONG_AGO,
    )  # fmt: skip
    Allocation.objects.create(pk=TEMPLATE, entry=entry, lot=lot, units=-100)
    receipt = Receipt.objects.create(
        pk=TEMPLATE, clinic_id=1, patient=patient, document="template", identified_by="PHONE", paid_at=LONG_AGO,
        recorded_at=LONG_AGO,
        visit_closed_at=LONG_AGO, program_version_id=version_id, price=0, points_value=0, paid=0, explanation={},
    )  # fmt: skip
    ReceiptLine.objects.create(pk=TEMPLATE, receipt=receipt, position=1, price=0, points_value=0, paid=0)
