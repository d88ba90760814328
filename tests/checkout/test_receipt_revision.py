"""A cancelled document entered again: the next revision of its business key, which refers to the old receipt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.checkout.revision import AlreadyReplaced, ReceiptStands
from loyalty.models import Operation, Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import SpreadAmount
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof
from tests.threads import run_together

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def draft():
    publish_preset(has_welcome=False)
    anna = make_member()
    give_points(anna, 500, at=NOON - timedelta(days=9))
    line = DraftLine(price_kopecks=1_000_000, service_id=make_service("therapy", "therapy").pk)
    return ReceiptDraft(
        patient_id=anna.pk,
        clinic_code=make_clinic().code,
        lines=(line,),
        choice=SpendChoice.maximum(),
        identified_by="PHONE",
    )


def post(draft, *, actor, at=NOON):
    return confirm_with_proof(quote_receipt(draft, at=at).token, clinic=make_clinic(), actor=actor, at=at)


def cancel(receipt, *, actor):
    wish = RefundWish(receipt_id=receipt.pk, key=f"cancel {receipt.pk}", reason=Refund.Reason.MISTAKE)
    refund_receipt(wish, actor=actor, at=NOON)


def cheaper(draft, replaced):
    return replace(draft, replaces_id=replaced.pk, lines=(replace(draft.lines[0], price_kopecks=900_000),))


def written():
    return Receipt.objects.count(), Operation.objects.count()


def test_cancelled_document_takes_the_next_revision_and_refers_to_the_old_receipt(draft, rita):
    wrong = post(draft, actor=rita).receipt
    cancel(wrong, actor=rita)

    right = post(cheaper(draft, wrong), actor=rita, at=LATER).receipt

    assert (right.source_system, right.document) == (wrong.source_system, wrong.document)
    assert (right.revision, right.replaces) == (2, wrong)
    standing = Standing.objects.get(patient=draft.patient_id)
    assert (standing.account.balance, standing.visits, standing.turnover) == (425, 1, 8_500)  # 5 % of 8 500


def test_document_is_entered_again_any_number_of_times(draft, rita):
    receipt = post(draft, actor=rita).receipt

    for _times in range(2):
        cancel(receipt, actor=rita)
        receipt = post(replace(draft, replaces_id=receipt.pk), actor=rita, at=LATER).receipt

    assert list(Receipt.objects.order_by("pk").values_list("revision", flat=True)) == [1, 2, 3]
    assert len(set(Receipt.objects.values_list("document", flat=True))) == 1


def test_document_of_a_receipt_that_stands_is_not_entered_again(draft, rita):
    receipt = post(draft, actor=rita).receipt
    wish = RefundWish(
        receipt_id=receipt.pk, key="part", reason=Refund.Reason.MISTAKE, portion=SpreadAmount(999_999)
    )
    refund_receipt(wish, actor=rita, at=NOON)
    before = written()

    with pytest.raises(ReceiptStands) as refused:
        post(cheaper(draft, receipt), actor=rita, at=LATER)

    assert refused.value.receipt_id == receipt.pk
    assert written() == before


def test_document_is_replaced_once_and_the_answer_names_the_newer_receipt(draft, rita):
    wrong = post(draft, actor=rita).receipt
    cancel(wrong, actor=rita)
    right = post(cheaper(draft, wrong), actor=rita, at=LATER).receipt
    before = written()

    with pytest.raises(AlreadyReplaced) as refused:
        post(replace(draft, replaces_id=wrong.pk), actor=rita, at=LATER)

    assert refused.value.receipt == right
    assert written() == before


def test_same_entry_sent_twice_is_one_receipt(draft, rita):
    wrong = post(draft, actor=rita).receipt
    cancel(wrong, actor=rita)
    token = quote_receipt(cheaper(draft, wrong), at=LATER).token
    first = confirm_with_proof(token, clinic=make_clinic(), actor=rita, at=LATER)

    second = confirm_with_proof(token, clinic=make_clinic(), actor=rita, at=LATER)

    assert (second.receipt, second.is_duplicate, second.balance) == (first.receipt, True, 425)
    assert Receipt.objects.count() == 2


def test_admin_shows_which_receipt_the_new_one_replaces(draft, rita, admin_client):
    wrong = post(draft, actor=rita).receipt
    cancel(wrong, actor=rita)
    right = post(cheaper(draft, wrong), actor=rita, at=LATER).receipt

    pages = [
        admin_client.get(f"/admin/loyalty/receipt/{each.pk}/change/").content.decode() for each in (wrong, right)
    ]

    assert ["Взамен чека" in page for page in pages] == [False, True]
    assert f"/admin/loyalty/receipt/{wrong.pk}/change/" in pages[1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.concurrency
def test_two_desks_enter_a_cancelled_document_again_at_once(draft, rita):
    wrong = post(draft, actor=rita).receipt
    cancel(wrong, actor=rita)
    # Other people's accounts: their locks do not keep the two desks apart.
    vera = make_member("Чужая", "Вера", "+79160000002")
    drafts = [cheaper(draft, wrong), replace(cheaper(draft, wrong), patient_id=vera.pk)]
    tokens = [quote_receipt(each, at=LATER).token for each in drafts]

    results = run_together(
        2, lambda desk: confirm_with_proof(tokens[desk], clinic=make_clinic(), actor=rita, at=LATER)
    )

    assert sum(isinstance(result, AlreadyReplaced) for result in results) == 1
    assert Receipt.objects.filter(replaces=wrong).count() == 1
