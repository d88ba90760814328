"""Points that wait until the visit is closed: at the desk, at a refund, in the night."""

from datetime import date, timedelta
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.utils import translation

from clinics.models import AuditEvent
from loyalty.checkout.confirming import confirm_and_close_visit, confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.audit import breaches
from loyalty.messages.receipts import compose_receipt_posted
from loyalty.models import Entry, Lot, Operation, Receipt, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import SpreadAmount
from loyalty.visits import close_visit
from notifications.models import OutboxMessage
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, make_member, publish_preset
from tests.threads import run_together

pytestmark = pytest.mark.django_db

POINTS = {"value_kopecks": 100, "life": {"kind": "months", "months": 2}, "pending_from": "visit_closed"}
NEXT_DAY = NOON + timedelta(days=1)


def pay(*, act=confirm_receipt, patient=None, **points):
    """Anna pays 10 000 and earns 5 %: 500 points."""
    publish_preset("cosmetology", points=POINTS | points)
    draft = ReceiptDraft(
        patient_id=(patient or make_member()).pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=1_000_000, service_id=make_service("consult", "hygiene").pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    return act(quoted.token, clinic=make_clinic(), actor=rita(), at=NOON).receipt


def rita():
    return User.objects.filter(username="rita").first() or make_rita()


def figures():
    account = Standing.objects.get().account
    return account.balance, account.pending, account.debt


def lots():
    return [(lot.remaining, lot.last_day) for lot in Lot.objects.order_by("id")]


def test_points_wait_until_the_visit_is_closed_and_their_life_begins_then():
    receipt = pay()
    assert (receipt.visit_closed_at, receipt.visit_closes_on) == (None, date(2026, 11, 29))
    assert figures() == (0, 500, 0)
    assert lots() == [(500, None)]

    closed = close_visit(receipt.pk, at=NEXT_DAY, actor=rita())

    assert (closed.points, closed.is_duplicate) == (500, False)
    assert Receipt.objects.get().visit_closed_at == NEXT_DAY
    assert figures() == (500, 0, 0)
    assert lots() == [(500, date(2027, 1, 23))]
    operation = Operation.objects.get(kind="VISIT")
    assert (operation.actor, operation.explanation) == (rita(), {"visit_of": receipt.pk})
    assert AuditEvent.objects.get(code="receipt.visit_closed").target_id == str(receipt.pk)
    assert list(breaches()) == []


def test_closing_twice_changes_nothing_and_says_so():
    receipt = pay()
    close_visit(receipt.pk, at=NEXT_DAY, actor=rita())
    before = (Entry.objects.count(), AuditEvent.objects.count())

    again = close_visit(receipt.pk, at=NEXT_DAY + timedelta(days=1), actor=rita())

    assert (again.points, again.is_duplicate, again.receipt.visit_closed_at) == (0, True, NEXT_DAY)
    assert (Entry.objects.count(), AuditEvent.objects.count()) == before


def test_a_visit_that_is_over_at_the_posting_earns_available_points():
    receipt = pay(act=confirm_and_close_visit)

    assert receipt.visit_closed_at == NOON
    assert figures() == (500, 0, 0)
    assert lots() == [(500, date(2027, 1, 22))]


def test_a_receipt_whose_points_do_not_wait_has_no_open_visit():
    receipt = pay(pending_from="payment")

    assert (receipt.visit_closed_at, receipt.visit_closes_on) == (NOON, None)
    assert close_visit(receipt.pk, at=NEXT_DAY).is_duplicate


def test_days_may_be_counted_from_the_end_of_the_visit():
    receipt = pay(pending_days=3)

    closed = close_visit(receipt.pk, at=NEXT_DAY)

    assert closed.points == 0
    assert figures() == (0, 500, 0)
    assert lots() == [(500, date(2027, 1, 26))]
    assert Lot.objects.get().available_at.isoformat() == "2026-11-25T21:00:00+00:00"


def test_a_refund_before_the_closing_takes_back_what_waits():
    receipt = pay()

    refund = refund_receipt(wish(receipt, SpreadAmount(300_000)), actor=rita(), at=NOON)

    assert refund.refund.points_taken == 150
    assert figures() == (0, 350, 0)
    assert close_visit(receipt.pk, at=NEXT_DAY).points == 350
    assert figures() == (350, 0, 0)
    assert list(breaches()) == []


def test_a_refund_after_the_closing_takes_back_what_became_available():
    receipt = pay()
    close_visit(receipt.pk, at=NEXT_DAY)

    refund_receipt(wish(receipt, SpreadAmount(300_000)), actor=rita(), at=NEXT_DAY)

    assert figures() == (350, 0, 0)
    assert list(breaches()) == []


def test_a_visit_refunded_in_full_closes_without_points():
    receipt = pay()
    refund_receipt(RefundWish(receipt.pk, "all", "CANCELLED"), actor=rita(), at=NOON)

    assert close_visit(receipt.pk, at=NEXT_DAY).points == 0
    assert figures() == (0, 0, 0)
    assert not Operation.objects.filter(kind="VISIT").exists()


def test_the_message_says_that_the_points_wait():
    receipt = pay()
    message = OutboxMessage.objects.get(event="points.earned")

    assert said(message) == "Начислено 500 баллов. Их можно потратить, когда визит будет завершён. Баланс: 0."
    close_visit(receipt.pk, at=NEXT_DAY)
    assert said(message) == "Начислено 500 баллов. Баланс: 500."


def said(message):
    with translation.override("ru"):
        return compose_receipt_posted(message, NOON).short.replace("\u00a0", " ")


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_both_desks_find_the_visit_open():
    receipt = pay()
    both_have_read = Barrier(2)

    def close_carelessly(_index):
        is_open = Receipt.objects.get(pk=receipt.pk).visit_closed_at is None
        both_have_read.wait()
        return is_open

    assert run_together(2, close_carelessly) == [True, True]


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_close_one_visit_release_its_points_once():
    receipt = pay()
    actor = rita()

    closed = run_together(2, lambda _index: close_visit(receipt.pk, at=NEXT_DAY, actor=actor))

    assert sorted((each.points, each.is_duplicate) for each in closed) == [(0, True), (500, False)]
    assert figures() == (500, 0, 0)
    assert AuditEvent.objects.filter(code="receipt.visit_closed").count() == 1


def wish(receipt, portion):
    return RefundWish(receipt.pk, "slice", "CANCELLED", portion=portion)
