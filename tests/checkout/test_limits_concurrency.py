"""One budget, several desks at once. The control counts by reading and saving, and overspends."""

import threading

import pytest

from loyalty.checkout import confirming as checkout
from loyalty.checkout.confirming import ConfirmedReceipt, QuoteChanged, confirm_receipt
from loyalty.checkout.limit_use import read_used
from loyalty.models import LimitUse, Receipt
from tests.checkout.test_limits import desk_user, publish_bonus, quote_of
from tests.people import make_clinic
from tests.programs import NOON, make_member
from tests.threads import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
DESKS = 8


@pytest.fixture
def quotes():
    """Eight patients who would get 300 points each; the budget has 1 000."""
    publish_bonus(budget={"points": 1_000, "period": "month"})
    patients = [make_member("Иванова", "Анна", f"+7916123450{number}") for number in range(DESKS)]
    return [quote_of(patient) for patient in patients]


def confirm_together(quotes):
    clinic, rita = make_clinic(), desk_user()
    return run_together(
        DESKS, lambda index: confirm_receipt(quotes[index].token, clinic=clinic, actor=rita, at=NOON)
    )


def test_control_counting_by_read_and_save_overspends(quotes, monkeypatch):
    everybody_read = threading.Barrier(DESKS, timeout=30)

    def read_then_save(limits, given, place, *, at):
        used = read_used(limits, place)
        everybody_read.wait()
        (limit,) = limits
        LimitUse.objects.update_or_create(
            rule_code="bonus",
            kind="budget",
            period_start="2026-11-01",
            defaults={"used": used.get(limit.key, 0) + given("bonus"), "amount": limit.amount},
        )

    monkeypatch.setattr(checkout, "take", read_then_save)

    confirm_together(quotes)

    assert sum(Receipt.objects.values_list("points_earned", flat=True)) > 1_000


def test_budget_is_never_overspent(quotes):
    results = confirm_together(quotes)

    confirmed = [result for result in results if isinstance(result, ConfirmedReceipt)]
    refused = [result for result in results if isinstance(result, QuoteChanged)]
    assert (len(confirmed), len(refused)) == (3, 5)
    assert sum(Receipt.objects.values_list("points_earned", flat=True)) == 900
    assert LimitUse.objects.get().used == 900
    assert {each.fresh.quote.earned_points for each in refused} == {100}


def test_refused_desks_get_the_rest_by_their_new_quotes(quotes):
    results = confirm_together(quotes)
    fresh = [result.fresh for result in results if isinstance(result, QuoteChanged)]
    clinic, rita = make_clinic(), desk_user()

    again = run_together(
        len(fresh), lambda index: confirm_receipt(fresh[index].token, clinic=clinic, actor=rita, at=NOON)
    )

    assert sum(isinstance(result, ConfirmedReceipt) for result in again) == 1
    assert LimitUse.objects.get().used == 1_000
