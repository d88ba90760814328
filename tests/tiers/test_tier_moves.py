"""Who would get another tier under a draft: exact counts and people, by one query, with nothing written."""

from datetime import date, timedelta
from itertools import product

import pytest

from clinics.models import Clinic
from loyalty.models import Standing
from loyalty.program.versions import current_program
from loyalty.rules.compilation import compile_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_states import effective_tier, settled
from loyalty.rules.turnover import Turnover
from loyalty.tiers.manual import grant_manual_tier
from loyalty.tiers.moves import TierMove, moving_patients, tier_moves
from loyalty.tiers.standing import stored_state
from loyalty.tiers.turnovers import read_turnover
from tests.people import make_clinic, make_staff
from tests.programs import make_member, tiers_with
from tests.rules.build import preset
from tests.tiers.paying import YEAR, moscow, pay, refund, run_tiers

pytestmark = pytest.mark.django_db
NOON = moscow(2026, 11, 22, 12, 0)


def draft(*, thresholds=(0, 50_000, 150_000, 300_000), codes=None, **settings) -> CompiledProgram:
    """The dentistry preset with other thresholds or codes of its tiers, counting the whole life by default."""
    document = preset("dentistry")
    levels = document["tiers"]["levels"][: len(thresholds)]
    for level, threshold, code in zip(
        levels, thresholds, codes or [level["code"] for level in levels], strict=True
    ):
        level.update(threshold_roubles=threshold, code=code)
    document["tiers"] = tiers_with(levels=levels, **settings)
    return compile_program(document)


def moves(program, *, at=NOON):
    told = tier_moves(program, clinics=list(Clinic.objects.all()), at=at)
    return {(move.now, move.then): move.members for move in told}


def people(program, now, then, *, at=NOON):
    found = moving_patients(program, clinics=list(Clinic.objects.all()), at=at, now=now, then=then)
    return list(found.order_by("pk").values_list("pk", flat=True))


def member(number, **fields):
    return make_member(phone=f"+791600000{number:02}", at=moscow(2026, 1, 15, 12, 0), **fields)


@pytest.fixture
def members():
    """By stored tier and turnover: three silver, one gold, one standart."""
    run_tiers(turnover={"kind": "lifetime"}, downgrade="never")
    wanted = [("silver", 50_000), ("silver", 60_000), ("silver", 149_999), ("gold", 150_000), ("standart", 0)]
    return [member(number, tier=tier, turnover=paid) for number, (tier, paid) in enumerate(wanted)]


def test_lower_threshold_raises_those_who_reach_it(members):
    easier = draft(thresholds=(0, 50_000, 60_000, 300_000))

    assert moves(easier) == {
        ("standart", "standart"): 1, ("silver", "silver"): 1, ("silver", "gold"): 2, ("gold", "gold"): 1,
    }  # fmt: skip
    assert people(easier, "silver", "gold") == [members[1].pk, members[2].pk]


@pytest.mark.parametrize(
    ("downgrade", "expected"),
    [
        ("never", {("silver", "silver"): 3, ("gold", "gold"): 1}),
        ("at_end", {("silver", "silver"): 1, ("silver", "standart"): 2, ("gold", "silver"): 1}),
        ("one_step", {("silver", "silver"): 1, ("silver", "standart"): 2, ("gold", "silver"): 1}),
    ],
)
def test_higher_thresholds_lower_by_the_policy_of_the_draft(members, downgrade, expected):
    harder = draft(thresholds=(0, 100_000, 200_000, 400_000), downgrade=downgrade)

    assert moves(harder) == {("standart", "standart"): 1, **expected}


def test_one_step_is_told_even_where_more_would_follow(members):
    harder = draft(thresholds=(0, 400_000, 500_000, 600_000), downgrade="one_step")

    assert moves(harder)["gold", "silver"] == 1


def test_removed_tier_gives_way_to_the_one_reached_even_where_nothing_falls(members):
    assert moves(draft(codes=("standart", "bronze", "gold", "premium"))) == {
        ("standart", "standart"): 1, ("silver", "bronze"): 3, ("gold", "gold"): 1,
    }  # fmt: skip


def test_shorter_list_of_tiers(members):
    assert moves(draft(thresholds=(0, 50_000)))["gold", "silver"] == 1


def test_window_counts_payments_of_its_days_less_refunds():
    run_tiers(downgrade="never")
    kept, old, refunded = member(1), member(2), member(3)
    pay(kept, 60_000, at=moscow(2025, 11, 22, 0, 0))
    pay(old, 60_000, at=moscow(2025, 11, 21, 23, 59, 59))
    refund(pay(refunded, 60_000, at=moscow(2026, 3, 1, 12, 0)), at=moscow(2026, 3, 2, 12, 0))

    rolling = draft(turnover=YEAR, downgrade="at_end")

    assert people(rolling, "silver", "silver") == [kept.pk]
    assert people(rolling, "silver", "standart") == [old.pk, refunded.pk]


def test_floor_holds_through_its_last_day():
    run_tiers(downgrade="never")
    anna = member(1)
    grant_manual_tier(
        patient_id=anna.pk,
        tier="gold",
        ends_on=date(2026, 11, 30),
        reason="Мама врача",
        author=make_staff("maria", "manager"),
        at=NOON,
    )
    harder = draft(downgrade="at_end")

    assert moves(harder, at=moscow(2026, 11, 30, 23, 59, 59)) == {("gold", "gold"): 1}
    assert moves(harder, at=moscow(2026, 12, 1, 0, 0)) == {("gold", "standart"): 1}


def test_draft_without_tiers_moves_nobody(members):
    document = preset("cosmetology")

    assert tier_moves(compile_program(document), clinics=[make_clinic()], at=NOON) == []


def test_only_members_of_the_given_clinics_are_told_of(members):
    omsk = make_clinic("omsk", timezone="Asia/Omsk")
    vera = member(9, clinic=omsk, tier="gold", turnover=0)
    harder = draft(downgrade="at_end")

    assert tier_moves(harder, clinics=[omsk], at=NOON) == [TierMove("gold", "standart", 1)]
    assert list(moving_patients(harder, clinics=[omsk], at=NOON, now="gold", then="standart")) == [vera]
    assert tier_moves(harder, clinics=[], at=NOON) == []


def test_one_query_for_the_counts_and_one_for_a_page(members, django_assert_num_queries):
    clinics = list(Clinic.objects.all())
    rolling = draft(turnover=YEAR, downgrade="at_end")

    with django_assert_num_queries(1):
        tier_moves(rolling, clinics=clinics, at=NOON)
    with django_assert_num_queries(1):
        page = list(
            moving_patients(rolling, clinics=clinics, at=NOON, now="silver", then="standart").order_by("pk")[1:3]
        )

    assert [patient.pk for patient in page] == [members[1].pk, members[2].pk]


@pytest.mark.parametrize("turnover", [YEAR, {"kind": "lifetime"}])
@pytest.mark.parametrize("downgrade", ["never", "at_end"])
def test_told_moves_are_those_that_a_night_without_grace_makes(turnover, downgrade):
    """Every stored tier, with what was paid before and within the year, and with and without a floor."""
    run_tiers(downgrade="never")
    stored = ["standart", "silver", "gold", "gone"]
    paid = [(0, 0), (60_000, 0), (10_000, 60_000), (0, 160_000)]
    for number, (tier, (before, within), floor) in enumerate(product(stored, paid, ["", "silver"])):
        patient = member(number)
        for roubles, paid_at in ((before, moscow(2025, 11, 21, 12, 0)), (within, NOON - timedelta(days=9))):
            if roubles:
                pay(patient, roubles, at=paid_at)
        fields = {"floor_tier": floor, "floor_until": NOON.date() if floor else None}
        Standing.objects.filter(patient=patient).update(tier=tier, earned_tier=tier, **fields)
    program = draft(
        thresholds=(0, 55_000, 150_000, 300_000), turnover=turnover, downgrade=downgrade, tier_grace_days=0
    )

    expected: dict[tuple[str, str], int] = {}
    for standing in Standing.objects.all():
        counted: Turnover = read_turnover(standing, program=program, day=NOON.date())
        state = settled(program, stored_state(standing), turnover=counted, day=NOON.date())
        key = (standing.tier, effective_tier(program, state, day=NOON.date()).code)
        expected[key] = expected.get(key, 0) + 1

    assert moves(program) == expected
    assert current_program(at=NOON).program.tier_key != program.tier_key
