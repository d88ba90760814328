"""What a run has come to: both programs' totals and the comparison, with what is needed to read them later."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from loyalty.rules.compiled import CompiledProgram
from loyalty.what_if.streams import Period
from loyalty.what_if.trial.comparison import Comparison
from loyalty.what_if.trial.totals import Figures, Totals, figures_of


@dataclass(frozen=True, slots=True)
class TriedProgram:
    """What a program was called and its tiers were when it was tried: a draft goes on changing."""

    point_value_kopecks: int
    tiers: tuple[tuple[str, str, str], ...]  # code, Russian and English title; by rising threshold
    totals: Totals

    @classmethod
    def of(cls, program: CompiledProgram, totals: Totals) -> "TriedProgram":
        tiers = tuple(
            (tier.code, tier.title.in_language("ru"), tier.title.in_language("en")) for tier in program.tiers
        )
        return cls(program.point_value_kopecks, tiers, totals)

    @property
    def figures(self) -> Figures:
        return figures_of(self.totals, point_value_kopecks=self.point_value_kopecks)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "TriedProgram":
        tiers = tuple((code, ru, en) for code, ru, en in document["tiers"])
        return cls(document["point_value_kopecks"], tiers, Totals.from_json(document["totals"]))


@dataclass(frozen=True, slots=True)
class WhatIf:
    """`period` is of all clinics; each counts its own days in it."""

    period: Period
    current: TriedProgram
    draft: TriedProgram
    comparison: Comparison
    are_budgets_exact: bool  # False: budgets went on moving each other, the last count stands

    def as_json(self) -> dict[str, Any]:
        document = asdict(self)
        period = document["period"]
        return document | {"period": {name: moment.isoformat() for name, moment in period.items()}}

    @classmethod
    def from_json(cls, document: Any) -> "WhatIf":
        starts_at, until = (datetime.fromisoformat(document["period"][name]) for name in ("starts_at", "until"))
        return cls(
            period=Period(starts_at, until),
            current=TriedProgram.from_json(document["current"]),
            draft=TriedProgram.from_json(document["draft"]),
            comparison=Comparison.from_json(document["comparison"]),
            are_budgets_exact=document["are_budgets_exact"],
        )
