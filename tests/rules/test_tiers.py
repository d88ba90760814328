"""Which tier a turnover reaches, and what is missing for the next."""

import pytest

from loyalty.rules.tiers import Progress, progress_to_next, tier_after_recount, tier_for_turnover
from tests.rules.build import changed, compiled


def levels(*thresholds: int) -> list[dict]:
    return [
        {
            "code": f"level{number}",
            "title": {"ru": "у", "en": "l"},
            "threshold_roubles": threshold,
        }
        for number, threshold in enumerate(thresholds, 1)
    ]


def three_levels():
    return changed("cosmetology", tiers__levels=levels(0, 40_000, 100_000))


@pytest.mark.parametrize(("roubles", "tier"), [(45_000, "level2"), (95_000, "level2"), (105_000, "level3")])
def test_total_decides_the_level(roubles, tier):
    assert tier_for_turnover(three_levels(), turnover_kopecks=roubles * 100).code == tier


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


def test_recount_raises_the_tier():
    tier = tier_after_recount(compiled("dentistry"), current="standart", turnover_kopecks=15_000_000)

    assert tier.code == "gold"


def test_recount_never_lowers_the_tier():
    tier = tier_after_recount(compiled("dentistry"), current="gold", turnover_kopecks=100)

    assert tier.code == "gold"


def test_tier_that_the_program_no_longer_has_is_replaced_by_the_turnover():
    tier = tier_after_recount(compiled("dentistry"), current="platinum", turnover_kopecks=5_000_000)

    assert tier.code == "silver"


def test_progress_of_anna_to_premium():
    progress = progress_to_next(compiled("dentistry"), tier="gold", turnover_kopecks=28_200_000)

    assert progress == Progress("premium", missing_kopecks=1_800_000, reached_bp=8_800)


def test_progress_of_a_tier_kept_after_refunds_starts_empty():
    progress = progress_to_next(compiled("dentistry"), tier="gold", turnover_kopecks=1_000_000)

    assert progress == Progress("premium", missing_kopecks=29_000_000, reached_bp=0)


def test_the_top_has_no_next_tier():
    assert progress_to_next(compiled("dentistry"), tier="premium", turnover_kopecks=99_000_000) is None
