"""The smallest facts and programs that the tests of the rules need; every test states what it asserts on."""

import copy
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from loyalty.rules.compilation import compile_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.engine import quote
from loyalty.rules.facts import LineFacts, MemberFacts, ReceiptFacts, SpendChoice
from loyalty.rules.parsing import parse_document
from loyalty.rules.quote import Quote
from loyalty.rules.refunds import AwardKind, GivenAward, SoldLine, SoldReceipt
from loyalty.rules.validation import find_faults

PRESETS = Path(__file__).resolve().parents[2] / "loyalty" / "presets"
DAY = date(2026, 11, 22)
PLENTY = 1_000_000


def preset(name: str) -> dict[str, Any]:
    document, _ = parse_document((PRESETS / f"{name}.json").read_bytes())
    return document


def compiled(name: str) -> CompiledProgram:
    return compile_program(preset(name))


def changed(name: str, **changes: Any) -> CompiledProgram:
    """A preset with some values replaced: `changed("dentistry", points__life={"kind": "none"})`."""
    document = copy.deepcopy(preset(name))
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = document
        for parent in parents:
            place = place[parent]
        place[last] = value
    assert find_faults(document) == []
    return compile_program(document)


def line(roubles: int | str, category: str | None = None, *, position: int = 1, service: str | None = None):
    return LineFacts(
        position=position,
        price_kopecks=int(Decimal(roubles) * 100),
        service=service,
        categories=() if category is None else (category,),
    )


def receipt(*lines: LineFacts, day: date = DAY) -> ReceiptFacts:
    return ReceiptFacts(lines=lines, clinic="mytishchi", day=day)


def anna(tier: str | None = None, **facts: Any) -> MemberFacts:
    return MemberFacts(**({"is_member": True, "tier": tier, "spendable_points": PLENTY} | facts))


def quoted(
    program: CompiledProgram, member: MemberFacts, *lines: LineFacts, spend: SpendChoice | None = None
) -> Quote:
    return quote(program=program, member=member, receipt=receipt(*lines), choice=spend or SpendChoice.none())


def sold(result: Quote, *, value: int = 100) -> SoldReceipt:
    """The receipt as posted by a quote; `value` is kopecks per point."""
    awards = tuple(
        GivenAward(
            rule_code=each.rule_code,
            kind=AwardKind.SHARE if each.points < each.exact_points else AwardKind.PERCENT,
            points=each.points,
            rate_bp=each.rate_bp,
            basis=each.basis,
            base_kopecks=each.base_kopecks,
            positions=tuple(share.position for share in each.lines),
        )
        for each in result.earnings
    )
    lines = tuple(SoldLine(each.position, each.points, each.money_kopecks) for each in result.lines)
    return SoldReceipt(lines, awards, value)
