"""Percents by tier in words: "Silver 7 %, Gold 9 %"; one number where all tiers have the same."""

from collections.abc import Sequence

from clinics.number_texts import percent_text

# The tier's title and basis points; in a program without tiers one pair, its title is empty.
Rates = Sequence[tuple[str, int]]


def rates_differ(rates: Rates) -> bool:
    return len({rate for _tier, rate in rates}) > 1


def rates_text(rates: Rates) -> str:
    return ", ".join(f"{tier} {percent_text(rate)}" for tier, rate in rates)


def common_rate(rates: Rates) -> str:
    return percent_text(rates[0][1])
