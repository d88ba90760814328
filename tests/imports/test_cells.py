"""Reading cells: dates, money, points and flags as people and programs write them."""

from datetime import date, time
from decimal import Decimal

import pytest

from loyalty.imports import cells
from loyalty.imports.faults import CellRefused


@pytest.mark.parametrize("text", ["2026-02-28", "28.02.2026", "28/02/2026", "20260228"])
def test_four_ways_to_write_a_day(text):
    assert cells.read_day_and_time(text) == (date(2026, 2, 28), None)


@pytest.mark.parametrize("text", ["2026-02-28 14:05", "28.02.2026 14:05:00", "2026-02-28T14:05:00"])
def test_day_with_a_time(text):
    assert cells.read_day_and_time(text) == (date(2026, 2, 28), time(14, 5))


@pytest.mark.parametrize(
    "text", ["29.02.2026", "2026-13-01", "28.02.26", "yesterday", "01.01.0001", "28.02.2026 25:00"]
)
def test_wrong_day_is_refused(text):
    with pytest.raises(CellRefused) as refusal:
        cells.read_day_and_time(text)

    assert refusal.value.code == "bad_date"


@pytest.mark.parametrize(
    ("text", "roubles"),
    [
        ("1234.5", "1234.50"),
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56 ₽", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234,56 руб.", "1234.56"),
        ("29.330000000000002", "29.33"),
        ("0", "0.00"),
    ],
)
def test_money_as_people_and_programs_write_it(text, roubles):
    assert cells.read_roubles(text) == Decimal(roubles)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-5", "negative"),
        ("−5,00", "negative"),
        ("1,234", "fraction_of_kopeck"),
        ("12 apples", "bad_number"),
        ("NaN", "bad_number"),
        ("1e30", "bad_number"),
        ("99999999999", "bad_number"),
    ],
)
def test_wrong_money_is_refused(text, code):
    with pytest.raises(CellRefused) as refusal:
        cells.read_roubles(text)

    assert refusal.value.code == code


def test_unit_of_the_file_is_turned_into_roubles():
    assert cells.read_roubles("29.33", unit_roubles=Decimal(100)) == Decimal("2933.00")


def test_points_are_whole():
    assert cells.read_points("450,00") == 450
    with pytest.raises(CellRefused):
        cells.read_points("450,5")


@pytest.mark.parametrize(("text", "basis_points"), [("7", 700), ("7,5 %", 750), ("100", 10_000)])
def test_percentage_becomes_basis_points(text, basis_points):
    assert cells.read_percent_bp(text) == basis_points
