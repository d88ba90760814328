"""A receipt attached to a card within 24 hours after it was paid: the rules of its own moment, nothing spent."""

from datetime import date, timedelta

import pytest

from loyalty.checkout.confirming import QuoteExpired, confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import NotAttachable, quote_receipt
from loyalty.ledger.audit import breaches
from loyalty.models import Account, Lot, Operation, Receipt, Standing
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
DAY = timedelta(hours=24)


@pytest.fixture
def rita():
    return make_rita()


def late(patient, *, paid_at, choice=None):
    line = DraftLine(price_kopecks=1_000_000, service_id=make_service("peeling", "care").pk)
    return ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(line,),
        choice=choice or SpendChoice.none(),
        identified_by="PHONE",
        paid_at=paid_at,
    )


def post(draft, *, actor, at=NOON):
    return confirm_receipt(quote_receipt(draft, at=at).token, clinic=make_clinic(), actor=actor, at=at).receipt


def test_rules_of_its_own_moment_count_even_when_others_are_in_force_now(rita):
    publish_preset("cosmetology")
    doubled = {"code": "all", "title": {"ru": "п", "en": "r"}, "effect": {"kind": "percent", "percent": 10}}
    publish_preset("cosmetology", starts_at=NOON - timedelta(hours=1), earning={"rules": [doubled]})
    anna = make_member()

    before = post(late(anna, paid_at=NOON - timedelta(hours=2)), actor=rita)
    after = post(late(anna, paid_at=NOON - timedelta(minutes=30)), actor=rita)

    assert (before.points_earned, before.program_version.number) == (500, 1)  # 5 % of 10 000
    assert (after.points_earned, after.program_version.number) == (1_000, 2)


def test_points_live_from_the_day_of_the_payment_and_the_visit_is_counted_on_it(rita):
    publish_preset("cosmetology")
    anna = make_member()

    receipt = post(late(anna, paid_at=NOON - timedelta(hours=20)), actor=rita)

    assert (receipt.paid_at, receipt.recorded_at) == (NOON - timedelta(hours=20), NOON)
    assert Lot.objects.get().last_day == date(2027, 1, 21)  # two months after 21 November
    assert Operation.objects.get(kind="EARN").effective_at == NOON - timedelta(hours=20)
    assert Standing.objects.get(patient=anna).last_paid_at == NOON - timedelta(hours=20)
    assert list(breaches()) == []


def test_rolling_date_of_a_later_payment_stays(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    post(late(anna, paid_at=None), actor=rita)
    account = Account.objects.get(standing__patient=anna)

    post(late(anna, paid_at=NOON - timedelta(hours=20)), actor=rita)

    assert account.rolling_until == date(2028, 11, 22)
    assert Account.objects.get(pk=account.pk).rolling_until == account.rolling_until


def test_new_member_gets_the_points_of_yesterdays_receipt(rita):
    publish_preset("cosmetology")
    anna = make_member(at=NOON - timedelta(minutes=5))

    receipt = post(late(anna, paid_at=NOON - timedelta(hours=20)), actor=rita)

    assert (receipt.points_earned, Account.objects.get(standing__patient=anna).balance) == (500, 500)


@pytest.mark.parametrize("paid_at", [NOON - DAY, NOON])
def test_both_ends_of_the_24_hours_are_in_time(rita, paid_at):
    publish_preset("cosmetology")

    assert post(late(make_member(), paid_at=paid_at), actor=rita).points_earned == 500


@pytest.mark.parametrize(
    ("paid_at", "choice"),
    [
        (NOON - DAY - timedelta(microseconds=1), SpendChoice.none()),
        (NOON + timedelta(microseconds=1), SpendChoice.none()),
        (NOON - timedelta(hours=1), SpendChoice.maximum()),
    ],
)
def test_older_and_coming_payments_and_spending_afterwards_are_refused(paid_at, choice):
    publish_preset("cosmetology")
    anna = make_member()
    give_points(anna, 500, at=NOON - timedelta(days=9))

    with pytest.raises(NotAttachable):
        quote_receipt(late(anna, paid_at=paid_at, choice=choice), at=NOON)

    assert Receipt.objects.count() == 0


def test_quote_of_a_late_receipt_is_good_for_ten_minutes_from_the_quote(rita):
    publish_preset("cosmetology")
    token = quote_receipt(late(make_member(), paid_at=NOON - timedelta(hours=5)), at=NOON).token

    with pytest.raises(QuoteExpired):
        confirm_receipt(token, clinic=make_clinic(), actor=rita, at=NOON + timedelta(minutes=11))
    receipt = confirm_receipt(token, clinic=make_clinic(), actor=rita, at=NOON + timedelta(minutes=9)).receipt

    assert (receipt.paid_at, Receipt.objects.count()) == (NOON - timedelta(hours=5), 1)
