"""A posted receipt as the refund maths sees it: lines, what rules gave, what went back before."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Exists, OuterRef, Prefetch, Sum

from clinics.money import to_kopecks
from loyalty.models import Award, LineDiscount, Receipt, ReceiptLine, Refund
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.quote import EarningKind, EarningLine
from loyalty.rules.sold import GivenAward, GivenDiscount, SoldLine, SoldReceipt, awards_given


def read_sold_receipt(receipt: Receipt, *, program: CompiledProgram) -> SoldReceipt:
    """By three queries; `program` is the version that the receipt was posted under."""
    lines = list(
        ReceiptLine.objects.filter(receipt=receipt)
        .annotate(
            refunded=Sum("refund_lines__price", default=0),
            returned_money=Sum("refund_lines__money", default=0),
            returned_points=Sum("refund_lines__points_returned", default=0),
            is_refunded=Exists(Refund.objects.filter(receipt=OuterRef("receipt"), is_complete=True)),
        )
        .prefetch_related(
            Prefetch("awards", queryset=Award.objects.order_by("rule_code")),
            Prefetch("discounts", queryset=LineDiscount.objects.order_by("promotion_code")),
        )
        .order_by("position")
    )
    return SoldReceipt(
        lines=tuple(
            SoldLine(
                position=line.position,
                points=line.points_spent,
                money_kopecks=to_kopecks(line.paid),
                refunded_kopecks=to_kopecks(line.refunded),
                returned_points=line.returned_points,
                returned_money_kopecks=to_kopecks(line.returned_money),
            )
            for line in lines
        ),
        awards=_given_awards(lines, program=program),
        point_value_kopecks=program.point_value_kopecks,
        discounts=tuple(
            GivenDiscount(discount.promotion_code, line.position, to_kopecks(discount.amount))
            for line in lines
            for discount in line.discounts.all()
        ),
        is_refunded=any(line.is_refunded for line in lines),
    )


def _given_awards(lines: Sequence[ReceiptLine], *, program: CompiledProgram) -> tuple[GivenAward, ...]:
    by_rule: dict[tuple[str, str, int], list[EarningLine]] = defaultdict(list)
    for line in lines:
        for award in line.awards.all():
            by_rule[award.rule_code, award.kind, award.rate_bp].append(
                EarningLine(line.position, award.points, to_kopecks(award.base))
            )
    return tuple(
        award
        for (rule_code, kind, rate_bp), given in by_rule.items()
        for award in awards_given(
            rule_code=rule_code,
            kind=EarningKind(kind),
            rate_bp=rate_bp,
            basis=program.earning.basis,
            lines=given,
            value=program.point_value_kopecks,
        )
    )
