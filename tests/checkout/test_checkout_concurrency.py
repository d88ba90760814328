"""Several desks at once on committed data. The controls take the lock away and show what it prevents."""

import threading
from datetime import date, timedelta

import pytest
from django.db.models import QuerySet

from loyalty.checkout import confirming as checkout
from loyalty.checkout.confirming import ConfirmedReceipt, QuoteChanged
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.posting import post_receipt
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.refusals import InsufficientPoints
from loyalty.models import Operation, Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundResult, RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refunds import NothingLeft
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof
from tests.threads import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
DESKS = 8


@pytest.fixture
def anna():
    """2 000 points, enough for one bill of 20 000 at 10 %."""
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 2000, last_day=date(2026, 12, 31), at=NOON - timedelta(days=9))
    return anna


def quote_for(patient):
    line = DraftLine(price_kopecks=2_000_000, service_id=make_service("therapy", "therapy").pk)
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(line,),
        choice=SpendChoice.maximum(),
        identified_by="PHONE",
    )
    return quote_receipt(draft, at=NOON)


def without_row_locks(monkeypatch):
    """Desks no longer wait for each other; all pass their checks before any of them posts."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    everybody_checked = threading.Barrier(DESKS, timeout=30)

    def post_after_all_checks(*args, **kwargs):
        everybody_checked.wait()
        return post_receipt(*args, **kwargs)

    monkeypatch.setattr(checkout, "post_receipt", post_after_all_checks)


def confirm_at_all_desks(quotes):
    clinic, rita = make_clinic(), make_rita()
    return run_together(
        len(quotes), lambda desk: confirm_with_proof(quotes[desk].token, clinic=clinic, actor=rita, at=NOON)
    )


def test_control_without_the_lock_desks_pass_the_check_together_and_only_the_kernel_stops_them(anna, monkeypatch):
    without_row_locks(monkeypatch)
    quotes = [quote_for(anna) for _desk in range(DESKS)]

    results = confirm_at_all_desks(quotes)

    assert sum(isinstance(result, InsufficientPoints) for result in results) == DESKS - 1


def test_one_desk_posts_and_the_others_get_the_changed_quote(anna):
    quotes = [quote_for(anna) for _desk in range(DESKS)]

    results = confirm_at_all_desks(quotes)

    assert sum(isinstance(result, ConfirmedReceipt) for result in results) == 1
    assert sum(isinstance(result, QuoteChanged) for result in results) == DESKS - 1
    assert (Receipt.objects.count(), Operation.objects.filter(kind="SPEND").count()) == (1, 1)
    assert Standing.objects.get(patient=anna).account.balance == 900  # 2 000 - 2 000 + 5 % of 18 000


def test_one_quote_confirmed_by_many_clicks_is_one_receipt(anna):
    quoted = quote_for(anna)

    results = confirm_at_all_desks([quoted] * DESKS)

    assert {result.receipt.pk for result in results} == {Receipt.objects.get().pk}
    assert sorted(result.is_duplicate for result in results) == [False] + [True] * (DESKS - 1)
    assert Standing.objects.get(patient=anna).account.balance == 900


def test_refunds_at_many_desks_are_one_reversal_and_clear_answers(anna):
    rita = make_rita()
    receipt = confirm_with_proof(quote_for(anna).token, clinic=make_clinic(), actor=rita, at=NOON).receipt

    results = run_together(
        DESKS,
        lambda desk: refund_receipt(
            RefundWish(receipt_id=receipt.pk, key=f"desk {desk}", reason=Refund.Reason.MISTAKE),
            actor=rita,
            at=NOON,
        ),
    )

    assert sum(isinstance(result, RefundResult) for result in results) == 1
    assert sum(isinstance(result, NothingLeft) for result in results) == DESKS - 1
    assert Standing.objects.get(patient=anna).account.balance == 2000
