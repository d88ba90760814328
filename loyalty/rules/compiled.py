"""A program ready for the engine: frozen values with lookups by code, so that a quote touches
only the rules that can match a line. Made by `compilation.compile_program` from a valid document."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from loyalty.rules.life import Life


@dataclass(frozen=True, slots=True)
class Title:
    ru: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language.startswith("en") else self.ru


class NegativePolicy(StrEnum):
    """What happens when earned points that go back have been spent."""

    DEBT = "debt"  # the balance goes below zero
    ZERO = "zero"  # what is missing is written down
    PENDING_ONLY = "pending_only"  # only what is not yet spendable is taken


class DowngradePolicy(StrEnum):
    NEVER = "never"


class Basis(StrEnum):
    """What a percentage is taken of."""

    MONEY = "money"  # the part of the line paid in money
    PRICE = "price"  # the whole line, points included


@dataclass(frozen=True, slots=True)
class Tier:
    code: str
    title: Title
    threshold_kopecks: int  # reached at >=
    redemption_cap_bp: int | None  # None: the program's flat cap


@dataclass(frozen=True, slots=True)
class PercentEffect:
    """A rate, flat or by tier. Later effects (fixed points, multiplier) stand beside it."""

    rate_bp: int
    rate_bp_by_tier: Mapping[str, int]

    def rate_for(self, tier: str | None) -> int:
        return self.rate_bp if tier is None else self.rate_bp_by_tier.get(tier, self.rate_bp)


@dataclass(frozen=True, slots=True)
class EarningRule:
    code: str
    title: Title
    effect: PercentEffect
    life: Life  # the program's, unless the rule has its own
    pending_days: int
    cap_points: int | None  # per receipt
    services: tuple[str, ...]  # with `categories` empty as well: any line
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Earning:
    """Who earns what. A line is looked up by service, then by its categories nearest first, then `plain`;
    None found in a lookup means that this service or category earns nothing."""

    rules: tuple[EarningRule, ...]
    by_service: Mapping[str, EarningRule | None]
    by_category: Mapping[str, EarningRule | None]
    plain: EarningRule | None
    basis: Basis
    cap_points: int | None  # per receipt, all rules together


@dataclass(frozen=True, slots=True)
class Redemption:
    cap_bp: int  # flat cap, for tiers without their own
    excluded_services: frozenset[str]
    excluded_categories: frozenset[str]  # with everything below them


@dataclass(frozen=True, slots=True)
class Welcome:
    points: int
    life: Life


@dataclass(frozen=True, slots=True)
class Reminders:
    days_before: tuple[int, ...]  # the latest day first in time: 14, 5
    holdout_bp: int  # share of patients who get none
    attribution_days: int


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    code: str
    title: Title
    point_value_kopecks: int
    life: Life
    pending_days: int
    lot_grace_days: int
    burning_window_days: int
    negative_policy: NegativePolicy
    tiers: tuple[Tier, ...]  # by rising threshold; empty when the program has none
    tier_by_code: Mapping[str, Tier]
    tier_grace_days: int
    downgrade: DowngradePolicy
    earning: Earning
    redemption: Redemption
    welcome: Welcome | None
    reminders: Reminders
