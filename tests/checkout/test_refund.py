"""Refunds through the whole product: money, points, dates, standing, and the preview that equals the result."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinics.models import AuditEvent
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger import posting
from loyalty.ledger.balance import read_holdings
from loyalty.models import Entry, Operation, Receipt, Refund, Standing
from loyalty.refunds.refunding import RefundKeyReused, RefundWish, preview_refund, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import ChosenLines, SpreadAmount
from loyalty.rules.refunds import MoreThanLeft, NothingLeft
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return make_rita()


def post(patient, rita, choice, *prices, at=NOON):
    """A posted receipt; prices are (category, kopecks)."""
    lines = tuple(
        DraftLine(price_kopecks=kopecks, service_id=make_service(f"{category}-{kopecks}", category).pk)
        for category, kopecks in prices
    )
    draft = ReceiptDraft(
        patient_id=patient.pk, clinic_code="mytishchi", lines=lines, choice=choice, identified_by="PHONE"
    )
    quoted = quote_receipt(draft, at=at)
    return confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=at).receipt


def state(patient):
    account = Standing.objects.get(patient=patient).account
    schedule = read_holdings(account_id=account.pk, at=NOON).schedule
    return account.balance, account.debt, [(day.last_day, day.points) for day in schedule]


def wish(receipt, key="first", **changes):
    return RefundWish(receipt_id=receipt.pk, key=key, reason=Refund.Reason.CANCELLED, **changes)


def shown(result):
    """All that a page tells of a refund: numbers of operations differ between a preview and its refund."""
    acts = replace(result.acts, return_operation_id=None, take_back_operation_id=None)
    return result.plan, acts, result.after, result.balance, result.pending, result.debt


def rows():
    return [model.objects.count() for model in (Refund, Operation, Entry, AuditEvent)]


@pytest.fixture
def anna():
    """The patient of the desk's picture."""
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    return anna


def picture(anna, rita):
    return post(anna, rita, SpendChoice.maximum(), ("hygiene", 650_000), ("implantation", 4_200_000))


def test_whole_refund_gives_points_back_to_their_lots_and_takes_the_earned_ones(anna, rita):
    before = state(anna)
    receipt = picture(anna, rita)

    result = refund_receipt(wish(receipt), actor=rita, at=NOON + timedelta(hours=1))

    assert (result.refund.money, result.refund.points_returned, result.refund.points_taken) == (47_200, 1300, 4248)
    assert (result.balance, result.debt) == (3450, 0)
    balance, debt, schedule = state(anna)
    assert (balance, debt) == before[:2]
    assert schedule[0] == (date(2026, 11, 27), 450)
    standing = Standing.objects.get(patient=anna)
    assert (standing.turnover, standing.visits) == (282_000, 0)


def test_burnt_part_comes_back_with_a_new_day(anna, rita):
    receipt = picture(anna, rita)

    result = refund_receipt(wish(receipt), actor=rita, at=NOON + timedelta(days=8))  # 30 November

    assert (result.acts.renewed_points, result.acts.renewed_last_day) == (450, date(2026, 12, 14))
    assert result.balance == 3450


def test_preview_equals_the_result_and_writes_nothing(anna, rita):
    receipt = picture(anna, rita)
    before, later = rows(), NOON + timedelta(days=8)

    preview = preview_refund(wish(receipt), actor=rita, at=later)
    after_preview = rows()
    result = refund_receipt(wish(receipt), actor=rita, at=later)

    assert after_preview == before
    assert shown(preview) == shown(result)


def test_implant_alone_gives_money_back_and_no_points(anna, rita):
    receipt = picture(anna, rita)

    result = refund_receipt(wish(receipt, portion=ChosenLines([2])), actor=rita, at=NOON)

    assert (result.refund.money, result.refund.points_returned, result.refund.points_taken) == (42_000, 0, 3780)


def test_three_slices_take_exactly_what_was_earned(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))

    taken = [
        refund_receipt(
            wish(receipt, key=f"slice {kopecks}", portion=SpreadAmount(kopecks)),
            actor=rita,
            at=NOON,
        ).refund.points_taken
        for kopecks in (300_000, 333_300, 366_700)
    ]

    assert taken == [150, 167, 183]
    assert state(anna)[:2] == (0, 0)


def test_earned_points_that_were_spent_become_a_debt_paid_by_the_next_earning(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))
    posting.spend(account_id=anna.standing.account_id, units=450, key="spent elsewhere", at=NOON)

    refund_receipt(wish(receipt), actor=rita, at=NOON)
    in_debt = state(anna)[:2]
    post(anna, rita, SpendChoice.none(), ("therapy", 1_200_000))

    assert in_debt == (0, 450)
    assert state(anna)[:2] == (150, 0)


def test_second_refund_finds_nothing_left_and_writes_nothing(anna, rita):
    receipt = picture(anna, rita)
    refund_receipt(wish(receipt), actor=rita, at=NOON)
    before = rows()

    with pytest.raises(NothingLeft):
        refund_receipt(wish(receipt, key="second"), actor=rita, at=NOON)

    assert rows() == before


def test_same_refund_sent_twice_happens_once(anna, rita):
    receipt = picture(anna, rita)
    first = refund_receipt(wish(receipt), actor=rita, at=NOON)

    second = refund_receipt(wish(receipt), actor=rita, at=NOON)

    assert (second.refund, second.is_duplicate, Refund.objects.count()) == (first.refund, True, 1)


def test_key_of_one_refund_never_answers_for_another_part(rita):
    publish_preset(has_welcome=False)
    receipt = post(make_member(), rita, SpendChoice.none(), ("therapy", 1_000_000))
    first = refund_receipt(wish(receipt, portion=SpreadAmount(300_000)), actor=rita, at=NOON)
    before = rows()

    with pytest.raises(RefundKeyReused) as refused:
        refund_receipt(wish(receipt, portion=SpreadAmount(300_001)), actor=rita, at=NOON)

    assert refused.value.first == first.refund
    assert rows() == before


def test_key_of_one_refund_never_answers_for_another_receipt(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    first, second = (post(anna, rita, SpendChoice.none(), ("therapy", price)) for price in (100_000, 200_000))
    refund_receipt(wish(first), actor=rita, at=NOON)
    before = rows()

    with pytest.raises(RefundKeyReused):
        refund_receipt(wish(second), actor=rita, at=NOON)

    assert rows() == before


def test_slice_sent_twice_happens_once_and_tells_what_is_left_now(rita):
    publish_preset(has_welcome=False)
    receipt = post(make_member(), rita, SpendChoice.none(), ("therapy", 1_000_000))
    refund_receipt(wish(receipt, portion=SpreadAmount(300_000)), actor=rita, at=NOON)
    refund_receipt(wish(receipt, "other desk", portion=SpreadAmount(100_000)), actor=rita, at=NOON)
    before = rows()

    again = refund_receipt(wish(receipt, portion=SpreadAmount(300_000)), actor=rita, at=NOON)

    assert (again.is_duplicate, again.refund.money, again.after.left_kopecks) == (True, 3_000, 600_000)
    assert rows() == before


def test_more_than_is_left_is_refused_with_what_is_left_and_nothing_is_written(rita):
    publish_preset(has_welcome=False)
    receipt = post(make_member(), rita, SpendChoice.none(), ("therapy", 100_000))
    refund_receipt(wish(receipt, portion=SpreadAmount(60_000)), actor=rita, at=NOON)
    before = rows()

    with pytest.raises(MoreThanLeft) as refused:
        refund_receipt(wish(receipt, "second", portion=SpreadAmount(60_000)), actor=rita, at=NOON)

    assert (refused.value.asked_kopecks, refused.value.left_kopecks) == (60_000, 40_000)
    assert rows() == before


def test_full_refund_moves_the_rolling_date_back_to_the_payment_that_stands(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000), at=NOON - timedelta(days=30))  # 23 October
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))
    moved_forward = Standing.objects.get(patient=anna).account.rolling_until

    refund_receipt(wish(receipt), actor=rita, at=NOON)

    assert moved_forward == date(2028, 11, 22)
    assert Standing.objects.get(patient=anna).account.rolling_until == date(2028, 10, 23)


def test_part_of_a_payment_refunded_leaves_the_rolling_date(rita):
    publish_preset(has_welcome=False)
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))

    refund_receipt(wish(receipt, portion=SpreadAmount(100_000)), actor=rita, at=NOON)

    assert Standing.objects.get(patient=anna).account.rolling_until == date(2028, 11, 22)
    assert Receipt.objects.get().refunds.get().is_complete is False


def test_earned_points_that_burnt_are_not_taken_a_second_time(rita):
    publish_preset("cosmetology")
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("courses", 1_000_000))  # 1 000 points to 22 January
    late = NOON + timedelta(days=100)
    posting.burn_slice(account_ids=[anna.standing.account_id], cutoff=late, at=late, key="burn")

    result = refund_receipt(wish(receipt), actor=rita, at=late)

    assert (result.refund.money, result.refund.points_taken) == (10_000, 0)
    assert (result.balance, result.debt) == (0, 0)
