"""6 919 real purchases: RPR, average bill, CRR and cohorts are those that pandas finds in the file itself."""

import csv
from datetime import date, datetime, time
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from django.db import connection

from loyalty.figures.clients import read_clients, read_cohorts
from loyalty.figures.sales import read_sales
from loyalty.models import Receipt
from loyalty.reports.scope import Days
from patients.models import Patient
from tests.figures.shop import scope
from tests.people import make_clinic
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
SAMPLE = Path(__file__).parent.parent / "data" / "purchases_sample.csv"


@pytest.fixture(scope="module")
def purchases():
    """Those that cost something, in kopecks of the file's unit."""
    table = pd.read_csv(SAMPLE, parse_dates=["date"], dtype={"amount": str})
    table["kopecks"] = table["amount"].str.replace(".", "").astype(int)
    return table[table["kopecks"] > 0]


@pytest.fixture
def _sold(db):
    """Every row a receipt of one line, at noon, written at once: the import has a test of its own."""
    clinic, version = make_clinic(), publish_preset("cosmetology")
    with SAMPLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    names = {row["customer"] for row in rows}
    people = Patient.objects.bulk_create(
        Patient(last_name=name, home_clinic=clinic, created_at=NOON) for name in sorted(names)
    )
    by_name = {patient.last_name: patient for patient in people}
    receipts = []
    for number, row in enumerate(rows):
        at = datetime.combine(date.fromisoformat(row["date"]), time(12), tzinfo=clinic.tz)
        receipts.append(
            Receipt(
                clinic=clinic, patient=by_name[row["customer"]], document=str(number), identified_by="IMPORT",
                paid_at=at, visit_closed_at=at, recorded_at=at, program_version=version, explanation={},
                price=row["amount"], points_value=0, paid=row["amount"],
            )
        )  # fmt: skip
    Receipt.objects.bulk_create(receipts)
    with connection.cursor() as cursor:
        cursor.execute("analyze loyalty_receipt")


@pytest.mark.usefixtures("_sold")
def test_figures_of_real_purchases_are_those_of_pandas(purchases):
    quarter = Days(date(1998, 1, 1), date(1998, 3, 31))
    window = purchases[(purchases["date"] >= "1998-01-01") & (purchases["date"] <= "1998-03-31")]
    visits = window.groupby("customer").size()

    sales = read_sales(scope(quarter))

    assert (sales.receipts, sales.buyers, sales.repeat_buyers) == (
        len(window),
        len(visits),
        int((visits > 1).sum()),
    )
    assert sales.repeat_rate == Fraction(int((visits > 1).sum()), len(visits))
    assert sales.paid == int(window["kopecks"].sum())
    assert sales.average_bill == int(window["kopecks"].sum() / len(window) + 0.5)
    _check_retention(purchases, quarter)
    _check_cohorts(purchases)


def _check_retention(purchases, quarter):
    def clients(since, before):
        return set(purchases[(purchases["date"] >= since) & (purchases["date"] < before)]["customer"])

    at_start, at_end = clients("1997-10-01", "1998-01-01"), clients("1998-01-01", "1998-04-01")
    new = at_end - at_start

    found = read_clients(scope(quarter), months=3)

    assert (found.at_start, found.at_end, found.new) == (len(at_start), len(at_end), len(new))
    assert found.retention == Fraction(len(at_end) - len(new), len(at_start))


def _check_cohorts(purchases):
    months = purchases["date"].dt.to_period("M")
    firsts = months.groupby(purchases["customer"]).transform("min")
    offsets = (months - firsts).map(lambda gap: gap.n)
    table = purchases.groupby([firsts, offsets])["customer"].nunique().unstack(fill_value=0)

    cohorts = read_cohorts(scope(Days(date(1997, 1, 1), date(1998, 6, 30))), width=18)

    found = {
        str(row.month)[:7]: [int(share * row.size) for share in row.shares if share is not None] for row in cohorts
    }
    assert found == {
        str(month): [int(n) for n in row][: 18 - index] for index, (month, row) in enumerate(table.iterrows())
    }
    assert [sum(counts[:1]) for counts in found.values()] == [777, 854, 718]
