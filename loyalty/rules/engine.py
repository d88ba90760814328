"""The quote: what a receipt may spend, what is left to pay, and what it earns.

One pure function for the desk's preview, the posting, the explanation and every trial run: equal facts
give equal quotes. Points are whole, money is kopecks; nothing here reads the clock or the database.
"""

from collections.abc import Sequence

from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.earning import Match, earn, match_line, plan_lots
from loyalty.rules.facts import LineFacts, MemberFacts, ReceiptFacts, SpendChoice
from loyalty.rules.quote import EarningQuote, LineQuote, Quote, Reason
from loyalty.rules.spending import Payable, decide_spend, payable_with_points, spread_over_lines
from loyalty.rules.tiers import tier_of_member

NOT_MEMBER = Match(None, 0, Reason("earn_not_member"))


def quote(*, program: CompiledProgram, member: MemberFacts, receipt: ReceiptFacts, choice: SpendChoice) -> Quote:
    """Points within the cap, then money, then earning on what money paid. Lines come back by position."""
    lines = sorted(receipt.lines, key=lambda line: line.position)
    tier = tier_of_member(program, member) if member.is_member else None
    tier_code = None if tier is None else tier.code
    matches = [
        match_line(program.earning, line, tier=tier_code) if member.is_member else NOT_MEMBER for line in lines
    ]
    payable = payable_with_points(program, tier=tier, lines=lines, matches=matches)
    spend = decide_spend(payable=payable, member=member, choice=choice)
    points = spread_over_lines(spend.points, payable)
    money = [
        line.price_kopecks - spent * program.point_value_kopecks for line, spent in zip(lines, points, strict=True)
    ]
    earnings = earn(program=program, lines=lines, matches=matches, money=money, day=receipt.day)
    return Quote(
        tier=tier_code,
        total_kopecks=receipt.total_kopecks,
        discount_kopecks=0,
        money_kopecks=sum(money),
        spend=spend,
        lines=_line_quotes(
            lines=lines,
            matches=matches,
            payable=payable,
            limits=spread_over_lines(spend.limit, payable),
            points=points,
            money=money,
            earnings=earnings,
        ),
        earnings=earnings,
        lots=plan_lots(earnings),
        reasons=_receipt_reasons(program, earnings),
    )


def _line_quotes(
    *,
    lines: Sequence[LineFacts],
    matches: Sequence[Match],
    payable: Payable,
    limits: Sequence[int],
    points: Sequence[int],
    money: Sequence[int],
    earnings: Sequence[EarningQuote],
) -> tuple[LineQuote, ...]:
    earned = {share.position: share.points for earning in earnings for share in earning.lines}
    return tuple(
        LineQuote(
            position=line.position,
            price_kopecks=line.price_kopecks,
            discount_kopecks=0,
            is_eligible=payable.exclusions[index] is None,
            spend_limit=limits[index],
            points=points[index],
            money_kopecks=money[index],
            earned_points=earned.get(line.position, 0),
            reasons=tuple(
                reason for reason in (payable.exclusions[index], matches[index].reason) if reason is not None
            ),
        )
        for index, line in enumerate(lines)
    )


def _receipt_reasons(program: CompiledProgram, earnings: Sequence[EarningQuote]) -> tuple[Reason, ...]:
    cut = sum(earning.exact_points - earning.points for earning in earnings)
    return (Reason("earn_capped", (("lost", cut),)),) if cut else ()
