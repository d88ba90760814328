"""A posted receipt as the refund maths sees it: lines, what rules gave, what went back before."""

from collections import defaultdict
from collections.abc import Sequence

from django.db.models import Prefetch, Sum

from clinics.money import to_kopecks
from loyalty.models import Award, Receipt, ReceiptLine
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.earning import percent_points
from loyalty.rules.refunds import AwardKind, GivenAward, SoldLine, SoldReceipt


def read_sold_receipt(receipt: Receipt, *, program: CompiledProgram) -> SoldReceipt:
    """By two queries; `program` is the version that the receipt was posted under."""
    lines = list(
        ReceiptLine.objects.filter(receipt=receipt)
        .annotate(
            refunded=Sum("refund_lines__price", default=0),
            returned_money=Sum("refund_lines__money", default=0),
            returned_points=Sum("refund_lines__points_returned", default=0),
        )
        .prefetch_related(Prefetch("awards", queryset=Award.objects.order_by("rule_code")))
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
    )


def _given_awards(lines: Sequence[ReceiptLine], *, program: CompiledProgram) -> tuple[GivenAward, ...]:
    by_rule: dict[tuple[str, int], list[tuple[int, Award]]] = defaultdict(list)
    for line in lines:
        for award in line.awards.all():
            by_rule[award.rule_code, award.rate_bp].append((line.position, award))
    given = []
    for (rule_code, rate_bp), awards in by_rule.items():
        base = sum(to_kopecks(award.base) for _position, award in awards)
        points = sum(award.points for _position, award in awards)
        exact = percent_points(base, rate_bp=rate_bp, value=program.point_value_kopecks)
        given.append(
            GivenAward(
                rule_code=rule_code,
                # What a cap has cut is kept in proportion: the rate alone would give back too much.
                kind=AwardKind.PERCENT if points == exact else AwardKind.SHARE,
                points=points,
                rate_bp=rate_bp,
                basis=program.earning.basis,
                base_kopecks=base,
                positions=tuple(position for position, _award in awards),
            )
        )
    return tuple(given)
