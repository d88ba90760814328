"""A code on a receipt: covered lines, one use, refusals with their reason, refunds that free it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import NotAttachable, quote_receipt
from loyalty.ledger.audit import breaches
from loyalty.models import LineDiscount, PrivilegeCode, Receipt, Refund, Standing
from loyalty.privileges.using import PrivilegeRefused, WhyNot
from loyalty.refunds.refunding import RefundWish, preview_refund, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import ChosenLines, SpreadAmount
from tests.people import make_clinic, make_rita, make_service
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.programs import NOON, make_member
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db
AFTER_THE_LAST_DAY = datetime(2026, 12, 6, 21, 0, tzinfo=UTC)


@pytest.fixture
def rita():
    return make_rita()


def draft_for(patient, *codes, lines=(("hygiene-full", "hygiene", 650_000),), choice=None, **fields):
    return ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=fields.pop("clinic_code", "mytishchi"),
        lines=tuple(
            DraftLine(price_kopecks=kopecks, service_id=make_service(code, category).pk)
            for code, category, kopecks in lines
        ),
        choice=choice or SpendChoice.none(),
        identified_by="PHONE",
        privileges=tuple(code.key for code in codes),
        **fields,
    )


def post(draft, rita, *, at=NOON):
    quoted = quote_receipt(draft, at=at)
    return confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=at).receipt


def refund(receipt, rita, *, key="first", at=NOON, **portion):
    wish = RefundWish(receipt_id=receipt.pk, key=key, reason=Refund.Reason.CANCELLED, **portion)
    return refund_receipt(wish, actor=rita, at=at)


def test_code_comes_off_before_points_and_earning(rita):
    anna = make_buyer(points=3000, tier="gold", turnover=160_000)
    code = buy(anna, make_privilege(price=1000, amount=1000))

    receipt = post(draft_for(anna, code, choice=SpendChoice.maximum()), rita)

    # 6 500 - 1 000 = 5 500; gold pays 20 % of it with points: 1 100; 9 % of 4 400.
    assert (receipt.discount, receipt.points_spent, receipt.paid, receipt.points_earned) == (1000, 1100, 4400, 396)
    code.refresh_from_db()
    assert (code.status, code.receipt, code.used_at) == ("USED", receipt, NOON)
    taken = LineDiscount.objects.get()
    assert (taken.promotion_code, taken.amount) == (f"privilege:{code.key}", 1000)
    assert list(breaches()) == []


def test_used_code_is_refused_with_its_receipt(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege())
    receipt = post(draft_for(anna, code), rita)

    with pytest.raises(PrivilegeRefused) as refused:
        quote_receipt(draft_for(anna, code), at=NOON)

    error = refused.value
    assert (error.why, error.day, error.receipt_id) == (WhyNot.USED, date(2026, 11, 22), receipt.pk)


def test_unknown_foreign_late_and_other_clinics_codes_are_refused():
    anna = make_buyer()
    vera = make_member("Лебедева", "Вера", "+79160000002")
    code = buy(anna, make_privilege())
    elsewhere = make_clinic("uralmash")
    here_only = buy(anna, make_privilege(clinics=(make_clinic(),)), key="here")

    def why(draft, at=NOON):
        with pytest.raises(PrivilegeRefused) as refused:
            quote_receipt(draft, at=at)
        return refused.value.why

    assert why(draft_for(anna, PrivilegeCode(key="YU0000"))) is WhyNot.UNKNOWN
    assert why(draft_for(vera, code)) is WhyNot.FOREIGN
    assert why(draft_for(anna, code), at=AFTER_THE_LAST_DAY) is WhyNot.LATE
    assert why(draft_for(anna, here_only, clinic_code=elsewhere.code)) is WhyNot.OTHER_CLINIC


def test_code_works_until_the_last_moment_of_its_last_day():
    anna = make_buyer()
    code = buy(anna, make_privilege())

    quoted = quote_receipt(draft_for(anna, code), at=AFTER_THE_LAST_DAY - timedelta(microseconds=1))

    assert quoted.quote.discount_kopecks == 100_000


def test_quote_of_before_midnight_is_confirmed_after_it(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege())
    quoted = quote_receipt(draft_for(anna, code), at=AFTER_THE_LAST_DAY - timedelta(minutes=2))

    receipt = confirm_with_proof(
        quoted.token, clinic=make_clinic(), actor=rita, at=AFTER_THE_LAST_DAY + timedelta(minutes=3)
    ).receipt

    assert receipt.discount == 1000


def test_confirming_twice_gives_the_first_receipt(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege())
    quoted = quote_receipt(draft_for(anna, code), at=NOON)
    first = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=NOON)

    second = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=NOON)

    assert (second.receipt, second.is_duplicate, Receipt.objects.count()) == (first.receipt, True, 1)


def test_code_without_its_service_takes_nothing_and_stays_open(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege(services=("whitening",)))

    receipt = post(draft_for(anna, code), rita)

    code.refresh_from_db()
    assert (receipt.discount, code.status) == (0, "OPEN")


def test_goods_of_no_price_list_are_handed_over_with_the_receipt(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege(kind="GOODS", amount=None, title="Зубная щётка"))

    receipt = post(draft_for(anna, code), rita)

    code.refresh_from_db()
    assert (receipt.discount, code.receipt) == (0, receipt)


def test_code_is_not_for_a_receipt_that_was_paid_before():
    anna = make_buyer()
    code = buy(anna, make_privilege())

    with pytest.raises(NotAttachable):
        quote_receipt(draft_for(anna, code, paid_at=NOON - timedelta(hours=1)), at=NOON)


def test_full_refund_makes_the_code_good_again(rita):
    anna = make_buyer(points=1000)
    code = buy(anna, make_privilege(price=1000))
    receipt = post(draft_for(anna, code), rita)

    result = refund(receipt, rita)

    code.refresh_from_db()
    assert (code.status, code.receipt, code.used_at) == ("OPEN", None, None)
    assert (result.freed, result.balance) == ((code,), 0)
    assert post(draft_for(anna, code), rita).discount == 1000


def test_full_refund_after_the_last_day_gives_the_points_back(rita):
    anna = make_buyer(points=1000)
    code = buy(anna, make_privilege(price=1000))
    receipt = post(draft_for(anna, code), rita)

    result = refund(receipt, rita, at=AFTER_THE_LAST_DAY)

    code.refresh_from_db()
    assert (code.status, result.balance) == ("RETURNED", 1000)
    assert list(breaches()) == []


def test_partial_refund_leaves_the_code_used_and_the_money_exact(rita):
    anna = make_buyer(tier="gold", turnover=160_000)
    code = buy(anna, make_privilege(price=1000, amount=1000))
    lines = (("hygiene-full", "hygiene", 650_000), ("caries", "therapy", 350_000))
    receipt = post(draft_for(anna, code, lines=lines), rita)
    assert (receipt.paid, receipt.points_earned) == (9000, 810)

    first = refund(receipt, rita, key="line", portion=ChosenLines(frozenset({1})))
    second = refund(receipt, rita, key="part", portion=SpreadAmount(100_000))
    last = refund(receipt, rita, key="rest")

    moneys = [each.refund.money for each in (first, second, last)]
    # The code took 650 of hygiene's 6 500 and 350 of the 3 500.
    assert (moneys, sum(moneys)) == ([5850, 1000, 2150], 9000)
    assert (first.freed, second.freed, last.freed) == ((), (), (code,))
    assert Standing.objects.get(patient=anna).account.balance == 2000


def test_preview_of_a_refund_frees_nothing(rita):
    anna = make_buyer()
    code = buy(anna, make_privilege())
    receipt = post(draft_for(anna, code), rita)
    wish = RefundWish(receipt_id=receipt.pk, key="look", reason=Refund.Reason.CANCELLED)

    preview = preview_refund(wish, actor=rita, at=NOON)

    code.refresh_from_db()
    assert ([each.key for each in preview.freed], code.status) == ([code.key], "USED")
