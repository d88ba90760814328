"""Discounts by hand: own maximum, another person's decision, one receipt, some hours."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from clinics.models import AuditEvent
from loyalty.checkout.confirming import QuoteChanged, confirm_receipt
from loyalty.checkout.manual_discounts import (
    AboveMost,
    AlreadyOpen,
    ApproverNeeded,
    DiscountsNotAllowed,
    DiscountWish,
    NotYours,
    approve,
    ask_discount,
    cancel,
    refuse,
)
from loyalty.models import ManualDiscount, Receipt
from loyalty.program.versions import current_program
from tests.checkout.test_limits import quote_of
from tests.people import make_clinic, make_staff
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
MANUAL = {"most_percent_by_role": {"receptionist": 3, "senior": 10}, "most_percent": 20, "request_hours": 4}
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def people():
    """Rita may give 3 %, Sofia 10 %, Olga 20 %; Igor works elsewhere."""
    publish_preset(has_welcome=False, discounts={"manual": MANUAL})
    clinic, khimki = make_clinic(), make_clinic(code="khimki")
    return {
        "rita": make_staff("rita", "receptionist", clinics=[clinic]),
        "sofia": make_staff("sofia", "senior", clinics=[clinic]),
        "olga": make_staff("olga", "owner", clinics=[clinic]),
        "igor": make_staff("igor", "owner", clinics=[khimki]),
    }


@pytest.fixture
def anna(people):
    return make_member()


def ask(patient, percent, *, actor, approver=None, at=NOON):
    wish = DiscountWish(
        patient=patient, clinic=make_clinic(), rate_bp=percent * 100, reason="Долго ждала", approver=approver
    )
    manual = current_program(at=at).program.discounts.manual
    return ask_discount(wish, manual=manual, actor=actor, at=at)


def test_within_own_maximum_the_next_quote_takes_it(anna, people):
    ask(anna, 3, actor=people["rita"])

    quoted = quote_of(anna)
    receipt = confirm_receipt(quoted.token, clinic=make_clinic(), actor=people["rita"], at=NOON).receipt

    assert (str(receipt.discount), str(receipt.paid)) == ("30.00", "970.00")
    discount = ManualDiscount.objects.get()
    assert (discount.status, discount.receipt, discount.approver) == ("USED", receipt, None)
    assert quote_of(anna).quote.discount_kopecks == 0


def test_program_without_discounts_by_hand_refuses(people, anna):
    publish_preset(has_welcome=False, starts_at=NOON - timedelta(days=1))

    with pytest.raises(DiscountsNotAllowed):
        ask(anna, 1, actor=people["olga"])

    assert ManualDiscount.objects.count() == 0


@pytest.mark.parametrize("approver", [None, "rita", "sofia", "igor"])
def test_above_own_maximum_somebody_else_here_with_a_higher_one_must_be_named(anna, people, approver):
    with pytest.raises(ApproverNeeded) as refusal:
        ask(anna, 15, actor=people["rita"], approver=people.get(approver))

    assert refusal.value.own_most_bp == 300
    assert ManualDiscount.objects.count() == 0


def test_nobody_gives_more_than_the_common_limit(anna, people):
    with pytest.raises(AboveMost):
        ask(anna, 21, actor=people["olga"])

    assert ManualDiscount.objects.count() == 0


def test_request_counts_only_after_the_named_person_has_said_yes(anna, people):
    discount = ask(anna, 15, actor=people["rita"], approver=people["olga"])
    before = quote_of(anna).quote.discount_kopecks

    approve(discount.pk, actor=people["olga"], note="Постоянная пациентка", at=LATER)

    assert (before, quote_of(anna, at=LATER).quote.discount_kopecks) == (0, 15_000)
    codes = list(
        AuditEvent.objects.filter(code__startswith="discount.").order_by("id").values_list("code", flat=True)
    )
    assert codes == ["discount.asked", "discount.approved"]


def test_refused_request_gives_nothing(anna, people):
    discount = ask(anna, 15, actor=people["rita"], approver=people["olga"])

    refuse(discount.pk, actor=people["olga"], note="Нет", at=LATER)

    assert quote_of(anna, at=LATER).quote.discount_kopecks == 0


@pytest.mark.parametrize("who", ["rita", "sofia", "igor"])
def test_nobody_but_the_named_person_decides(anna, people, who):
    discount = ask(anna, 15, actor=people["rita"], approver=people["olga"])

    with pytest.raises(NotYours):
        approve(discount.pk, actor=people[who], note="Да", at=LATER)

    discount.refresh_from_db()
    assert discount.status == "WAITING"


def test_request_expires_on_the_minute(anna, people):
    discount = ask(anna, 15, actor=people["rita"], approver=people["olga"])

    with pytest.raises(NotYours):
        approve(discount.pk, actor=people["olga"], note="Да", at=NOON + timedelta(hours=4))

    approve(discount.pk, actor=people["olga"], note="Да", at=NOON + timedelta(hours=4, seconds=-1))
    assert quote_of(anna, at=NOON + timedelta(hours=4)).quote.discount_kopecks == 0


def test_one_open_discount_per_patient_and_clinic(anna, people):
    ask(anna, 3, actor=people["rita"])

    with pytest.raises(AlreadyOpen):
        ask(anna, 2, actor=people["sofia"])

    assert ManualDiscount.objects.count() == 1


def test_expired_one_makes_room(anna, people):
    ask(anna, 3, actor=people["rita"])

    fresh = ask(anna, 2, actor=people["rita"], at=NOON + timedelta(hours=4))

    assert fresh.status == "APPROVED"


def test_discount_taken_back_after_the_quote_changes_it(anna, people):
    discount = ask(anna, 3, actor=people["rita"])
    quoted = quote_of(anna)
    cancel(discount.pk, clinic=make_clinic(), actor=people["rita"], at=NOON)

    with pytest.raises(QuoteChanged) as change:
        confirm_receipt(quoted.token, clinic=make_clinic(), actor=people["rita"], at=NOON)

    assert change.value.fresh.quote.discount_kopecks == 0
    assert Receipt.objects.count() == 0


def test_discount_is_not_for_another_clinic(anna, people):
    ask(anna, 3, actor=people["rita"])

    assert quote_of(anna, clinic=make_clinic(code="khimki")).quote.discount_kopecks == 0


def test_two_roles_of_a_person_give_the_higher_maximum(anna, people):
    people["rita"].groups.add(Group.objects.get(name="senior"))

    assert ask(anna, 10, actor=people["rita"]).status == "APPROVED"
