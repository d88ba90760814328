"""The quote: what comes off a receipt, what it may spend, what is left to pay, and what it earns.

One pure function for the desk's preview, the posting, the explanation and every trial run: equal facts
give equal quotes. Points are whole, money is kopecks; nothing here reads the clock or the database.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from loyalty.rules.compiled import CompiledProgram, Promotion
from loyalty.rules.conditions import Situation
from loyalty.rules.discounts import Discounted, apply_discounts, match_promotions
from loyalty.rules.earning import Earned, Match, earn, match_lines, plan_lots, tell_earnings
from loyalty.rules.facts import LineFacts, MemberFacts, ReceiptFacts, SpendChoice
from loyalty.rules.limits import NOTHING_USED, Used
from loyalty.rules.privileges import cover_lines
from loyalty.rules.quote import DiscountQuote, EarningQuote, LineQuote, LotPlan, Quote, Skipped, SpendQuote
from loyalty.rules.reasons import Reason
from loyalty.rules.spending import Payable, decide_spend, exclusion_of, payable_with_points, spread_over_lines
from loyalty.rules.tiers import tier_of_member

NOT_MEMBER = Match((), Reason("earn_not_member"))


class _Matched(NamedTuple):
    """The lines in the order in which odd kopecks and points are given out, with all that rules say of them.

    That is the order of entry, but lines that rules treat alike stand together: else the order of entry would
    move a kopeck between rates and change what the receipt earns.
    """

    lines: list[LineFacts]
    earning: list[Match]
    promotions: list[tuple[Promotion, ...]]
    exclusions: list[Reason | None]
    skipped: dict[str, Reason]


class Decision(NamedTuple):
    """All sums of a receipt, before they are told line by line. Points, money and bases are by matched line."""

    day: date
    tier: str | None
    total_kopecks: int
    matched: _Matched
    discounted: Discounted
    payable: Payable
    spend: SpendQuote
    points: list[int]
    money: list[int]
    earned: Earned

    @property
    def discount_kopecks(self) -> int:
        return self.total_kopecks - sum(self.discounted.costs)

    @property
    def money_kopecks(self) -> int:
        return sum(self.money)

    @property
    def earned_points(self) -> int:
        return sum(self.earned.given)

    @property
    def lots(self) -> tuple[LotPlan, ...]:
        return plan_lots(self.earned, day=self.day)

    def given_by(self, code: str) -> int:
        """What a rule gives in points, or a promotion in kopecks: in the unit of its limits."""
        wishes, given = self.earned.wishes, self.earned.given
        points = sum([part for wish, part in zip(wishes, given, strict=True) if wish.rule.code == code])
        return points + sum([each.total_kopecks for each in self.discounted.applied if each.code == code])


def quote(
    *,
    program: CompiledProgram,
    member: MemberFacts,
    receipt: ReceiptFacts,
    choice: SpendChoice,
    used: Used = NOTHING_USED,
) -> Quote:
    """What is decided on the receipt, told line by line and with its reasons; lines come back by position."""
    decision = decide(program=program, member=member, receipt=receipt, choice=choice, used=used)
    matched, discounted, spend, earned = decision.matched, decision.discounted, decision.spend, decision.earned
    earnings = tell_earnings(earned, basis=program.earning.basis, day=receipt.day)
    is_whole_limit = spend.points == spend.limit
    limits = decision.points if is_whole_limit else spread_over_lines(spend.limit, decision.payable)
    return Quote(
        tier=decision.tier,
        total_kopecks=decision.total_kopecks,
        discount_kopecks=decision.discount_kopecks,
        money_kopecks=decision.money_kopecks,
        discounts=_discount_quotes(matched.lines, discounted),
        spend=spend,
        lines=_line_quotes(
            matched,
            discounted,
            limits=limits,
            points=decision.points,
            money=decision.money,
            earnings=earnings,
        ),
        earnings=earnings,
        lots=decision.lots,
        reasons=(*discounted.reasons, *earned.reasons),
        skipped=_skipped(matched.skipped, discounted.failures, earned.failures),
    )


def decide(
    *,
    program: CompiledProgram,
    member: MemberFacts,
    receipt: ReceiptFacts,
    choice: SpendChoice,
    used: Used = NOTHING_USED,
) -> Decision:
    """Discounts, privileges, then points within the cap, then money, then earning on what money paid.

    `used` is what limits have given before, in their own units.
    """
    total = receipt.total_kopecks
    tier = tier_of_member(program, member) if member.is_member else None
    matched = _match(program, member=member, receipt=receipt, tier=None if tier is None else tier.code)
    discounted = apply_discounts(
        discounts=program.discounts,
        lines=matched.lines,
        matches=matched.promotions,
        turnover_kopecks=member.turnover_kopecks,
        manual_bp=receipt.manual_discount_bp,
        used=used,
    )
    if receipt.privileges:
        discounted = cover_lines(discounted, privileges=receipt.privileges, lines=matched.lines)
    payable = payable_with_points(program, tier=tier, costs=discounted.costs, exclusions=matched.exclusions)
    spend = decide_spend(payable=payable, member=member, choice=choice)
    points = spread_over_lines(spend.points, payable)
    value = program.point_value_kopecks
    money = [cost - spent * value for cost, spent in zip(discounted.costs, points, strict=True)]
    earned = earn(
        program=program,
        lines=matched.lines,
        matches=matched.earning,
        costs=discounted.costs,
        money=money,
        used=used,
    )
    return Decision(
        day=receipt.day,
        tier=None if tier is None else tier.code,
        total_kopecks=total,
        matched=matched,
        discounted=discounted,
        payable=payable,
        spend=spend,
        points=points,
        money=money,
        earned=earned,
    )


def _match(program: CompiledProgram, *, member: MemberFacts, receipt: ReceiptFacts, tier: str | None) -> _Matched:
    lines = sorted(receipt.lines, key=lambda line: line.position)
    situation = Situation.of(member=member, receipt=receipt, tier=tier)
    earning, skipped = (
        match_lines(program.earning, situation, lines) if member.is_member else ([NOT_MEMBER] * len(lines), {})
    )
    promotions, failures = match_promotions(program.discounts, situation, lines)
    exclusions = [exclusion_of(program.redemption, line) for line in lines]
    order = _alike_together(earning, promotions, exclusions, _covers(receipt, lines))
    return _Matched(
        lines=[lines[i] for i in order],
        earning=[earning[i] for i in order],
        promotions=[promotions[i] for i in order],
        exclusions=[exclusions[i] for i in order],
        skipped=skipped | failures,
    )


def _covers(receipt: ReceiptFacts, lines: Sequence[LineFacts]) -> Sequence[tuple[bool, ...]]:
    """Which privileges mean each line, whatever the order in which they were scanned."""
    if not receipt.privileges:
        return [()] * len(lines)
    privileges = sorted(receipt.privileges, key=lambda privilege: privilege.code)
    return [tuple([privilege.means(line) for privilege in privileges]) for line in lines]


def _alike_together(
    earning: Sequence[Match],
    promotions: Sequence[tuple[Promotion, ...]],
    exclusions: Sequence[Reason | None],
    covers: Sequence[tuple[bool, ...]],
) -> Sequence[int]:
    """Indices of the lines in the order in which odd kopecks and points are given out."""
    if len(earning) == 1:
        return (0,)
    alike = [
        (
            [(share.rule.code, share.rate_bp) for share in match.shares],
            [promotion.code for promotion in meant],
            exclusion is None,
            covered,
        )
        for match, meant, exclusion, covered in zip(earning, promotions, exclusions, covers, strict=True)
    ]
    return sorted(range(len(alike)), key=alike.__getitem__)


def _discount_quotes(lines: Sequence[LineFacts], discounted: Discounted) -> tuple[DiscountQuote, ...]:
    return tuple(
        DiscountQuote(
            code=applied.code,
            kopecks=applied.total_kopecks,
            lines=tuple(
                sorted((line.position, part) for line, part in zip(lines, applied.kopecks, strict=True) if part)
            ),
        )
        for applied in discounted.applied
    )


def _line_quotes(
    matched: _Matched,
    discounted: Discounted,
    *,
    limits: Sequence[int],
    points: Sequence[int],
    money: Sequence[int],
    earnings: Sequence[EarningQuote],
) -> tuple[LineQuote, ...]:
    given: dict[int, int] = {}
    for earning in earnings:
        for share in earning.lines:
            given[share.position] = given.get(share.position, 0) + share.points
    lines = [
        LineQuote(
            position=line.position,
            price_kopecks=line.price_kopecks,
            discount_kopecks=line.price_kopecks - discounted.costs[index],
            is_eligible=matched.exclusions[index] is None,
            spend_limit=limits[index],
            points=points[index],
            money_kopecks=money[index],
            earned_points=given.get(line.position, 0),
            reasons=_known(matched.exclusions[index], matched.earning[index].reason),
        )
        for index, line in enumerate(matched.lines)
    ]
    return tuple(sorted(lines, key=lambda line: line.position))


def _known(*reasons: Reason | None) -> tuple[Reason, ...]:
    return tuple([reason for reason in reasons if reason is not None])


def _skipped(*failures: Mapping[str, Reason]) -> tuple[Skipped, ...]:
    found = {code: reason for each in failures for code, reason in each.items()}
    return tuple(Skipped(code, found[code]) for code in sorted(found))
