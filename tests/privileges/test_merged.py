"""Codes of a card that was merged into another: the person who is left uses them, or gets their points."""

from datetime import UTC, datetime, timedelta

import pytest

from loyalty.ledger.audit import breaches
from loyalty.merging.merging import merge_patients, undo_merge
from loyalty.models import PrivilegeCode, Standing
from loyalty.nightly.night import run_due_nights
from tests.people import make_rita
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.privileges.test_receipts import draft_for, post
from tests.programs import NOON, give_points, make_member

pytestmark = pytest.mark.django_db
NIGHT_AFTER = datetime(2026, 12, 7, 0, 10, tzinfo=UTC)


@pytest.fixture
def rita():
    return make_rita()


@pytest.fixture
def merged(rita):
    """Anna's second card bought the code; then it was merged into her first one."""
    anna = make_buyer(points=500)
    second = make_member("Иванова", "Анна", "+79160000002")
    give_points(second, 1000, at=NOON - timedelta(days=100))
    code = buy(second, make_privilege(price=1000))
    merge = merge_patients(survivor_id=anna.pk, duplicate_id=second.pk, reason="одна Анна", actor=rita, at=NOON)
    return anna, code, merge


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def test_code_is_used_by_the_card_that_is_left(merged, rita):
    anna, code, _merge = merged

    assert post(draft_for(anna, code), rita).discount == 1000


def test_points_of_an_unused_code_move_on_to_the_card_that_is_left(merged):
    anna, code, _merge = merged

    run_due_nights(at=NIGHT_AFTER)

    code.refresh_from_db()
    assert (code.status, balance_of(anna), balance_of(code.operation.entries.get().account.patient)) == (
        "RETURNED",
        1500,
        0,
    )
    assert list(breaches()) == []


def test_undone_merge_gives_the_code_back(merged, rita):
    anna, _code, merge = merged

    undo_merge(merge_id=merge.pk, reason="разные", actor=rita, at=NOON)

    assert PrivilegeCode.objects.get().patient_id != anna.pk
