"""Tiers as a table: what they are called, where they begin, what they give and may pay."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from loyalty.program.new_codes import new_code, used_codes
from loyalty.program.places import Document, Place, put_value, take_out, value_at
from loyalty.program.telling import in_language
from loyalty.program_page.blocks import Block, KindBlock, Setting, Target
from loyalty.program_page.fields import (
    ABSENT,
    ChoiceField,
    NumberField,
    PartField,
    TextField,
    WholeField,
    wide_select,
)
from loyalty.program_page.tables import Row, TableBlock
from loyalty.rules.shapes import decimal_of


class PerksField(PartField):
    """One in a line. The English text of a perk that stays is kept, a new one is the same in both languages."""

    widget = forms.Textarea({"rows": 3})

    def __init__(self, *, known: Document, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known  # English by Russian

    def read(self, raw: Any) -> Any:
        lines = [line.strip() for line in str(raw or "").splitlines() if line.strip()]
        return [{"ru": line, "en": self.known.get(line, line)} for line in lines] or ABSENT

    def show(self, value: Any) -> Any:
        return "\n".join(perk["ru"] for perk in value or [])


class TierRow(Row):
    keys: ClassVar[tuple[str, ...]] = ("title", "threshold")

    title = TextField(label=_("Tier"), place=("title", "ru"))
    threshold = NumberField(label=_("Payments from"), place=("threshold_roubles",), unit="₽")
    cap = NumberField(label=_("Points pay up to"), place=("redemption_cap_percent",), unit="%")

    def prepare(self, setting: Setting) -> None:
        self.code = (value_at(setting.document, setting.part) or {}).get("code", "")
        for place, rule in _rules_by_tier(setting.document):
            self.fields[f"rate-{rule['code']}"] = NumberField(
                label=in_language(rule["title"]), at=(*place, self.code or "?"), unit="%"
            )
        self.fields["perks"] = PerksField(label=_("Also gives, one in a line"), known=_english(setting.document))
        self.fields["english"] = TextField(
            label=_("In English"), place=("title", "en"), help_text=_("Empty: the same as in Russian.")
        )
        title = value_at(setting.document, (*setting.part, "title")) or {}
        self._was_same = title.get("ru") == title.get("en")

    def get_initial_for_field(self, field: forms.Field, field_name: str) -> Any:
        if field_name == "english" and self._was_same:
            return ""
        return super().get_initial_for_field(field, field_name)

    def write(self, document: dict[str, Any]) -> None:
        for place, rule in _rules_by_tier(self.setting.document):
            field = self.fields[f"rate-{rule['code']}"]
            if isinstance(field, PartField):
                field.at = (*place, self.code)
        super().write(document)
        if self.cleaned_data["english"] is ABSENT and self.cleaned_data["title"] is not ABSENT:
            put_value(document, self.place_of("english"), self.cleaned_data["title"])

    def targets(self) -> Iterator[Target]:
        for target in super().targets():
            if target.name != "english" or self["english"].value():
                yield target

    @property
    def cells(self) -> list[Any]:
        return [self[name] for name, _field in self.part_fields() if name not in ("perks", "english")]

    @property
    def columns_wide(self) -> int:
        return len(self.cells) + 1

    @property
    def has_wrong_details(self) -> bool:
        return any(field.errors for field in self.details)

    @property
    def details(self) -> list[Any]:
        return [self["perks"], self["english"]]


class TiersTable(TableBlock):
    heading = _("Tiers")
    lead = _(
        "Everybody begins with the first one. A payment that crosses a threshold still earns by the old tier."
        " The order is by payments, whichever way the rows stand."
    )
    row_class = TierRow

    def begin(self, document: dict[str, Any], row: Row) -> None:
        if isinstance(row, TierRow) and not row.code:
            taken = used_codes() | {tier.get("code", "") for tier in value_at(document, self.setting.part)}
            row.code = new_code(str(row.cleaned_data["title"]), taken=taken, otherwise="tier")
        put_value(document, (*row.part, "code"), row.code)  # type: ignore[attr-defined]

    def write(self, document: dict[str, Any]) -> None:
        super().write(document)
        for row in self.rows:
            if isinstance(row, TierRow) and row.code and not row.is_kept:
                for place, _rule in _rules_by_tier(document):
                    take_out(document, (*place, row.code), keep=place[:-1])

    def sort_key(self, row: Row) -> Any:
        """By threshold; a row without a readable one stays where it was typed."""
        numbers = [decimal_of(each.cleaned_data["threshold"]) for each in self.kept_rows()]
        own = decimal_of(row.cleaned_data["threshold"])
        return (Decimal(0) if None in numbers or own is None else own, self.rows.index(row))


class TurnoverBlock(KindBlock):
    heading = _("Which payments count")
    kinds = {
        "lifetime": _("all payments ever made"),
        "rolling_months": _("payments of the last months"),
    }
    first_kind = absent_kind = "lifetime"

    months = WholeField(label=_("How many"), kind="rolling_months", unit=_("months"))


class TierRulesBlock(Block):
    """How a tier is reached and kept."""

    is_optional = False
    heading = _("How a tier is reached and lost")

    recount = ChoiceField(
        widget=wide_select(),
        label=_("A payment raises the tier"),
        choices=(("", _("at once: from the next receipt on")), ("nightly", _("at night: from the next day on"))),
        values={"": "at_once"},
    )
    downgrade = ChoiceField(
        widget=wide_select(),
        label=_("When payments no longer support the tier"),
        choices=(
            ("", _("it stays: a tier once reached is never lost")),
            ("at_end", _("it falls to the tier that they support")),
            ("one_step", _("it falls by one step at a time")),
        ),
        values={"": "never"},
    )
    tier_grace_days = WholeField(label=_("Between the notice and a lower tier"), unit=_("days"), placeholder="30")


def _rules_by_tier(document: Document) -> list[tuple[Place, Document]]:
    """Where rates by tier stand, and the rules that have them."""
    return [
        (("earning", "rules", index, "effect", "percent_by_tier"), rule)
        for index, rule in enumerate(value_at(document, ("earning", "rules")) or [])
        if value_at(rule, ("effect", "percent_by_tier"))
    ]


def _english(document: Document) -> dict[str, str]:
    levels = value_at(document, ("tiers", "levels")) or []
    return {perk["ru"]: perk["en"] for level in levels for perk in level.get("perks", ())}
