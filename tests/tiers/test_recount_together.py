"""The night and payments at one moment on committed rows, after the control without the account's lock."""

import pytest

from loyalty.checkout.confirming import QuoteChanged
from loyalty.models import NightlyRun, Standing
from loyalty.nightly import tier_recount
from tests.people import make_clinic
from tests.programs import make_member
from tests.threads import run_together
from tests.tiers.paying import moscow, notices, pay, run_night, run_tiers, standing_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]
MEMBERS = 6
GRACE_ENDS = moscow(2027, 3, 3, 23, 0)
NIGHT = moscow(2027, 3, 4, 3, 10)


@pytest.fixture
def members(monkeypatch):
    """Silver, in a grace that ends on 3 March 2027."""
    monkeypatch.setattr(tier_recount, "SLICE", 2)
    run_tiers()
    made = [make_member(phone=f"+7916000000{n}", at=moscow(2026, 1, 15, 12, 0)) for n in range(MEMBERS)]
    for patient in made:
        pay(patient, 60_000, at=moscow(2026, 1, 31, 12, 0))
    run_night(moscow(2027, 2, 1).date())
    return made


def pay_at_last(patient) -> None:
    """The desk shows a new quote when the night lowers the tier between quote and confirmation."""
    try:
        pay(patient, 50_000, at=GRACE_ENDS)
    except QuoteChanged:
        pay(patient, 50_000, at=GRACE_ENDS)


def night_of_4_march() -> None:
    clinic = make_clinic()
    run, _new = NightlyRun.objects.get_or_create(
        clinic=clinic, day=NIGHT.date(), step="TIERS", defaults={"started_at": NIGHT}
    )
    tier_recount.recount_tiers(clinic=clinic, run=run, at=NIGHT)


def test_control_without_the_lock_the_night_overwrites_a_payment_that_kept_the_tier(members, monkeypatch):
    anna, real = members[0], tier_recount.read_turnovers

    def read_then_pay(standings, **fields):
        turnovers = real(standings, **fields)
        if anna.pk in turnovers:
            run_together(1, lambda _index: pay(anna, 50_000, at=GRACE_ENDS))
        return turnovers

    monkeypatch.setattr(tier_recount, "read_turnovers", read_then_pay)
    monkeypatch.setattr(tier_recount, "_lock_accounts", lambda account_ids: None)

    night_of_4_march()

    assert anna.receipts.count() == 2
    assert standing_of(anna).tier == "standart"


def test_payments_during_the_night_keep_the_tier_whoever_comes_first(members):
    results = run_together(
        MEMBERS + 1,
        lambda index: night_of_4_march() if index == MEMBERS else pay_at_last(members[index]),
    )

    assert [result for result in results if isinstance(result, Exception)] == []
    assert set(Standing.objects.values_list("tier", "grace_until")) == {("silver", None)}


def test_two_nights_lower_and_tell_everybody_once(members):
    results = run_together(2, lambda _index: night_of_4_march())

    assert results == [None, None]
    assert set(Standing.objects.values_list("tier", flat=True)) == {"standart"}
    assert len(notices("tier.changed")) == 2 * MEMBERS  # risen a year ago, fallen now
    assert NightlyRun.objects.get(day=NIGHT.date()).accounts == MEMBERS
