"""A program ready for the engine: frozen values with lookups by code, so that a quote touches
only the rules that can match a line. Made by `compilation.compile_program` from a valid document."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from clinics.money import FULL_RATE_BP
from loyalty.rules.conditions import Conditions
from loyalty.rules.life import Life, Opening, PendingFrom
from loyalty.rules.limits import Limit
from loyalty.rules.rule_book import RuleBook


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


class Recount(StrEnum):
    """When a payment raises the tier. It holds from the next receipt on in any case."""

    AT_ONCE = "at_once"
    NIGHTLY = "nightly"


class DowngradePolicy(StrEnum):
    """What becomes of a tier that the turnover no longer supports, once its grace is over."""

    NEVER = "never"  # it stays
    AT_END = "at_end"  # it falls to the one that the turnover reaches
    ONE_STEP = "one_step"  # it falls by one; the next step has a grace of its own


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
    perks: tuple[Title, ...] = ()  # without money: the staff keep the promise


@dataclass(frozen=True, slots=True)
class PercentEffect:
    """A rate, flat or by tier."""

    rate_bp: int
    rate_bp_by_tier: Mapping[str, int]

    def rate_for(self, tier: str | None) -> int:
        return self.rate_bp if tier is None else self.rate_bp_by_tier.get(tier, self.rate_bp)


@dataclass(frozen=True, slots=True)
class FixedEffect:
    """Whole points, once a visit or for every line, where something was paid."""

    points: int
    per: Literal["visit", "line"]


@dataclass(frozen=True, slots=True)
class MultiplierEffect:
    """What it adds to the percent that other rules give on the line: times two adds it once more."""

    extra_bp: int

    def rate_over(self, rate_bp: int) -> int:
        return rate_bp * self.extra_bp // FULL_RATE_BP


@dataclass(frozen=True, slots=True)
class EarningRule:
    code: str
    title: Title
    effect: PercentEffect | FixedEffect | MultiplierEffect
    conditions: Conditions
    group: str
    priority: int
    opening: Opening  # life and waiting are the program's, unless the rule has its own
    pending_from: PendingFrom
    lot_kind: int  # equal for rules whose points always live together
    cap_points: int | None  # per receipt
    limits: tuple[Limit, ...] = ()

    @property
    def is_limited(self) -> bool:
        return self.cap_points is not None or bool(self.limits)


class EarningMode(StrEnum):
    """Which of a group's rules count on a line that several of them mean."""

    FIRST_MATCH = "first_match"  # the higher priority, then the nearer target
    ADD_UP = "add_up"


@dataclass(frozen=True, slots=True)
class Earning:
    """Who earns what. What `nothing_on` names earns nothing, unless a rule names something nearer to the line."""

    rules: tuple[EarningRule, ...]
    book: RuleBook[EarningRule]
    modes: Mapping[str, EarningMode]  # by group
    excluded_services: frozenset[str]
    excluded_categories: frozenset[str]
    basis: Basis
    cap_points: int | None  # per receipt, all rules together
    # What lines were found to earn by; `rules.earning` says by what it is looked up.
    remembered: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def common_rate_bp(self, tier: str | None) -> int:
        """What everybody of the tier earns on a line that no rule names; 0 when that is nothing."""
        rates = (
            rule.effect.rate_for(tier)
            for rule in self.book.unbound
            if isinstance(rule.effect, PercentEffect) and rule.conditions.is_always_true
        )
        return next(rates, 0)


class DiscountMode(StrEnum):
    """Which of a group's promotions reduce a line that several of them mean."""

    EXCLUSIVE = "exclusive"  # the one with the highest priority
    BEST_OF = "best_of"  # the one that takes most off the line
    SEQUENTIAL = "sequential"  # one after the other, each of what the line then costs


class DiscountKind(StrEnum):
    PERCENT = "percent"
    AMOUNT = "amount"  # off the receipt, spread over the lines it means
    FIXED_PRICE = "fixed_price"  # of one piece
    FREE_LINE = "free_line"  # the cheapest of the lines it means
    TURNOVER = "turnover"  # the discount card: the percent that the turnover has reached


@dataclass(frozen=True, slots=True)
class DiscountEffect:
    kind: DiscountKind
    rate_bp: int = 0
    kopecks: int = 0
    lines: int = 0
    rate_bp_by_turnover: tuple[tuple[int, int], ...] = ()  # by falling turnover in kopecks


@dataclass(frozen=True, slots=True)
class Promotion:
    code: str
    title: Title
    effect: DiscountEffect
    conditions: Conditions
    group: str
    priority: int
    rules_link: str
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class ManualDiscounts:
    """What staff may take off by hand, in basis points; more than one's own maximum needs an approval."""

    most_bp_by_role: Mapping[str, int]
    most_bp: int  # of an approved request
    request_hours: int


@dataclass(frozen=True, slots=True)
class Discounts:
    promotions: tuple[Promotion, ...]
    book: RuleBook[Promotion]
    groups: tuple[tuple[str, DiscountMode], ...]  # in the order in which they apply
    manual: ManualDiscounts | None  # None: nobody types a discount
    needs_second_person: bool
    # Which promotions lines were found to be meant by.
    remembered: dict[Hashable, Any] = field(init=False, repr=False, compare=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Gift:
    """Points for something done outside a single receipt; `trigger` is the document's."""

    code: str
    title: Title
    trigger: Mapping[str, Any]
    points: int
    life: Life
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Redemption:
    cap_bp: int  # flat cap, for tiers without their own
    proof_required: bool  # the patient proves the consent to every spending
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
    visit_closes_after_days: int
    lot_grace_days: int
    burning_window_days: int
    negative_policy: NegativePolicy
    tiers: tuple[Tier, ...]  # by rising threshold; empty when the program has none
    tier_by_code: Mapping[str, Tier]
    turnover_months: int | None  # a payment counts towards the tier for so long; None: for ever
    recount: Recount
    downgrade: DowngradePolicy
    tier_grace_days: int
    tier_key: str  # equal for programs that judge tiers alike; empty without tiers
    earning: Earning
    redemption: Redemption
    discounts: Discounts
    gifts: tuple[Gift, ...]
    welcome: Welcome | None
    reminders: Reminders
    titles: Mapping[str, Title]  # of everything that gives something, by its code

    def may_be_told(self, code: str) -> bool:
        """Whether patients may hear that such a rule exists: not of those that ask for a tag."""
        rules: tuple[EarningRule | Promotion, ...] = (*self.earning.rules, *self.discounts.promotions)
        return not any(rule.code == code and rule.conditions.asks_for_tags for rule in rules)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Of everything that a receipt can give."""
        givers: tuple[EarningRule | Promotion, ...] = (*self.earning.rules, *self.discounts.promotions)
        return tuple(limit for giver in givers for limit in giver.limits)
