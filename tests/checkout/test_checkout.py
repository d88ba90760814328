"""A receipt from quote to posting: exact sums, one receipt per quote, nothing written on refusal."""

from datetime import date, timedelta

import pytest

from loyalty.checkout.confirming import QuoteChanged, QuoteExpired, confirm_receipt
from loyalty.checkout.draft import DraftLine, QuoteTokenInvalid, ReceiptDraft
from loyalty.checkout.quoting import EmptyReceipt, quote_receipt
from loyalty.ledger import posting
from loyalty.models import Award, Entry, Receipt, ReceiptLine, Refund, Standing
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from notifications.models import OutboxMessage
from tests.people import make_clinic, make_rita, make_service
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    """The patient of the desk's picture: gold, 450 hot points to 27 November, 3 000 by the rolling date."""
    publish_preset(has_welcome=False)
    anna = make_member(tier="gold", turnover=282_000)
    give_points(anna, 450, last_day=date(2026, 11, 27), at=NOON - timedelta(days=9))
    give_points(anna, 3000, at=NOON - timedelta(days=100))
    return anna


def draft_for(patient, choice, *lines):
    """The picture's bill by default: hygiene 6 500 and an implant stage 42 000."""
    lines = lines or (
        DraftLine(price_kopecks=650_000, service_id=make_service("hygiene-full", "hygiene").pk),
        DraftLine(price_kopecks=4_200_000, service_id=make_service("implant-1", "implantation").pk),
    )
    return ReceiptDraft(
        patient_id=patient.pk, clinic_code=make_clinic().code, lines=lines, choice=choice, identified_by="PHONE"
    )


def hygiene_for(patient):
    """A bill that changes no tier: the next one of the same day has the same sums."""
    service = make_service("hygiene-full", "hygiene").pk
    return draft_for(patient, SpendChoice.none(), DraftLine(price_kopecks=650_000, service_id=service))


def confirm(quoted, *, at=NOON, rita=None):
    return confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita or make_rita(), at=at)


def balances(patient):
    account = Standing.objects.get(patient=patient).account
    return account.balance, account.pending, account.debt


def written():
    return (
        Receipt.objects.count(),
        ReceiptLine.objects.count(),
        Entry.objects.count(),
        OutboxMessage.objects.count(),
    )


def test_picture_of_the_desk_with_the_maximum(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON)

    quote = quoted.quote
    assert (quote.spend_limit, quote.money_kopecks, quote.earned_points) == (1300, 4_720_000, 4248)


def test_picture_of_the_desk_with_only_the_burning_points(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.burning()), at=NOON)

    quote = quoted.quote
    assert (quote.spend.points, quote.money_kopecks, quote.earned_points) == (450, 4_805_000, 4324)


def test_confirmed_receipt_equals_its_quote_to_the_point(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON)

    confirmed = confirm(quoted)

    receipt = confirmed.receipt
    assert (receipt.price, receipt.points_value, receipt.paid) == (48_500, 1300, 47_200)
    assert (receipt.points_spent, receipt.points_earned, confirmed.balance) == (1300, 4248, 6398)
    assert balances(anna) == (6398, 0, 0)
    assert [(line.points_spent, line.paid) for line in receipt.lines.order_by("position")] == [
        (1300, 5200),
        (0, 42_000),
    ]
    assert sum(Award.objects.values_list("points", flat=True)) == 4248


def test_burning_points_are_spent_first(anna):
    confirm(quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON))

    after = quote_receipt(draft_for(anna, SpendChoice.none()), at=NOON)

    assert after.member.burning == ()


def test_receipt_queues_its_notices_in_the_same_transaction(anna):
    confirmed = confirm(quote_receipt(draft_for(anna, SpendChoice.none()), at=NOON))

    assert list(OutboxMessage.objects.order_by("event").values_list("event", "context")) == [
        ("points.earned", {"receipt": confirmed.receipt.pk}),
        ("tier.changed", {"was": "gold", "tier": "premium"}),
    ]


def test_receipt_that_crosses_a_threshold_earns_at_the_old_rate_and_the_next_at_the_new():
    publish_preset(has_welcome=False)
    anna = make_member(turnover=45_000)
    service = make_service("hygiene-full", "hygiene").pk
    bill = draft_for(anna, SpendChoice.none(), DraftLine(price_kopecks=500_000, service_id=service))
    rita = make_rita()

    first = confirm(quote_receipt(bill, at=NOON), rita=rita)
    second = confirm(
        quote_receipt(bill, at=NOON + timedelta(minutes=1)), at=NOON + timedelta(minutes=1), rita=rita
    )

    assert (first.receipt.points_earned, second.receipt.points_earned) == (250, 350)
    assert Standing.objects.get(patient=anna).tier == "silver"


def test_one_quote_confirmed_twice_is_one_receipt(anna):
    rita = make_rita()
    quoted = quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON)

    first = confirm(quoted, rita=rita)
    second = confirm(quoted, rita=rita)

    assert (second.receipt.pk, second.is_duplicate, Receipt.objects.count()) == (first.receipt.pk, True, 1)
    assert balances(anna) == (6398, 0, 0)


def test_spend_at_another_desk_makes_the_quote_stale_and_nothing_is_posted(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON)
    posting.spend(account_id=anna.standing.account_id, units=3000, key="other desk", at=NOON)
    before = written()

    with pytest.raises(QuoteChanged) as refusal:
        confirm(quoted)

    assert refusal.value.fresh.quote.spend.points == 450
    assert written() == before
    assert balances(anna) == (450, 0, 0)


def test_receipt_posted_by_another_tab_makes_the_quote_stale_though_the_sums_are_the_same(anna):
    rita = make_rita()
    quick, slow = (quote_receipt(hygiene_for(anna), at=NOON) for _tab in range(2))
    posted = confirm(quick, rita=rita).receipt
    before = written()

    with pytest.raises(QuoteChanged) as refusal:
        confirm(slow, rita=rita)

    assert refusal.value.posted == posted
    assert written() == before
    assert balances(anna) == (3450 + 585, 0, 0)


def test_fresh_quote_after_the_other_tabs_receipt_is_posted(anna):
    rita = make_rita()
    quick, slow = (quote_receipt(hygiene_for(anna), at=NOON) for _tab in range(2))
    confirm(quick, rita=rita)
    with pytest.raises(QuoteChanged) as refusal:
        confirm(slow, rita=rita)

    second = confirm(refusal.value.fresh, rita=rita)

    assert (second.is_duplicate, Receipt.objects.count()) == (False, 2)


def test_first_quote_confirmed_again_after_another_receipt_shows_its_own(anna):
    rita = make_rita()
    first = quote_receipt(hygiene_for(anna), at=NOON)
    receipt = confirm(first, rita=rita).receipt
    confirm(quote_receipt(hygiene_for(anna), at=NOON), rita=rita)

    again = confirm(first, rita=rita)

    assert (again.receipt, again.is_duplicate, Receipt.objects.count()) == (receipt, True, 2)


def test_receipt_posted_and_refunded_meanwhile_leaves_the_quote_as_it_was(anna):
    rita = make_rita()
    quick, slow = (quote_receipt(hygiene_for(anna), at=NOON) for _tab in range(2))
    mistaken = confirm(quick, rita=rita).receipt
    wish = RefundWish(receipt_id=mistaken.pk, key="mistake", reason=Refund.Reason.MISTAKE)
    refund_receipt(wish, actor=rita, at=NOON)

    confirmed = confirm(slow, rita=rita)

    assert (confirmed.is_duplicate, confirmed.receipt.points_earned) == (False, 585)


def test_spend_elsewhere_names_no_receipt(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.maximum()), at=NOON)
    posting.spend(account_id=anna.standing.account_id, units=3000, key="other desk", at=NOON)

    with pytest.raises(QuoteChanged) as refusal:
        confirm(quoted)

    assert refusal.value.posted is None


def test_quote_lives_ten_minutes_to_the_second(anna):
    rita = make_rita()
    quoted = quote_receipt(draft_for(anna, SpendChoice.none()), at=NOON)
    before = written()

    with pytest.raises(QuoteExpired):
        confirm(quoted, at=NOON + timedelta(minutes=10, seconds=1), rita=rita)

    assert written() == before
    assert confirm(quoted, at=NOON + timedelta(minutes=10), rita=rita).receipt.points_earned == 4365


def test_quote_of_the_last_minute_is_judged_by_its_own_moment(anna):
    two_to_midnight = NOON.replace(month=11, day=27, hour=20, minute=58)  # 23:58 in Moscow
    quoted = quote_receipt(draft_for(anna, SpendChoice.burning()), at=two_to_midnight)

    confirmed = confirm(quoted, at=two_to_midnight + timedelta(minutes=7))

    assert confirmed.receipt.points_spent == 450


def test_points_are_gone_at_midnight_although_nothing_has_swept_them(anna):
    midnight = NOON.replace(month=11, day=27, hour=21, minute=0)  # 00:00 of the 28th in Moscow

    quoted = quote_receipt(draft_for(anna, SpendChoice.burning()), at=midnight)

    assert (quoted.quote.spend.points, quoted.member.facts().spendable_points) == (0, 3000)


def test_changed_token_is_refused_and_nothing_is_written(anna):
    quoted = quote_receipt(draft_for(anna, SpendChoice.none()), at=NOON)
    before = written()

    with pytest.raises(QuoteTokenInvalid):
        confirm_receipt(quoted.token[:-2] + "xx", clinic=make_clinic(), actor=make_rita(), at=NOON)

    assert written() == before


def test_receipt_without_lines_is_refused(anna):
    with pytest.raises(EmptyReceipt):
        quote_receipt(
            ReceiptDraft(
                patient_id=anna.pk,
                clinic_code="mytishchi",
                lines=(),
                choice=SpendChoice.none(),
                identified_by="PHONE",
            ),
            at=NOON,
        )


def test_contact_earns_nothing_and_the_quote_says_why():
    publish_preset("dentistry")
    vera = make_member("Петрова", "Вера", "+79160000001", consents=())
    service = make_service("hygiene-full", "hygiene").pk

    quoted = quote_receipt(
        draft_for(vera, SpendChoice.none(), DraftLine(price_kopecks=500_000, service_id=service)), at=NOON
    )

    assert quoted.quote.earned_points == 0
    assert quoted.quote.lines[0].reasons[-1].code == "earn_not_member"


def test_payment_moves_the_rolling_date_and_a_free_visit_does_not(anna):
    rita = make_rita()
    free = draft_for(anna, SpendChoice.none(), DraftLine(price_kopecks=0, category_id=None))

    confirm(quote_receipt(free, at=NOON), rita=rita)
    unmoved = Standing.objects.get(patient=anna).account.rolling_until
    confirm(quote_receipt(draft_for(anna, SpendChoice.none()), at=NOON), rita=rita)

    assert unmoved == date(2028, 1, 15)
    assert Standing.objects.get(patient=anna).account.rolling_until == date(2028, 11, 22)


@pytest.mark.parametrize("receipts_before", [0, 3])
def test_quote_takes_four_queries_whatever_the_history(anna, django_assert_num_queries, receipts_before):
    rita = make_rita()
    for minute in range(receipts_before):
        at = NOON - timedelta(days=1, minutes=minute)
        confirm(quote_receipt(draft_for(anna, SpendChoice.none()), at=at), at=at, rita=rita)
    draft = draft_for(anna, SpendChoice.maximum())

    with django_assert_num_queries(4):
        quote_receipt(draft, at=NOON)
