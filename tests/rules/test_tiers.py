"""Which tier a turnover reaches, and what is missing for the next."""

import pytest

from loyalty.rules.tiers import Progress, progress_to_next, tier_for_turnover
from tests.rules.build import compiled, tiered


@pytest.mark.parametrize(("roubles", "tier"), [(45_000, "level2"), (95_000, "level2"), (105_000, "level3")])
def test_total_decides_the_level(roubles, tier):
    assert tier_for_turnover(tiered(0, 40_000, 100_000), turnover_kopecks=roubles * 100).code == tier


@pytest.mark.parametrize(
    ("kopecks", "tier"),
    [
        (0, "standart"),
        (4_999_999, "standart"),
        (5_000_000, "silver"),
        (15_000_000, "gold"),
        (30_000_000, "premium"),
    ],
)
def test_threshold_is_reached_to_the_kopeck(kopecks, tier):
    assert tier_for_turnover(compiled("dentistry"), turnover_kopecks=kopecks).code == tier


def test_program_without_tiers_has_none():
    assert tier_for_turnover(compiled("cosmetology"), turnover_kopecks=5_000_000) is None
    assert progress_to_next(compiled("cosmetology"), tier=None, turnover_kopecks=0) is None


def test_progress_of_anna_to_premium():
    progress = progress_to_next(compiled("dentistry"), tier="gold", turnover_kopecks=28_200_000)

    assert progress == Progress("premium", missing_kopecks=1_800_000, reached_bp=8_800)


def test_progress_of_a_tier_kept_after_refunds_starts_empty():
    progress = progress_to_next(compiled("dentistry"), tier="gold", turnover_kopecks=1_000_000)

    assert progress == Progress("premium", missing_kopecks=29_000_000, reached_bp=0)


def test_the_top_has_no_next_tier():
    assert progress_to_next(compiled("dentistry"), tier="premium", turnover_kopecks=99_000_000) is None


def test_perks_of_a_tier_are_its_own():
    program = compiled("dentistry")

    assert [perk.en for perk in program.tier_by_code["silver"].perks] == ["Care guides", "Online consultation"]
    assert program.tier_by_code["standart"].perks == ()


@pytest.mark.parametrize(
    "tiers",
    [
        {"downgrade": "at_end"},
        {"turnover": {"kind": "rolling_months", "months": 12}},
        {"levels": [{"code": "only", "title": {"ru": "а", "en": "a"}, "threshold_roubles": 0}]},
    ],
    ids=str,
)
def test_programs_that_judge_tiers_otherwise_have_another_key(tiers):
    plain = tiered(0, 40_000)

    assert tiered(0, 40_000, tier_grace_days=5).tier_key == plain.tier_key
    assert tiered(0, 40_000, **tiers).tier_key != plain.tier_key
