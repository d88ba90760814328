"""Channels: buyers, newcomers, marketing money by month and clinic, cost of a newcomer, recommendations."""

from datetime import date

import pytest

from loyalty.figures.channels import read_channels, read_new_buyers, read_revenue_by_way
from loyalty.figures.inputs import spend_by_source
from loyalty.models import MarketingSpend
from loyalty.reports.scope import Days, Segment
from patients.models import Referral
from tests.figures.shop import NOVEMBER, noon, person, scope, sell, take_back
from tests.people import make_clinic, make_doctor
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _program(db):
    publish_preset()


def spend(source, roubles, *, month=11, clinic=None):
    return MarketingSpend.objects.create(source=source, month=date(2026, month, 1), clinic=clinic, amount=roubles)


def test_newcomer_of_a_channel_costs_its_money_divided_by_first_purchases():
    anna, vera, boris = (person(name, source="telegram") for name in ("Анна", "Вера", "Борис"))
    sell(anna, noon(5, 10), 100)
    sell(anna, noon(5), 1_000)
    sell(vera, noon(6), 2_000)
    sell(vera, noon(7), 500)
    take_back(sell(boris, noon(6), 9_000), noon(8))
    spend("telegram", 30_000)
    spend("site", 5_000)

    telegram, site = read_channels(scope())

    assert (telegram.source, telegram.buyers, telegram.new_buyers, telegram.receipts, telegram.paid) == (
        "telegram", 2, 1, 3, 3_500_00,
    )  # fmt: skip
    assert (telegram.spent, telegram.acquisition_cost) == (30_000_00, 30_000_00)
    assert (site.paid, site.spent, site.acquisition_cost) == (0, 5_000_00, None)


def test_channel_without_entered_money_has_no_known_cost():
    sell(person("Анна", source="site"), noon(5), 100)

    (site,) = read_channels(scope())

    assert (site.new_buyers, site.spent, site.acquisition_cost) == (1, None, None)


def test_newcomers_of_one_doctor_or_of_chosen_patients_do_not_cost_the_whole_money():
    petrov = make_doctor()
    sell(person("Анна", source="site"), noon(5), 100, doctors=[petrov])
    sell(person("Вера", source="site"), noon(5), 100)
    spend("site", 1_000)
    spend("maps", 500)

    (of_doctor,) = read_channels(scope(doctor_id=petrov.pk))
    (of_source,) = read_channels(scope(segment=Segment(source="site")))

    assert (of_doctor.new_buyers, of_doctor.spent, of_doctor.acquisition_cost) == (1, None, None)
    assert (of_source.new_buyers, of_source.spent, of_source.acquisition_cost) == (2, None, None)
    assert [row.acquisition_cost for row in read_channels(scope())] == [500_00, None]


def test_part_of_a_month_takes_its_part_of_the_money():
    spend("site", 3_000, month=10)
    spend("site", 30_000)

    assert spend_by_source(scope(NOVEMBER)) == {"site": 30_000_00}
    assert spend_by_source(scope(Days(date(2026, 10, 31), date(2026, 11, 3)))) == {"site": 96_77 + 3_000_00}
    assert spend_by_source(scope(Days(date(2026, 9, 1), date(2026, 9, 30)))) == {}


def test_money_of_the_network_belongs_to_no_single_clinic():
    here, omsk = make_clinic(), make_clinic("omsk", name="Омск")
    spend("site", 1_000)
    spend("site", 200, clinic=here)
    spend("site", 30, clinic=omsk)

    assert spend_by_source(scope(NOVEMBER, here)) == {"site": 200_00}
    assert spend_by_source(scope(NOVEMBER, here, omsk)) == {"site": 1_230_00}


def test_first_purchase_is_the_first_at_the_clinics_asked_about():
    here, omsk = make_clinic(), make_clinic("omsk", name="Омск")
    anna = person("Анна", source="site")
    sell(anna, noon(5, 10), 100, clinic=omsk)
    sell(anna, noon(5), 100, clinic=here)

    assert read_new_buyers(scope(NOVEMBER, here)) == {"site": 1}
    assert read_new_buyers(scope(NOVEMBER, here, omsk)) == {}


def test_patient_of_a_channel_and_of_a_friend_is_the_overlap():
    anna, vera, boris = person("Анна", source="site"), person("Вера"), person("Борис")
    for patient, inviter in ((anna, boris), (vera, anna)):
        Referral.objects.create(patient=patient, inviter=inviter, set_at=NOON)
    sell(anna, noon(5), 1_000)
    sell(vera, noon(5), 200)
    sell(boris, noon(5), 30)

    revenue = read_revenue_by_way(scope())

    assert revenue.by_way == {"site": 1_000_00, "referrals": 1_200_00}
    assert (revenue.once, revenue.overlap) == (1_200_00, 1_000_00)
