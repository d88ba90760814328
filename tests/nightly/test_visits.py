"""The night closes the visits that everybody forgot."""

from datetime import date, timedelta

import pytest

from clinics import fail_points
from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Account, Lot, NightlyRun, Operation, Receipt
from loyalty.nightly import night
from loyalty.rules.facts import SpendChoice
from tests.nightly.burning import moscow
from tests.people import make_clinic, make_rita, make_service
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db

PAID_AT = moscow(2026, 11, 22, 12, 0)
POINTS = {
    "value_kopecks": 100,
    "life": {"kind": "months", "months": 2},
    "pending_from": "visit_closed",
    "visit_closes_after_days": 3,
}


@pytest.fixture
def receipt():
    """Anna has paid 10 000 and earned 500 points; nobody has closed her visit."""
    publish_preset("cosmetology", points=POINTS)
    draft = ReceiptDraft(
        patient_id=make_member().pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=1_000_000, service_id=make_service("consult", "hygiene").pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=PAID_AT)
    return confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=PAID_AT).receipt


def figures():
    account = Account.objects.get()
    return account.balance, account.pending


def step():
    run = NightlyRun.objects.filter(step="VISITS").latest("id")
    return run.accounts, run.points


def test_a_forgotten_visit_is_closed_in_the_night_of_its_day(receipt):
    night.run_due_nights(at=moscow(2026, 11, 24, 3, 10))
    assert (figures(), step()) == ((0, 500), (0, 0))

    night.run_due_nights(at=moscow(2026, 11, 25, 3, 10))

    assert (figures(), step()) == ((500, 0), (1, 500))
    receipt.refresh_from_db()
    assert receipt.visit_closed_at == moscow(2026, 11, 25, 3, 10)
    assert Lot.objects.get().last_day == date(2027, 1, 25)
    operation = Operation.objects.get(kind="VISIT")
    assert (operation.actor, operation.source) == (None, "SYSTEM")


def test_the_same_night_again_closes_nothing_more(receipt):
    at = moscow(2026, 11, 25, 3, 10)
    night.run_due_nights(at=at)

    night.repeat_nights(at=at + timedelta(hours=1))

    assert figures() == (500, 0)
    assert step() == (1, 500)
    assert Receipt.objects.get().visit_closed_at == at


def test_nights_that_were_missed_are_caught_up(receipt):
    night.run_due_nights(at=moscow(2026, 12, 20, 3, 10))

    assert figures() == (500, 0)
    assert Lot.objects.get().last_day == date(2027, 2, 20)


def test_a_night_broken_at_a_visit_is_finished_by_the_next_run(receipt, monkeypatch):
    def stumble(name):
        if name == "nightly.in_visit":
            raise RuntimeError(name)

    monkeypatch.setattr(fail_points, "reached", stumble)
    with pytest.raises(night.NightFailed):
        night.run_due_nights(at=moscow(2026, 11, 25, 3, 10))
    assert (figures(), step()) == ((0, 500), (0, 0))
    assert Receipt.objects.get().visit_closed_at is None
    monkeypatch.undo()

    night.run_due_nights(at=moscow(2026, 11, 25, 3, 25))

    assert (figures(), step()) == ((500, 0), (1, 500))
