"""Which forms there are, what each of them changes, and which of them a place of the document belongs to."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from loyalty.program.places import LISTS, Document, Place, RuleKind, value_at
from loyalty.program_page.blocks import Block, Setting
from loyalty.program_page.card_blocks import CardLevelsTable
from loyalty.program_page.condition_blocks import (
    ConditionsBlock,
    DiscountOrderBlock,
    OrderBlock,
    PromotionConditionsBlock,
    TitleBlock,
)
from loyalty.program_page.discount_blocks import (
    DiscountEffectBlock,
    ManualDiscountBlock,
    PromotionDaysBlock,
    SecondPersonBlock,
)
from loyalty.program_page.earning_blocks import EarningCommonBlock, EarningEffectBlock
from loyalty.program_page.gift_blocks import GiftPointsBlock, TriggerBlock
from loyalty.program_page.group_blocks import GroupsBlock
from loyalty.program_page.life_blocks import LifeBlock, OwnLifeBlock
from loyalty.program_page.limit_blocks import EarningLimitsBlock, GiftLimitsBlock, PromotionLimitsBlock
from loyalty.program_page.program_blocks import (
    ExclusionsBlock,
    PointsBlock,
    RedemptionBlock,
    RemindersBlock,
    WelcomeBlock,
)
from loyalty.program_page.tables import TableBlock
from loyalty.program_page.tier_blocks import TierRulesBlock, TiersTable, TurnoverBlock

NEW = "new"  # in an address: one rule more

AnyBlock = Block | TableBlock
Data = Mapping[str, Any] | None
MakeBlocks = Callable[[Setting, Data], list[AnyBlock]]


@dataclass(frozen=True, slots=True)
class Editor:
    """A form for one part of the document. One with `has_code` makes a code for what it creates."""

    slug: str
    title: Any
    place: Place
    blocks: MakeBlocks
    removal: Any = ""  # what the button says that takes the part out; empty: it has to stay
    has_code: bool = False


def _blocks(*classes: tuple[type[AnyBlock], Place]) -> MakeBlocks:
    """Blocks of a form, each with its part counted from the form's own place."""

    def make(setting: Setting, data: Data) -> list[AnyBlock]:
        return [
            block_class(setting=setting.at(*part), data=data, prefix=f"b{number}")
            for number, (block_class, part) in enumerate(classes)
        ]

    return make


EDITORS = {
    editor.slug: editor
    for editor in (
        Editor("title", _("Name of the program"), (), _blocks((TitleBlock, ()))),
        Editor("points", _("Points"), ("points",), _blocks((PointsBlock, ()), (LifeBlock, ("life",)))),
        Editor(
            "tiers",
            _("Tiers"),
            ("tiers",),
            _blocks((TiersTable, ("levels",)), (TurnoverBlock, ("turnover",)), (TierRulesBlock, ())),
        ),
        Editor(
            "earning",
            _("What all earning rules share"),
            ("earning",),
            _blocks((EarningCommonBlock, ()), (GroupsBlock, ())),
        ),
        Editor(
            "redemption",
            _("Spending"),
            ("redemption",),
            _blocks((RedemptionBlock, ()), (ExclusionsBlock, ())),
        ),
        Editor(
            "discounts",
            _("What all discounts share"),
            ("discounts",),
            _blocks((SecondPersonBlock, ()), (GroupsBlock, ())),
        ),
        Editor(
            "card",
            _("Discount card"),
            ("discounts", "card"),
            _blocks(
                (TitleBlock, ()),
                (CardLevelsTable, ("levels",)),
                (ConditionsBlock, ("when",)),
                (DiscountOrderBlock, ()),
            ),
            removal=_("Do without the card"),
            has_code=True,
        ),
        Editor(
            "manual",
            _("Discounts by hand"),
            ("discounts", "manual"),
            _blocks((ManualDiscountBlock, ())),
            removal=_("Allow no discounts by hand"),
        ),
        Editor(
            "welcome",
            _("Welcome points"),
            ("welcome",),
            _blocks((WelcomeBlock, ()), (OwnLifeBlock, ("life",))),
            removal=_("Give no welcome points"),
        ),
        Editor("reminders", _("Reminders"), ("reminders",), _blocks((RemindersBlock, ()))),
    )
}

RULE_EDITORS = {
    RuleKind.EARNING: Editor(
        "rule",
        _("Earning rule"),
        LISTS[RuleKind.EARNING],
        _blocks(
            (TitleBlock, ()),
            (EarningEffectBlock, ("effect",)),
            (ConditionsBlock, ("when",)),
            (OwnLifeBlock, ("life",)),
            (EarningLimitsBlock, ()),
            (OrderBlock, ()),
        ),
        removal=_("Remove the rule"),
        has_code=True,
    ),
    RuleKind.PROMOTION: Editor(
        "rule",
        _("Promotion"),
        LISTS[RuleKind.PROMOTION],
        _blocks(
            (TitleBlock, ()),
            (DiscountEffectBlock, ("effect",)),
            (PromotionDaysBlock, ()),
            (PromotionConditionsBlock, ("when",)),
            (PromotionLimitsBlock, ()),
            (DiscountOrderBlock, ()),
        ),
        removal=_("Remove the promotion"),
        has_code=True,
    ),
    RuleKind.GIFT: Editor(
        "rule",
        _("Gift"),
        LISTS[RuleKind.GIFT],
        _blocks(
            (TitleBlock, ()),
            (TriggerBlock, ("trigger",)),
            (GiftPointsBlock, ()),
            (OwnLifeBlock, ("life",)),
            (GiftLimitsBlock, ()),
        ),
        removal=_("Remove the gift"),
        has_code=True,
    ),
}


def edit_url(*, number: int, document: Document, place: Place) -> str:
    """The form of the draft that changes what stands at the place."""
    for kind, rules in LISTS.items():
        if place[: len(rules)] == rules and len(place) > len(rules):
            code = value_at(document, (*place[: len(rules) + 1], "code")) or "-"
            return reverse("admin:program_rule", kwargs={"number": number, "kind": kind.value, "code": code})
    editor = max(
        (editor for editor in EDITORS.values() if place[: len(editor.place)] == editor.place),
        key=lambda editor: len(editor.place),
    )
    return reverse("admin:program_part", kwargs={"number": number, "slug": editor.slug})
