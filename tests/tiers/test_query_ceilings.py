"""A window of months costs the desk one query, and only where the stored tier is out of date."""

import pytest

from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Receipt
from tests.people import make_clinic, make_rita
from tests.programs import make_member
from tests.tiers.paying import draft_of, moscow, pay, quote, run_night, run_tiers

pytestmark = pytest.mark.django_db
IN_YEAR = moscow(2026, 11, 22, 12, 0)
AFTER_GRACE = moscow(2027, 3, 4, 1, 0)


@pytest.fixture
def anna():
    """Silver by one payment of 60 000 on 31 January 2026."""
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=moscow(2026, 1, 31, 12, 0))
    run_night(moscow(2027, 2, 1).date())
    return anna


@pytest.mark.parametrize(("at", "queries"), [(IN_YEAR, 4), (AFTER_GRACE, 5)])
@pytest.mark.parametrize("more_receipts", [0, 5])
def test_quote_takes_four_queries_and_a_fifth_before_a_late_night(
    anna, django_assert_num_queries, at, queries, more_receipts
):
    for minute in range(more_receipts):
        pay(anna, 10, at=moscow(2026, 2, 1, 12, minute))
    draft = draft_of(anna, 1_000)

    with django_assert_num_queries(queries):
        quote_receipt(draft, at=at)


@pytest.mark.parametrize("roubles", [1_000, 100_000])
@pytest.mark.parametrize("at", [IN_YEAR, AFTER_GRACE])
def test_confirmation_stays_within_fifteen_queries(anna, django_assert_max_num_queries, at, roubles):
    clinic, rita = make_clinic(), Receipt.objects.get().actor
    quoted = quote(anna, roubles, at=at)

    with django_assert_max_num_queries(15):
        confirm_receipt(quoted.token, clinic=clinic, actor=rita, at=at)


def test_lifetime_program_reads_no_payments_at_the_confirmation(django_assert_num_queries):
    run_tiers(turnover={"kind": "lifetime"})
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    clinic, rita = make_clinic(), make_rita()
    quoted = quote(anna, 1_000, at=IN_YEAR)

    with django_assert_num_queries(14, exact=False) as counted:
        confirm_receipt(quoted.token, clinic=clinic, actor=rita, at=IN_YEAR)

    assert not [query for query in counted.captured_queries if "loyalty_refund" in query["sql"]]
