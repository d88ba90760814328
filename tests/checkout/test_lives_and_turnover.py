"""What a payment does to lives and to the turnover, in sums agreed beforehand."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from clinics.calendar import end_of_day
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger import posting
from loyalty.ledger.balance import spendable
from loyalty.models import Lot, Operation, Standing
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db
INSTANT = timedelta(microseconds=1)


@pytest.fixture
def rita():
    return make_rita()


def pay(patient, roubles, *, rita, points=0, at=NOON):
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=roubles * 100, service_id=make_service("hygiene-full", "hygiene").pk),),
        choice=SpendChoice.amount(points) if points else SpendChoice.none(),
        identified_by="PHONE",
    )
    token = quote_receipt(draft, at=at).token
    return confirm_with_proof(token, clinic=make_clinic(), actor=rita, at=at).receipt


def test_without_payments_the_rolling_life_runs_from_the_opening_of_the_account():
    publish_preset()
    anna = make_member()  # on 15 January 2026, with 250 welcome points that live 24 months
    account = anna.standing.account
    ends = end_of_day(date(2028, 1, 15), anna.home_clinic.tz)

    assert account.rolling_until == date(2028, 1, 15)
    assert (spendable(account.pk, ends - INSTANT), spendable(account.pk, ends)) == (250, 0)


def test_a_payment_moves_the_rolling_date_but_never_a_lots_own_day(rita):
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=150_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))

    pay(anna, 10_000, rita=rita)

    lots = list(Lot.objects.order_by("id").values_list("remaining", "last_day"))
    assert lots == [(450, date(2026, 11, 27)), (900, None)]
    assert Standing.objects.get().account.rolling_until == date(2028, 11, 22)


def test_turnover_counts_the_money_and_not_the_points_of_a_receipt(rita):
    publish_preset(has_welcome=False)
    anna = make_member(tier="silver", turnover=100_000)
    give_points(anna, 1_500, at=NOON - timedelta(days=9))

    receipt = pay(anna, 10_000, rita=rita, points=1_500)

    assert (receipt.points_spent, receipt.paid, receipt.points_earned) == (1_500, 8_500, 595)
    assert Standing.objects.get().turnover == Decimal("108500.00")


def test_points_given_instead_of_burnt_ones_are_a_new_credit_with_a_reason(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    account_id = anna.standing.account_id
    give_points(anna, 450, last_day=date(2026, 11, 20), at=NOON - timedelta(days=9))
    posting.burn_slice(account_ids=[account_id], cutoff=NOON, at=NOON)
    burnt = Lot.objects.values().get()

    posting.adjust(
        account_id=account_id,
        units=450,
        key="extension",
        at=NOON,
        last_day=date(2026, 12, 20),
        expires_at=end_of_day(date(2026, 12, 20), anna.home_clinic.tz),
        actor_id=rita.pk,
        reason="Перенос визита по вине клиники",
    )

    assert Lot.objects.values().get(pk=burnt["id"]) == burnt
    assert (burnt["remaining"], burnt["burnt_at"]) == (0, NOON)
    kinds = list(Operation.objects.order_by("id").values_list("kind", "reason"))
    assert kinds == [("EARN", ""), ("BURN", ""), ("ADJUST", "Перенос визита по вине клиники")]
    assert spendable(account_id, NOON) == 450
