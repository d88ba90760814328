"""6 919 real purchases under both presets, held against a recomputation that shares no code with the product."""

import calendar
import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db.models import Sum

from loyalty.ledger.audit import breaches
from loyalty.models import Account, Entry, Operation, Receipt, ReceiptLine, Standing
from patients.models import Patient
from tests.imports.files import run
from tests.people import make_clinic
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent.parent / "data" / "purchases_sample.csv"


class Totals(NamedTuple):
    receipts: int
    customers: int
    free_visits: int
    turnover: Decimal
    issued: int
    burnt: int
    left: int


def purchases_by_customer() -> dict[str, list[tuple[date, int]]]:
    """Day and kopecks; one unit is 100 roubles. A stable sort keeps the file's order within a day."""
    found = defaultdict(list)
    with SAMPLE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            kopecks = int(Decimal(row["amount"]) * 100) * 100
            found[row["customer"]].append((date.fromisoformat(row["date"]), kopecks))
    return {customer: sorted(own, key=lambda purchase: purchase[0]) for customer, own in found.items()}


def later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def cosmetology(purchases: list[tuple[date, int]], as_of: date) -> tuple[int, int]:
    """Issued and burnt: 5 %, each lot lives two months."""
    lots = [(later(day, 2), kopecks * 5 // 100 // 100) for day, kopecks in purchases]
    return sum(points for _day, points in lots), sum(points for day, points in lots if day <= as_of)


def dentistry(purchases: list[tuple[date, int]], as_of: date) -> tuple[int, int]:
    """Issued and burnt: 5 to 10 % by what was paid before, all lots live 24 months from the last payment."""
    issued = left = paid = 0
    ends = later(purchases[0][0], 24)
    for day, kopecks in purchases:
        if not kopecks:
            continue
        if ends < day:
            left = 0
        percent = next(
            rate
            for threshold, rate in ((300_000, 10), (150_000, 9), (50_000, 7), (0, 5))
            if paid >= threshold * 100
        )
        issued += kopecks * percent // 100 // 100
        left += kopecks * percent // 100 // 100
        paid += kopecks
        ends = later(day, 24)
    return issued, issued - (0 if ends <= as_of else left)


def recomputed(rules, as_of: date) -> Totals:
    customers = purchases_by_customer()
    results = [rules(purchases, as_of) for purchases in customers.values()]
    kopecks = [amount for purchases in customers.values() for _day, amount in purchases]
    issued, burnt = (sum(part) for part in zip(*results, strict=True))
    return Totals(
        receipts=len(kopecks),
        customers=len(customers),
        free_visits=kopecks.count(0),
        turnover=Decimal(sum(kopecks)) / 100,
        issued=issued,
        burnt=burnt,
        left=issued - burnt,
    )


def stored() -> Totals:
    moved = dict(Entry.objects.values_list("operation__kind").annotate(Sum("units")))
    return Totals(
        receipts=Receipt.objects.count(),
        customers=Standing.objects.count(),
        free_visits=Receipt.objects.filter(paid=0).count(),
        turnover=Standing.objects.aggregate(Sum("turnover"))["turnover__sum"],
        issued=moved["EARN"],
        burnt=-moved.get("BURN", 0),
        left=Account.objects.aggregate(Sum("balance"))["balance__sum"],
    )


@pytest.mark.parametrize(
    ("preset", "rules", "as_of", "issued", "burnt"),
    [
        ("cosmetology", cosmetology, date(1998, 7, 15), 1_215_881, 1_173_655),
        ("dentistry", dentistry, date(1999, 9, 15), 1_289_042, 457_541),
    ],
    ids=["cosmetology", "dentistry"],
)
def test_sample_replays_to_the_point(preset, rules, as_of, issued, burnt):
    make_clinic()
    version = publish_preset(preset)

    run("import_receipts", SAMPLE, program=version.number, unit_roubles="100", as_of=as_of.isoformat())

    assert stored() == recomputed(rules, as_of)
    assert stored() == Totals(6_919, 2_357, 8, Decimal("24409194"), issued, burnt, issued - burnt)
    assert Patient.objects.filter(status="CONTACT", phone=None).count() == 2_357
    assert set(Operation.objects.values_list("source", flat=True)) == {"IMPORT"}
    assert (Operation.objects.filter(kind="GIFT").count(), ReceiptLine.objects.count()) == (0, 6_919)
    assert list(breaches()) == []


@pytest.mark.parametrize("preset", ["cosmetology", "dentistry"])
def test_without_a_day_everything_of_last_century_has_burnt(preset, tmp_path):
    make_clinic()
    version = publish_preset(preset)
    path = tmp_path / "sample.csv"
    path.write_text("".join(SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)[:301]))

    run("import_receipts", path, program=version.number, unit_roubles="100")

    totals = stored()
    assert (totals.receipts, totals.left, totals.issued) == (300, 0, totals.burnt)
