"""Imports a price list: a preview that writes nothing, and the import itself, which is one transaction.

It may be repeated without changing anything. A service that the file does not name stays as it is and is listed:
a receipt may still be refunded by it, and a file may be a part of the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Model

from clinics import audit, fail_points
from clinics.models import Service, ServiceCategory
from loyalty.imports.faults import RowFault
from loyalty.imports.listening import InBatch, OnOutcome, ignore
from loyalty.imports.price_plan import PricePlan, plan_prices
from loyalty.imports.price_rows import COLUMNS
from loyalty.imports.stored_file import Openable
from loyalty.imports.table_file import read_table
from loyalty.models import RowOutcome

LOCK = "select pg_advisory_xact_lock(hashtext('loyalty.imports.prices'))"


@dataclass(slots=True)
class PriceCounts:
    """Of the file: rows by what happens to them; `categories` are new ones, `absent` services it does not name."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    categories: int = 0
    absent: int = 0

    @classmethod
    def of(cls, plan: PricePlan) -> "PriceCounts":
        outcomes = [planned.outcome for planned in plan.services]
        return cls(
            rows=plan.rows,
            created=outcomes.count(RowOutcome.NEW),
            updated=outcomes.count(RowOutcome.CHANGED),
            unchanged=outcomes.count(RowOutcome.SAME),
            refused=len({fault.row for fault in plan.faults}),
            categories=len(plan.categories),
            absent=len(plan.absent),
        )


def preview_prices(
    source: Openable,
    *,
    creates_categories: bool,
    on_fault: Callable[[RowFault], None],
    on_outcome: OnOutcome = ignore,
    on_absent: Callable[[Service], None] = ignore,
) -> PriceCounts:
    """What the import would do; writes nothing. Raises FileRefused."""
    plan = plan_prices(read_table(source, COLUMNS), creates_categories=creates_categories)
    for planned in plan.services:
        on_outcome(planned.row.number, planned.outcome, planned.earlier)
    for fault in plan.faults:
        on_outcome(fault.row, RowOutcome.REFUSED, {})
        on_fault(fault)
    for service in plan.absent:
        on_absent(service)
    return PriceCounts.of(plan)


def import_prices(
    source: Openable,
    *,
    creates_categories: bool,
    on_fault: Callable[[RowFault], None],
    at: datetime,
    on_absent: Callable[[Service], None] = ignore,
    actor: User | None = None,
) -> PriceCounts:
    """Write the good rows, report the others, tell the audit. Raises FileRefused."""
    with transaction.atomic():
        counts = write_prices(
            source, creates_categories=creates_categories, on_fault=on_fault, on_absent=on_absent
        )
        record_import(counts, at=at, actor=actor)
    return counts


def write_prices(
    source: Openable,
    *,
    creates_categories: bool,
    on_fault: Callable[[RowFault], None],
    on_absent: Callable[[Service], None] = ignore,
    in_batch: InBatch = ignore,
) -> PriceCounts:
    """Write the good rows in one transaction; imports of prices go one after another. Raises FileRefused."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK)
        plan = plan_prices(read_table(source, COLUMNS), creates_categories=creates_categories)
        _write(plan)
        counts = PriceCounts.of(plan)
        in_batch(counts.rows, counts)
        fail_points.reached("imports.prices.in_batch")
    for fault in plan.faults:
        on_fault(fault)
    for service in plan.absent:
        on_absent(service)
    return counts


def record_import(counts: PriceCounts, *, at: datetime, actor: User | None, target: Model | None = None) -> None:
    """Tell the audit who has imported what; `target` is what was asked for in the admin."""
    audit.record(
        code="prices.imported",
        at=at,
        actor=actor,
        target=target,
        details={
            "created": counts.created, "updated": counts.updated, "unchanged": counts.unchanged,
            "categories": counts.categories, "absent": counts.absent, "refused": counts.refused,
        },
    )  # fmt: skip


def _write(plan: PricePlan) -> None:
    ServiceCategory.objects.bulk_create(plan.categories)
    for planned in plan.services:
        # The category may have got its number just now.
        planned.service.category = planned.service.category
    Service.objects.bulk_create(one.service for one in plan.services if one.outcome == RowOutcome.NEW)
    changed = [one.service for one in plan.services if one.outcome == RowOutcome.CHANGED]
    Service.objects.bulk_update(changed, ["name", "category", "price", "is_active"], batch_size=500)
