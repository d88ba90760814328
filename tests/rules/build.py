"""The smallest facts and programs that the tests of the rules need; every test states what it asserts on."""

import copy
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from loyalty.rules.compilation import compile_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.engine import quote
from loyalty.rules.facts import LineFacts, MemberFacts, PrivilegeFacts, ReceiptFacts, SpendChoice
from loyalty.rules.parsing import parse_document
from loyalty.rules.quote import Quote
from loyalty.rules.sold import GivenDiscount, SoldLine, SoldReceipt, awards_given
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


def receipt(*lines: LineFacts, day: date = DAY, privileges: Sequence[PrivilegeFacts] = ()) -> ReceiptFacts:
    return ReceiptFacts(lines=lines, clinic="mytishchi", day=day, privileges=tuple(privileges))


def anna(tier: str | None = None, **facts: Any) -> MemberFacts:
    return MemberFacts(**({"is_member": True, "tier": tier, "spendable_points": PLENTY} | facts))


def quoted(
    program: CompiledProgram, member: MemberFacts, *lines: LineFacts, spend: SpendChoice | None = None
) -> Quote:
    return quote(program=program, member=member, receipt=receipt(*lines), choice=spend or SpendChoice.none())


def sold(result: Quote, *, value: int = 100) -> SoldReceipt:
    """The receipt as posted by a quote; `value` is kopecks per point."""
    awards = tuple(
        award
        for each in result.earnings
        for award in awards_given(
            rule_code=each.rule_code,
            kind=each.kind,
            rate_bp=each.rate_bp,
            basis=each.basis,
            lines=each.lines,
            value=value,
        )
    )
    lines = tuple(SoldLine(each.position, each.points, each.money_kopecks) for each in result.lines)
    discounts = tuple(
        GivenDiscount(each.code, position, kopecks)
        for each in result.discounts
        for position, kopecks in each.lines
    )
    return SoldReceipt(lines, awards, value, discounts)


def tiered(*thresholds: int, **tiers: Any) -> CompiledProgram:
    """A program whose tiers are "level1", "level2" ... at the thresholds in roubles; `tiers` are its settings."""
    levels = [
        {"code": f"level{number}", "title": {"ru": f"Уровень {number}", "en": f"Level {number}"},
         "threshold_roubles": threshold}
        for number, threshold in enumerate(thresholds, 1)
    ]  # fmt: skip
    return changed("cosmetology", tiers={"levels": levels} | tiers)
