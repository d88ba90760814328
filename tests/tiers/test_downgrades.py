"""A tier through its life: risen by receipts, at risk after a year, kept by a payment or lowered by a night."""

from datetime import date, timedelta

import pytest

from loyalty.rules.tier_states import TierState
from patients.models import Patient
from tests.people import make_clinic
from tests.programs import make_member, publish_preset, tiers_with
from tests.tiers.paying import (
    moscow,
    notices,
    pay,
    quote,
    refund,
    run_night,
    run_nights,
    run_tiers,
    standing_of,
    state_of,
)

pytestmark = pytest.mark.django_db
PAID_AT = moscow(2026, 1, 31, 23, 59, 59)
LAST_DAY = date(2027, 1, 31)
GRACE_END = date(2027, 3, 3)


@pytest.fixture
def anna():
    """Silver since 31 January 2026 by one payment of 60 000."""
    run_tiers()
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=PAID_AT)
    return anna


def test_receipt_that_crosses_a_threshold_earns_at_the_old_rate_and_the_next_one_at_the_new(anna):
    receipt = pay(anna, 1_000, at=PAID_AT + timedelta(days=1))

    assert [(each.tier, each.points_earned) for each in anna.receipts.order_by("id")] == [
        ("standart", 3_000),
        ("silver", 70),
    ]
    assert receipt.tier == "silver"


def test_raised_tier_is_told_once(anna):
    (notice,) = notices("tier.changed")

    assert notice.context == {"was": "standart", "tier": "silver"}
    assert (notice.patient_id, notice.due_at) == (anna.pk, PAID_AT)


def test_payment_counts_to_its_last_day_and_the_next_night_begins_the_grace(anna):
    run_nights(date(2026, 2, 1), LAST_DAY)
    kept = state_of(anna)

    run_night(LAST_DAY + timedelta(days=1))

    assert kept == TierState("silver", due_on=date(2027, 2, 1))
    assert state_of(anna) == TierState("silver", grace_until=GRACE_END, due_on=date(2027, 3, 4))
    assert standing_of(anna).tier == "silver"


def test_grace_is_told_once_however_often_the_night_runs(anna):
    for day in (date(2027, 2, 1), date(2027, 2, 1), date(2027, 2, 2), GRACE_END):
        run_night(day)

    (notice,) = notices("tier.at_risk")
    assert notice.context == {"grace_until": "2027-03-03"}
    assert notice.due_at == moscow(2027, 2, 1, 10, 0)
    assert notice.not_after == moscow(2027, 3, 4, 0, 0)


@pytest.mark.parametrize("recount", ["at_once", "nightly"])
def test_payment_on_the_last_day_of_the_grace_keeps_the_tier_at_once(recount):
    run_tiers(recount=recount)
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=PAID_AT)
    run_nights(date(2026, 2, 1), date(2026, 2, 2))
    run_night(date(2027, 2, 1))

    pay(anna, 50_000, at=moscow(2027, 3, 3, 23, 59, 59))

    assert state_of(anna) == TierState("silver", due_on=date(2028, 3, 4))
    assert run_night(date(2027, 3, 4)) == 0
    assert [notice.event for notice in notices("tier.at_risk")] == ["tier.at_risk"]


def test_payment_that_does_not_suffice_keeps_the_grace_as_it_was(anna):
    run_night(date(2027, 2, 1))

    pay(anna, 49_999, at=moscow(2027, 2, 2, 12, 0))

    assert state_of(anna).grace_until == GRACE_END


def test_after_the_grace_the_tier_falls_to_the_one_reached_and_this_is_told(anna):
    run_night(date(2027, 2, 1))

    changed = run_night(date(2027, 3, 4))

    assert changed == 1
    assert (standing_of(anna).tier, state_of(anna)) == ("standart", TierState("standart"))
    assert [notice.context for notice in notices("tier.changed")[1:]] == [{"was": "silver", "tier": "standart"}]


def test_one_step_at_a_time_each_after_its_own_grace():
    run_tiers(downgrade="one_step")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 160_000, at=PAID_AT)

    tiers = []
    for day in (date(2027, 2, 1), GRACE_END, date(2027, 3, 4), date(2027, 4, 3), date(2027, 4, 4)):
        run_night(day)
        tiers.append((standing_of(anna).tier, state_of(anna).grace_until))

    assert tiers == [
        ("gold", GRACE_END),
        ("gold", GRACE_END),
        ("silver", date(2027, 4, 3)),
        ("silver", date(2027, 4, 3)),
        ("standart", None),
    ]
    assert len(notices("tier.at_risk")) == 1  # the second grace is told with the first step down
    assert len(notices("tier.changed")) == 3


def test_never_keeps_a_tier_after_its_year():
    run_tiers(downgrade="never")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    pay(anna, 60_000, at=PAID_AT)

    run_nights(date(2027, 1, 30), date(2027, 2, 3))

    assert state_of(anna) == TierState("silver")
    assert notices("tier.at_risk") == []


def test_late_night_gives_the_whole_grace(anna):
    run_night(date(2027, 5, 1))

    assert state_of(anna) == TierState("silver", grace_until=date(2027, 5, 31), due_on=date(2027, 6, 1))


def test_desk_sees_the_fallen_tier_though_the_night_has_not_run(anna):
    run_night(date(2027, 2, 1))

    on_the_last_day = quote(anna, 1_000, at=moscow(2027, 3, 3, 23, 59, 59))
    after_it = quote(anna, 1_000, at=moscow(2027, 3, 4, 0, 0))

    assert (on_the_last_day.quote.tier, on_the_last_day.quote.earned_points) == ("silver", 70)
    assert (after_it.quote.tier, after_it.quote.earned_points) == ("standart", 50)
    assert standing_of(anna).tier == "silver"


def test_receipt_before_a_late_night_writes_the_fall_down_and_the_night_finds_nothing(anna):
    run_night(date(2027, 2, 1))

    receipt = pay(anna, 1_000, at=moscow(2027, 3, 4, 9, 0))

    assert (receipt.tier, standing_of(anna).tier) == ("standart", "standart")
    assert len(notices("tier.changed")) == 2
    assert run_night(date(2027, 3, 4)) == 0
    assert len(notices("tier.changed")) == 2


def test_refund_lowers_nothing_itself_and_the_coming_night_begins_the_grace(anna):
    receipt = anna.receipts.get()

    refund(receipt, at=moscow(2026, 3, 1, 12, 0))
    untouched = (standing_of(anna).tier, state_of(anna).grace_until, run_night(date(2026, 3, 1)))
    run_night(date(2026, 3, 2))

    assert untouched == ("silver", None, 0)
    assert state_of(anna) == TierState("silver", grace_until=date(2026, 4, 1), due_on=date(2026, 4, 2))
    assert [notice.event for notice in notices("tier.changed")] == ["tier.changed"]


def test_refund_never_takes_a_tier_by_default():
    publish_preset(has_welcome=False)
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))
    refund(pay(anna, 60_000, at=PAID_AT), at=moscow(2026, 3, 1, 12, 0))

    run_night(date(2026, 3, 2))

    assert (standing_of(anna).turnover, state_of(anna)) == (0, TierState("silver"))


def test_nightly_program_raises_with_the_next_night():
    run_tiers(recount="nightly")
    anna = make_member(at=moscow(2026, 1, 15, 12, 0))

    pay(anna, 60_000, at=moscow(2026, 1, 31, 12, 0))
    same_day = quote(anna, 1_000, at=moscow(2026, 1, 31, 13, 0)).quote.tier
    changed = run_night(date(2026, 2, 1))

    assert (same_day, changed, standing_of(anna).tier) == ("standart", 1, "silver")
    assert notices("tier.changed")[0].due_at == moscow(2026, 2, 1, 10, 0)


def test_new_program_raises_starts_graces_and_replaces_codes_that_are_gone():
    run_tiers(turnover={"kind": "lifetime"})
    rises = make_member(at=moscow(2026, 1, 15, 12, 0), tier="silver", turnover=120_000)
    falls = make_member("Лебедева", "Вера", "+79167654321", tier="gold", turnover=150_000)
    gone = make_member("Петрова", "Рита", "+79167654322", tier="premium", turnover=300_000)
    stays = make_member("Орлова", "Мария", "+79167654323", tier="standart", turnover=0)
    levels = tiers_with()["levels"][:3]
    for level, threshold in zip(levels, (0, 100_000, 200_000), strict=True):
        level["threshold_roubles"] = threshold
    levels[2]["code"] = "platinum"
    rule = {"code": "cashback", "title": {"ru": "К", "en": "C"}, "effect": {"kind": "percent", "percent": 5}}
    publish_preset(
        has_welcome=False,
        starts_at=moscow(2026, 11, 22, 0, 0),
        tiers=tiers_with(levels=levels, downgrade="at_end"),
        earning={"rules": [rule]},
    )

    changed = run_night(date(2026, 11, 22))

    assert changed == 2
    assert state_of(rises) == TierState("silver")
    assert state_of(falls) == TierState("silver")
    assert state_of(gone) == TierState("platinum")
    assert state_of(stays) == TierState("standart")
    assert [notice.patient_id for notice in notices("tier.changed")] == [falls.pk, gone.pk]


def test_higher_thresholds_begin_graces_in_the_night_after_they_are_published():
    run_tiers(turnover={"kind": "lifetime"})
    anna = make_member(at=moscow(2026, 1, 15, 12, 0), tier="silver", turnover=60_000)
    levels = tiers_with()["levels"]
    levels[1]["threshold_roubles"] = 70_000
    publish_preset(
        has_welcome=False,
        starts_at=moscow(2026, 11, 22, 0, 0),
        tiers=tiers_with(levels=levels, downgrade="at_end"),
    )

    before = quote(anna, 1_000, at=moscow(2026, 11, 22, 1, 0)).quote.tier
    run_night(date(2026, 11, 22))

    assert before == "silver"
    assert state_of(anna).grace_until == date(2026, 12, 22)


def test_version_with_the_same_tiers_judges_nobody_anew(anna, django_assert_num_queries):
    run_tiers(starts_at=moscow(2026, 6, 1, 0, 0), tier_grace_days=5)

    run_night(date(2026, 11, 22))
    # The program in force and who is due; the test itself asks for its clinic and twice for the journal.
    with django_assert_num_queries(5):
        assert run_night(date(2026, 11, 22)) == 0

    assert quote(anna, 1_000, at=moscow(2026, 11, 22, 12, 0)).quote.tier == "silver"


def test_program_without_tiers_keeps_the_stored_ones_for_the_next(anna):
    publish_preset("cosmetology", has_welcome=False, starts_at=moscow(2026, 6, 1, 0, 0))

    run_night(date(2027, 3, 4))
    tierless = quote(anna, 1_000, at=moscow(2027, 3, 4, 12, 0)).quote.tier
    pay(anna, 1_000, at=moscow(2027, 3, 4, 12, 0))

    assert tierless is None
    assert standing_of(anna).tier == "silver"


def test_contacts_and_people_who_left_are_told_nothing(anna):
    Patient.objects.update(status=Patient.Status.CONTACT, joined_at=None)

    run_night(date(2027, 2, 1))
    run_night(date(2027, 3, 4))

    assert standing_of(anna).tier == "standart"
    assert len(notices("tier.changed")) == 1
    assert notices("tier.at_risk") == []


def test_night_of_one_clinic_leaves_the_others_alone(anna):
    other = make_clinic("omsk", timezone="Asia/Omsk")

    run_night(date(2027, 2, 1), clinic=other)

    assert state_of(anna).grace_until is None
