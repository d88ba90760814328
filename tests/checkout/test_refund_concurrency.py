"""Slices of one receipt refunded at two desks at once. Without the lock, the control, too much goes back."""

import threading

import pytest
from django.db.models import QuerySet, Sum

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Refund, Standing
from loyalty.refunds import refunding
from loyalty.refunds.acts import post_refund_acts
from loyalty.refunds.refunding import RefundResult, RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import SpreadAmount
from loyalty.rules.refunds import MoreThanLeft
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, make_member, publish_preset
from tests.proofs import confirm_with_proof
from tests.threads import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
DESKS = 2
RULE = {"code": "plain", "title": {"ru": "Все", "en": "All"}, "effect": {"kind": "percent", "percent": 5}}
EARNS_NOTHING = {"rules": [RULE], "nothing_on": {"services": ["xray"]}}


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def receipt(rita):
    """1 000 roubles that earned nothing: no act of the ledger stands in for the lock."""
    publish_preset("cosmetology", earning=EARNS_NOTHING)
    line = DraftLine(price_kopecks=100_000, service_id=make_service("xray", "diagnostics").pk)
    draft = ReceiptDraft(
        patient_id=make_member().pk,
        clinic_code=make_clinic().code,
        lines=(line,),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    token = quote_receipt(draft, at=NOON).token
    return confirm_with_proof(token, clinic=make_clinic(), actor=rita, at=NOON).receipt


def refund_600_at_each_desk(receipt, *, actor, key="desk {}"):
    def refund(desk):
        wish = RefundWish(
            receipt_id=receipt.pk,
            key=key.format(desk),
            reason=Refund.Reason.MISTAKE,
            portion=SpreadAmount(60_000),
        )
        return refund_receipt(wish, actor=actor, at=NOON)

    return run_together(DESKS, refund)


def money_back():
    return Refund.objects.aggregate(money=Sum("money"))["money"]


def test_control_without_the_lock_more_goes_back_than_was_paid(receipt, rita, monkeypatch):
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    both_have_read = threading.Barrier(DESKS, timeout=30)

    def post_after_both_have_read(*args, **kwargs):
        both_have_read.wait()
        return post_refund_acts(*args, **kwargs)

    monkeypatch.setattr(refunding, "post_refund_acts", post_after_both_have_read)
    # The turnover would fall below zero: that is checked apart.
    monkeypatch.setattr(refunding, "lower_standing", lambda *args, **kwargs: None)

    refund_600_at_each_desk(receipt, actor=rita)

    assert money_back() == 1_200


def test_of_two_slices_of_600_of_1000_one_is_refused_with_the_400_left(receipt, rita):
    results = refund_600_at_each_desk(receipt, actor=rita)

    done = [result for result in results if isinstance(result, RefundResult)]
    refused = [result for result in results if isinstance(result, MoreThanLeft)]
    assert [result.refund.money for result in done] == [600]
    assert [(each.asked_kopecks, each.left_kopecks) for each in refused] == [(60_000, 40_000)]
    assert (Refund.objects.count(), money_back()) == (1, 600)
    assert Standing.objects.get(patient=receipt.patient_id).turnover == 400


def test_one_slice_sent_by_two_clicks_is_one_refund(receipt, rita):
    results = refund_600_at_each_desk(receipt, actor=rita, key="one key")

    assert {result.refund.pk for result in results} == {Refund.objects.get().pk}
    assert sorted(result.is_duplicate for result in results) == [False, True]
    assert [result.after.left_kopecks for result in results] == [40_000, 40_000]
