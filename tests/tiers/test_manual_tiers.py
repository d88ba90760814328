"""A tier by hand: a floor with an author, a reason and a last day; above it the earned tier goes its own way."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from clinics.models import AuditEvent
from loyalty.checkout.member_state import NoAccount
from loyalty.models import ManualTier
from loyalty.rules.tier_states import TierState
from loyalty.tiers.manual import (
    EndOutOfRange,
    NoManualTier,
    UnknownTier,
    end_manual_tier,
    find_manual_tier,
    grant_manual_tier,
)
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import make_member
from tests.tiers.paying import (
    moscow,
    notices,
    pay,
    quote,
    refund,
    run_night,
    run_tiers,
    standing_of,
    state_of,
)

pytestmark = pytest.mark.django_db
NOON = moscow(2026, 11, 22, 12, 0)
END = date(2026, 12, 31)


@pytest.fixture
def maria():
    return make_staff("maria", "manager")


@pytest.fixture
def anna():
    run_tiers(turnover={"kind": "lifetime"}, downgrade="never")
    return make_member(at=moscow(2026, 1, 15, 12, 0))


def grant(patient, maria, tier="gold", *, ends_on=END, at=NOON, reason="Мама врача"):
    return grant_manual_tier(patient_id=patient.pk, tier=tier, ends_on=ends_on, reason=reason, author=maria, at=at)


def written():
    return ManualTier.objects.count(), AuditEvent.objects.count(), len(notices("tier.changed"))


def test_granted_tier_counts_from_the_next_quote_with_its_author_and_reason(anna, maria):
    manual = grant(anna, maria)

    assert quote(anna, 1_000, at=NOON).quote.tier == "gold"
    assert (standing_of(anna).tier, standing_of(anna).earned_tier) == ("gold", "standart")
    assert (manual.author, manual.reason, manual.ends_on) == (maria, "Мама врача", END)
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_id, event.reason) == (
        "tier.granted", maria, str(anna.pk), "Мама врача",
    )  # fmt: skip
    assert event.details == {"manual_tier": manual.pk, "tier": "gold", "ends_on": "2026-12-31"}


def test_patient_is_told_of_the_new_tier_in_the_daytime(anna, maria):
    grant(anna, maria, at=moscow(2026, 11, 22, 22, 0))

    (notice,) = notices("tier.changed")
    assert (notice.context, notice.due_at) == ({"was": "standart", "tier": "gold"}, moscow(2026, 11, 23, 10, 0))


@pytest.mark.parametrize(
    ("at", "tier"), [(moscow(2026, 12, 31, 23, 59, 59), "gold"), (moscow(2027, 1, 1, 0, 0), "standart")]
)
def test_last_day_is_inclusive_and_the_earned_tier_follows_though_nothing_falls_by_policy(anna, maria, at, tier):
    grant(anna, maria)

    assert quote(anna, 1_000, at=at).quote.tier == tier


def test_last_day_is_that_of_the_home_clinic(maria):
    run_tiers(turnover={"kind": "lifetime"})
    kamchatka = make_clinic("kamchatka", timezone="Asia/Kamchatka")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0), clinic=kamchatka)
    grant(anna, maria)

    assert quote(anna, 1_000, at=moscow(2026, 12, 31, 14, 59, 59)).quote.tier == "gold"
    assert quote(anna, 1_000, at=moscow(2026, 12, 31, 15, 0)).quote.tier == "standart"


def test_night_after_the_last_day_writes_the_earned_tier_and_tells_once(anna, maria):
    grant(anna, maria)

    before = run_night(END)
    changed = run_night(date(2027, 1, 1))
    again = run_night(date(2027, 1, 1))

    assert (before, changed, again) == (0, 1, 0)
    assert (standing_of(anna).tier, state_of(anna)) == ("standart", TierState("standart"))
    assert [notice.context["tier"] for notice in notices("tier.changed")] == ["gold", "standart"]


def test_payments_may_rise_above_the_floor_and_what_they_earned_stays(anna, maria):
    grant(anna, maria, "silver")
    pay(anna, 150_000, at=NOON)
    held = (standing_of(anna).tier, standing_of(anna).floor_tier)

    run_night(date(2027, 1, 1))

    assert held == ("gold", "silver")
    assert state_of(anna) == TierState("gold")
    assert [notice.context["tier"] for notice in notices("tier.changed")] == ["silver", "gold"]


def test_recount_never_lowers_below_the_floor(maria):
    run_tiers(turnover={"kind": "lifetime"}, tier_grace_days=0)
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    receipt = pay(anna, 60_000, at=NOON)
    grant(anna, maria, "silver")

    refund(receipt, at=NOON)
    run_night(date(2026, 11, 23))

    assert (standing_of(anna).tier, state_of(anna).earned) == ("silver", "standart")
    assert [notice.context["tier"] for notice in notices("tier.changed")] == ["silver"]


def test_risk_behind_a_longer_floor_is_not_told(maria):
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=moscow(2026, 1, 31, 12, 0))
    grant(anna, maria, ends_on=date(2027, 12, 31))

    run_night(date(2027, 2, 1))
    run_night(date(2027, 3, 4))

    assert (standing_of(anna).tier, state_of(anna).earned) == ("gold", "standart")
    assert notices("tier.at_risk") == []


def test_new_grant_replaces_the_one_before(anna, maria):
    first = grant(anna, maria)

    second = grant(anna, maria, "premium", ends_on=date(2026, 11, 30), at=NOON + timedelta(hours=1))

    first.refresh_from_db()
    assert (first.ended_at, first.ended_by) == (NOON + timedelta(hours=1), maria)
    assert find_manual_tier(patient_id=anna.pk, today=date(2026, 11, 30)) == second
    assert state_of(anna).floor_until == date(2026, 11, 30)


def test_new_grant_follows_one_that_has_run_out(anna, maria):
    grant(anna, maria)

    grant(anna, maria, ends_on=date(2027, 2, 1), at=moscow(2027, 1, 15, 12, 0))

    assert ManualTier.objects.filter(ended_at=None).count() == 1


def test_ended_tier_gives_way_at_once(anna, maria):
    manual = grant(anna, maria)

    end_manual_tier(patient_id=anna.pk, actor=maria, at=NOON + timedelta(hours=1))

    manual.refresh_from_db()
    assert (manual.ended_by, standing_of(anna).tier) == (maria, "standart")
    assert state_of(anna) == TierState("standart")
    assert list(AuditEvent.objects.order_by("id").values_list("code", flat=True)) == ["tier.granted", "tier.ended"]


def test_nothing_to_end_is_refused(anna, maria):
    grant(anna, maria)
    before = written()

    with pytest.raises(NoManualTier):
        end_manual_tier(patient_id=anna.pk, actor=maria, at=moscow(2027, 1, 1, 0, 0))

    assert written() == before


@pytest.mark.parametrize("ends_on", [date(2026, 11, 21), date(2036, 12, 1), date.max])
def test_end_in_the_past_or_too_far_ahead_is_refused(anna, maria, ends_on):
    with pytest.raises(EndOutOfRange) as refused:
        grant(anna, maria, ends_on=ends_on)

    assert (refused.value.first_day, refused.value.last_day) == (date(2026, 11, 22), date(2036, 11, 29))
    assert written() == (0, 0, 0)


def test_tier_that_the_program_does_not_have_is_refused(anna, maria):
    with pytest.raises(UnknownTier):
        grant(anna, maria, "platinum")

    assert written() == (0, 0, 0)


def test_person_without_an_account_is_refused(maria):
    run_tiers()
    vera = make_patient("Лебедева", "Вера", "+79167654321")

    with pytest.raises(NoAccount):
        grant(vera, maria)

    assert written() == (0, 0, 0)


@pytest.mark.parametrize(
    "wrong", [{}, {"reason": "", "ended_at": NOON}, {"ended_at": NOON}], ids=["second", "no reason", "by nobody"]
)
def test_database_refuses_a_second_open_one_and_half_told_facts(anna, maria, wrong):
    grant(anna, maria)
    fields = {"patient": anna, "tier": "gold", "ends_on": END, "author": maria, "granted_at": NOON}

    with pytest.raises(IntegrityError):
        ManualTier.objects.create(**{"reason": "Ещё один"} | fields | wrong)
