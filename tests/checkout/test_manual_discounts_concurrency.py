"""A yes and a no to one request at the same moment. The control, without the lock, gives both answers."""

import threading

import pytest
from django.db.models import QuerySet

from loyalty.checkout import manual_discounts
from loyalty.checkout.manual_discounts import DiscountWish, approve, ask_discount, refuse
from loyalty.models import ManualDiscount
from loyalty.program.versions import current_program
from tests.people import make_clinic, make_rita, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.threads import run_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
ANSWERS = 8


@pytest.fixture
def request_of_rita():
    publish_preset(has_welcome=False, discounts={"manual": {"most_percent_by_role": {}}})
    olga = make_staff("olga", "owner")
    wish = DiscountWish(
        patient=make_member(), clinic=make_clinic(), rate_bp=1_500, reason="Долго ждала", approver=olga
    )
    manual = current_program(at=NOON).program.discounts.manual
    return ask_discount(wish, manual=manual, actor=make_rita(), at=NOON)


def decide_together(discount):
    def decide(index):
        act = approve if index % 2 else refuse
        return act(discount.pk, actor=discount.approver, note="Решено", at=NOON)

    return [result for result in run_together(ANSWERS, decide) if isinstance(result, ManualDiscount)]


def test_control_without_the_lock_everybody_decides(request_of_rita, monkeypatch):
    everybody_read = threading.Barrier(ANSWERS, timeout=30)
    first = QuerySet.first

    def read_together(self):
        found = first(self)
        if self.model is ManualDiscount:
            everybody_read.wait()
        return found

    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, *args, **kwargs: self)
    monkeypatch.setattr(QuerySet, "first", read_together)

    assert len(decide_together(request_of_rita)) == ANSWERS


def test_exactly_one_answer_stands(request_of_rita):
    decided = decide_together(request_of_rita)

    assert len(decided) == 1
    assert ManualDiscount.objects.get().status == decided[0].status
    assert manual_discounts.waiting_for(request_of_rita.approver, at=NOON).count() == 0
