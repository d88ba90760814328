"""The last one in stock, one confirmation from many taps, one code at two desks: each once.

The controls show the bugs without the guard.
"""

import threading

import pytest
from django.db.models import QuerySet

from loyalty.checkout import confirming
from loyalty.checkout.confirming import ConfirmedReceipt
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.audit import breaches
from loyalty.models import Privilege, PrivilegeCode, Receipt
from loyalty.privileges import buying
from loyalty.privileges.buying import BoughtPrivilege, PrivilegeWish, SoldOut, buy_privilege
from loyalty.privileges.using import PrivilegeRefused, WhyNot
from tests.people import make_clinic, make_rita
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.privileges.test_receipts import draft_for
from tests.programs import NOON, give_points, make_member
from tests.proofs import confirm_with_proof
from tests.threads import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
BUYERS = 6


@pytest.fixture
def crowd():
    people = [make_buyer(points=1000)]
    for number in range(1, BUYERS):
        people.append(make_member("Гость", f"№{number}", f"+7916000000{number}"))
        give_points(people[-1], 1000, at=NOON)
    return people


def buy_together(people, privilege):
    def tap(index):
        wish = PrivilegeWish(patient_id=people[index].pk, privilege_id=privilege.pk, points=1000, key="tap")
        return buy_privilege(wish, at=NOON)

    return run_together(len(people), tap)


def test_control_reading_the_stock_before_taking_from_it_oversells(crowd, monkeypatch):
    everybody_read = threading.Barrier(BUYERS, timeout=30)
    privilege = make_privilege(price=1000, stock=100)

    def read_then_write(privilege):
        sold = Privilege.objects.values_list("sold", flat=True).get(pk=privilege.pk)
        everybody_read.wait()
        if sold >= 1:  # as if there were one in stock
            raise SoldOut(stock=1)
        Privilege.objects.filter(pk=privilege.pk).update(sold=sold + 1)

    monkeypatch.setattr(buying, "_take_from_stock", read_then_write)

    bought = [each for each in buy_together(crowd, privilege) if isinstance(each, BoughtPrivilege)]

    assert len(bought) == BUYERS


def test_last_one_in_stock_is_sold_once(crowd):
    privilege = make_privilege(price=1000, stock=1)

    results = buy_together(crowd, privilege)

    privilege.refresh_from_db()
    assert sorted(type(each).__name__ for each in results) == ["BoughtPrivilege"] + ["SoldOut"] * (BUYERS - 1)
    assert (privilege.sold, PrivilegeCode.objects.count()) == (1, 1)
    assert list(breaches()) == []


def test_many_taps_on_one_confirmation_buy_once():
    anna = make_buyer(points=5000)
    privilege = make_privilege(price=1000)

    results = buy_together([anna] * BUYERS, privilege)

    assert {each.code.pk for each in results} == {PrivilegeCode.objects.get().pk}
    assert sum(not each.is_duplicate for each in results) == 1
    assert list(breaches()) == []


def confirm_at_two_desks():
    anna = make_buyer(points=1000)
    code = buy(anna, make_privilege(price=1000))
    rita, clinic = make_rita(), make_clinic()
    tokens = [quote_receipt(draft_for(anna, code), at=NOON).token for _desk in range(2)]
    return run_together(2, lambda index: confirm_with_proof(tokens[index], clinic=clinic, actor=rita, at=NOON))


@pytest.fixture
def both_desks_read_before_either_posts(monkeypatch):
    """Without the account's lock, which the confirmation takes first."""
    both_read, quote_draft = threading.Barrier(2, timeout=30), confirming.quote_draft

    def quote_and_wait(*args, **kwargs):
        quoted = quote_draft(*args, **kwargs)
        both_read.wait()
        return quoted

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(confirming, "quote_draft", quote_and_wait)


@pytest.mark.usefixtures("both_desks_read_before_either_posts")
def test_control_without_lock_and_guard_both_desks_use_the_code(monkeypatch):
    def use_what_was_read(presented, *, receipt_id, at):
        for each in presented:
            PrivilegeCode.objects.filter(pk=each.code.pk).update(status="USED", receipt=receipt_id, used_at=at)

    monkeypatch.setattr(confirming, "use_codes", use_what_was_read)

    results = confirm_at_two_desks()

    assert [type(each) for each in results] == [ConfirmedReceipt] * 2
    assert [receipt.discount for receipt in Receipt.objects.all()] == [1000, 1000]


@pytest.mark.usefixtures("both_desks_read_before_either_posts")
def test_code_read_as_unused_by_both_is_still_used_once():
    results = confirm_at_two_desks()

    assert sorted(type(each).__name__ for each in results) == ["ConfirmedReceipt", "PrivilegeRefused"]
    assert Receipt.objects.count() == 1


def test_one_code_at_two_desks_is_one_success_and_one_refusal_with_its_reason():
    results = confirm_at_two_desks()

    refused = [each for each in results if isinstance(each, PrivilegeRefused)]
    assert [each.why for each in refused] == [WhyNot.USED]
    assert refused[0].receipt_id == Receipt.objects.get().pk == PrivilegeCode.objects.get().receipt_id
