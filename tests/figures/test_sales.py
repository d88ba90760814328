"""Revenue, buyers, receipts, discounts: sums worked by hand, days of the clinics' calendars, net of refunds."""

from datetime import date
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.figures.clients import read_clients, read_cohorts, read_lifetime_value
from loyalty.figures.sales import By, Sales, read_doctor_returns, read_sales, read_sales_by
from loyalty.reports.scope import Days, Segment
from tests.figures.shop import NOVEMBER, OCTOBER, noon, person, refund, scope, sell, take_back, wall
from tests.people import make_clinic, make_doctor
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program(db):
    publish_preset()


def test_four_of_ten_buyers_came_again_and_the_average_bill_is_2500():
    people = [person(str(number)) for number in range(10)]
    for number in range(20):
        # Four come 3, 3, 4 and 4 times, six once.
        who = people[number] if number < 10 else people[(number - 10) % 4]
        sell(who, noon(1 + number), 2_000 if number % 2 else 3_000)

    sales = read_sales(scope())

    assert (sales.paid, sales.receipts) == (50_000_00, 20)
    assert (sales.buyers, sales.repeat_buyers, sales.repeat_rate) == (10, 4, Fraction(40, 100))
    assert sales.average_bill == 2_500_00


def test_nothing_sold_leaves_the_rates_unknown():
    sales = read_sales(scope())

    assert sales == Sales()
    assert (sales.repeat_rate, sales.average_bill, sales.effective_discount) == (None, None, None)
    assert read_clients(scope()).retention is None
    assert read_lifetime_value(scope()).mean is None
    assert read_cohorts(scope(), width=3) == []
    assert read_doctor_returns(scope()) == []


def test_what_is_not_paid_in_money_is_the_effective_discount():
    anna = person("Анна")
    sell(anna, noon(5), (10_000, 1_000, 900), (5_000, 0, 0))

    sales = read_sales(scope())

    assert (sales.price, sales.discount, sales.points, sales.paid) == (15_000_00, 1_000_00, 900_00, 13_100_00)
    assert sales.effective_discount == Fraction(1_900, 15_000)
    assert sales.saving(baseline_bp=1_500) == 2_250_00 - 1_900_00


def test_visit_that_cost_nothing_is_no_purchase():
    anna = person("Анна")
    sell(anna, noon(5), 0)
    sell(anna, noon(6), (1_000, 1_000, 0))
    sell(anna, noon(7), (1_000, 0, 1_000))

    sales = read_sales(scope())

    assert (sales.receipts, sales.buyers, sales.repeat_buyers, sales.paid) == (1, 1, 0, 0)


def test_refund_counts_on_its_own_day_and_a_finished_month_stays_as_it_was():
    receipt = sell(person("Анна"), noon(20, 10), (3_000, 300, 700))
    sell(person("Вера"), noon(20, 10), 1_000)

    october = read_sales(scope(OCTOBER))
    take_back(receipt, noon(3, 11))

    assert read_sales(scope(OCTOBER)) == october
    assert (october.paid, october.receipts, october.buyers) == (3_000_00, 2, 2)
    november = read_sales(scope())
    assert (november.price, november.discount, november.points, november.paid) == (
        -3_000_00, -300_00, -700_00, -2_000_00,
    )  # fmt: skip
    assert (november.receipts, november.buyers, november.average_bill) == (0, 0, None)
    both = read_sales(scope(Days(OCTOBER.first, NOVEMBER.last)))
    assert (both.price, both.paid, both.receipts, both.buyers) == (1_000_00, 1_000_00, 1, 1)


def test_discount_goes_back_with_its_line_to_the_kopeck_however_it_is_sliced():
    receipt = sell(person("Анна"), noon(5), (400, 100, 0), (500, 0, 0), (50, 50, 0))
    refund(receipt, noon(6), 100, 0, 0)
    refund(receipt, noon(7), 100, 200, 0)

    sliced = read_sales(scope())
    refund(receipt, noon(8), 100, 300, 0, is_complete=True)

    assert (sliced.price, sliced.discount, sliced.paid) == (950_00 - 466_67, 150_00 - 66_67, 800_00 - 400_00)
    whole = read_sales(scope())
    assert (whole.price, whole.discount, whole.points, whole.paid, whole.receipts) == (0, 0, 0, 0, 0)


@pytest.mark.parametrize(("zone", "code"), [("Europe/Kaliningrad", "west"), ("Asia/Kamchatka", "east")])
def test_receipt_of_half_past_eleven_at_night_belongs_to_the_clinics_own_day(zone, code):
    clinic = make_clinic(code, timezone=zone)
    receipt = sell(person("Анна", clinic), wall(clinic, date(2026, 11, 10), 23, 30), 1_000)
    refund(receipt, wall(clinic, date(2026, 11, 11), 23, 30), 400)

    by_day = [read_sales(scope(Days(day, day), clinic)).paid for day in (date(2026, 11, d) for d in range(9, 13))]

    assert by_day == [0, 1_000_00, -400_00, 0]


def test_two_clinics_far_apart_each_keep_their_own_month():
    west, east = make_clinic("west", timezone="Europe/Kaliningrad"), make_clinic("east", timezone="Asia/Kamchatka")
    for clinic in (west, east):
        for day in (date(2026, 10, 31), date(2026, 11, 30)):
            sell(person("Анна", clinic), wall(clinic, day, 23, 30), 1_000)

    months = read_sales_by(scope(Days(OCTOBER.first, NOVEMBER.last), west, east), By.MONTH)

    assert [(month.key, month.paid, month.buyers) for month in months] == [
        ("2026-10-01", 2_000_00, 2), ("2026-11-01", 2_000_00, 2),
    ]  # fmt: skip


def test_average_bill_is_told_by_how_the_patient_was_found():
    anna, vera = person("Анна"), person("Вера")
    sell(anna, noon(5), 1_000, identified_by="QR")
    receipt = sell(anna, noon(6), 3_000, identified_by="QR")
    sell(vera, noon(7), 500, identified_by="PHONE")
    refund(receipt, noon(8), 1_000)

    ways = read_sales_by(scope(), By.IDENTIFICATION)

    assert [(way.key, way.average_bill, way.receipts) for way in ways] == [
        ("PHONE", 500_00, 1), ("QR", 1_500_00, 2),
    ]  # fmt: skip


def test_doctor_has_their_own_lines_and_who_came_again_to_them_or_to_anyone():
    petrov, sidorov = make_doctor(), make_doctor("sidorov", "Сидоров")
    anna, vera, boris = person("Анна"), person("Вера"), person("Борис")
    sell(anna, noon(5), 1_000, (2_000, 200, 0), doctors=[petrov, sidorov])
    sell(anna, noon(6), 700, doctors=[petrov])
    sell(vera, noon(6), 400, doctors=[sidorov])
    sell(vera, noon(8), 400, doctors=[None])
    sell(boris, noon(6), 900, doctors=[petrov])

    sales = {group.key: (group.paid, group.receipts) for group in read_sales_by(scope(), By.DOCTOR)}
    returns = {row.doctor_id: row for row in read_doctor_returns(scope())}

    assert sales == {str(petrov.pk): (2_600_00, 3), str(sidorov.pk): (2_200_00, 2), "": (400_00, 1)}
    assert (returns[petrov.pk].rate, returns[petrov.pk].rate_to_anyone) == (Fraction(1, 2), Fraction(1, 2))
    assert (returns[sidorov.pk].rate, returns[sidorov.pk].rate_to_anyone) == (0, Fraction(1))
    own = read_sales(scope(doctor_id=sidorov.pk))
    assert (own.price, own.discount, own.paid, own.buyers) == (2_400_00, 200_00, 2_200_00, 2)


def test_figures_are_of_the_chosen_patients_and_clinics_only():
    omsk = make_clinic("omsk", name="Омск")
    anna, vera = person("Анна", source="site"), person("Вера", source="telegram")
    sell(anna, noon(5), 1_000)
    sell(vera, noon(5), 200)
    sell(anna, noon(5), 30, clinic=omsk)

    assert read_sales(scope()).paid == 1_200_00
    assert read_sales(scope(segment=Segment(source="site"))).paid == 1_000_00
    assert read_sales(scope(NOVEMBER, make_clinic(), omsk)).paid == 1_230_00
    assert {row.key: row.paid for row in read_sales_by(scope(), By.CHANNEL)} == {
        "site": 1_000_00,
        "telegram": 200_00,
    }


def test_eight_of_ten_clients_stay():
    """Two leave, three are new: the start 10, the end 11."""
    for number in range(8):
        sell(person(f"stays-{number}"), noon(1, 12, 2025), 100)
    for number in range(2):
        sell(person(f"leaves-{number}"), noon(20, 11, 2025), 100)
    for number in range(3):
        sell(person(f"new-{number}"), noon(10), 100)

    clients = read_clients(scope())

    assert (clients.at_start, clients.at_end, clients.new) == (10, 11, 3)
    assert clients.retention == Fraction(80, 100)


def test_client_has_paid_within_the_months_and_keeps_what_was_not_refunded():
    anna, vera, boris, galya = (person(name) for name in ("Анна", "Вера", "Борис", "Галя"))
    sell(anna, noon(1, 11, 2025), 100)  # the first day that still counts at the start, not at the end
    sell(vera, noon(31, 10, 2025), 100)  # a day too old
    sell(boris, noon(5, 10), 0)  # has paid nothing
    receipt = sell(galya, noon(5, 10), 100)
    take_back(receipt, noon(10, 11))

    clients = read_clients(scope())

    assert (clients.at_start, clients.at_end, clients.new) == (2, 0, 0)
    assert read_clients(scope(), months=24).at_start == 3


def test_cohorts_follow_their_patients_and_lifetime_value_is_theirs():
    anna, vera, boris = person("Анна"), person("Вера"), person("Борис")
    sell(anna, noon(5, 10), 1_000)
    sell(vera, noon(31, 10), 500)
    sell(anna, noon(5), 300)
    sell(anna, noon(6), 200)
    given_back = sell(boris, noon(6, 10), 9_000)
    take_back(given_back, noon(7, 11))
    sell(boris, noon(8), 50)
    sell(
        person(
            "Старая",
        ),
        noon(5, 9),
        70,
    )

    both = Days(OCTOBER.first, NOVEMBER.last)
    october, november = read_cohorts(scope(both, at=noon(30)), width=3)
    young, _november = read_cohorts(scope(both, at=noon(29)), width=3)

    assert (october.month, october.size, october.shares) == (OCTOBER.first, 2, (Fraction(1), Fraction(1, 2), None))
    assert young.shares == (Fraction(1), None, None)
    assert (october.kopecks, october.mean_kopecks) == (2_000_00, 1_000_00)
    assert (november.size, november.kopecks) == (1, 50_00)
    lifetime = read_lifetime_value(scope())
    assert (lifetime.buyers, lifetime.paid, lifetime.mean) == (4, 2_120_00, 530_00)


def test_figures_cost_a_fixed_number_of_queries_however_many_receipts():
    """One each; cohorts ask first who is new."""

    def queries():
        with CaptureQueriesContext(connection) as caught:
            read_sales(scope())
            read_sales_by(scope(), By.DOCTOR)
            read_clients(scope())
            read_cohorts(scope(), width=12)
            read_lifetime_value(scope())
            read_doctor_returns(scope())
        return sum("loyalty_receipt" in query["sql"] for query in caught)

    few = queries()
    for number in range(5):
        take_back(sell(person(str(number)), noon(5), 100, 200), noon(6))

    assert (few, queries()) == (7, 7)
