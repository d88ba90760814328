"""What points pay, how long they live, what becomes of them at a refund, and when a patient is reminded."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text, percent_text, points_word
from loyalty.program.life_words import AT_ONCE, common_life, common_wait, forgotten_visit, own_life, own_wait
from loyalty.program.rate_words import Rates, common_rate, rates_differ, rates_text
from loyalty.program.telling import Section, Sentence, Telling, in_language
from loyalty.program.word_lists import and_list
from loyalty.rules.amounts import rate_bp
from loyalty.rules.compilation import ATTRIBUTION_DAYS, BURNING_WINDOW_DAYS, LOT_GRACE_DAYS

Document = Mapping[str, Any]


def welcome_sentences(telling: Telling) -> Iterator[Sentence]:
    welcome = telling.document.get("welcome")
    if welcome is not None:
        parts = [
            _("A new member gets %(points)s.") % {"points": points_word(welcome["points"])},
            own_life(welcome, telling),
            own_wait(AT_ONCE, telling),
        ]
        yield Sentence(Section.WELCOME, "welcome", "$.welcome", " ".join(part for part in parts if part))


def spending_sentences(telling: Telling) -> Iterator[Sentence]:
    redemption, path = telling.document["redemption"], "$.redemption"
    yield Sentence(Section.SPENDING, "redemption.cap_percent", f"{path}.cap_percent", _caps(telling))
    nothing_on = telling.targets(redemption.get("nothing_on", {}))
    if nothing_on:
        text = _("Points can't pay for: %(names)s. The limit is counted without them.") % {"names": nothing_on}
        yield Sentence(Section.SPENDING, "redemption.nothing_on", f"{path}.nothing_on", text)
    value = money_text(telling.document["points"]["value_kopecks"])
    text = _("1 point is %(money)s off the bill.") % {"money": value}
    yield Sentence(Section.SPENDING, "points.value_kopecks", "$.points.value_kopecks", text)
    yield Sentence(Section.SPENDING, "redemption.proof_required", f"{path}.proof_required", _proof(redemption))


def _caps(telling: Telling) -> str:
    flat = telling.document["redemption"]["cap_percent"]
    by_tier = [
        (in_language(tier["title"]), rate_bp(tier.get("redemption_cap_percent", flat))) for tier in telling.tiers
    ]
    caps: Rates = by_tier or [("", rate_bp(flat))]
    if rates_differ(caps):
        return _("Points can pay, of a receipt: %(rates)s.") % {"rates": rates_text(caps)}
    if not caps[0][1]:
        return _("Points can't be spent yet.")
    return _("Points can pay up to %(rate)s of a receipt.") % {"rate": common_rate(caps)}


def _proof(redemption: Document) -> str:
    if redemption.get("proof_required", True):
        return _("To spend points, show the QR of your card page or tell the code we send you.")
    return _("No code is asked when points are spent.")


def life_sentences(telling: Telling) -> Iterator[Sentence]:
    points = telling.document["points"]
    yield Sentence(Section.LIFE, "points.life", "$.points.life", common_life(points["life"]))
    wait, forgotten = common_wait(points), forgotten_visit(telling.document)
    if wait:
        yield Sentence(Section.LIFE, "points.pending_days", "$.points.pending_days", wait)
    if forgotten:
        path = "$.points.visit_closes_after_days"
        yield Sentence(Section.LIFE, "points.visit_closes_after_days", path, forgotten)
    if not telling.has_burning:
        return
    window = points.get("burning_window_days", BURNING_WINDOW_DAYS)
    text = ngettext(
        "Points are shown as burning soon %(count)s day before they burn.",
        "Points are shown as burning soon %(count)s days before they burn.",
        window,
    ) % {"count": window}
    path = "$.points.burning_window_days"
    yield Sentence(Section.LIFE, "points.burning_window_days", path, text, is_internal=True)


def reminder_sentences(telling: Telling) -> Iterator[Sentence]:
    reminders = telling.document.get("reminders", {"days_before": []})
    days = reminders["days_before"]
    if not days or not telling.has_burning:
        return
    for name, text, is_internal in (
        ("days_before", _ladder(days), False),
        ("holdout_percent", _holdout(reminders), True),
        ("attribution_days", _attribution(reminders), True),
    ):
        if text:
            key = f"reminders.{name}"
            yield Sentence(Section.REMINDERS, key, f"$.{key}", text, is_internal=is_internal)


def _ladder(days: list[int]) -> str:
    return ngettext(
        "We remind you %(days)s day before points burn.",
        "We remind you %(days)s days before points burn.",
        days[-1],
    ) % {"days": and_list([str(each) for each in days])}


def _holdout(reminders: Document) -> str:
    share = rate_bp(reminders.get("holdout_percent", 0))
    if not share:
        return ""
    return _("%(rate)s of the patients get no reminder, so that its effect can be measured.") % {
        "rate": percent_text(share)
    }


def _attribution(reminders: Document) -> str:
    days = reminders.get("attribution_days", ATTRIBUTION_DAYS)
    return ngettext(
        "A visit within %(count)s day of a reminder counts as its result.",
        "A visit within %(count)s days of a reminder counts as its result.",
        days,
    ) % {"count": days}


def refund_sentences(telling: Telling) -> Iterator[Sentence]:
    points = telling.document["points"]
    grace = points.get("lot_grace_days", LOT_GRACE_DAYS)
    text = _grace(grace) if telling.has_burning else _("A refund gives spent points back.")
    yield Sentence(Section.REFUNDS, "points.lot_grace_days", "$.points.lot_grace_days", text)
    path = "$.points.negative_policy"
    text = NEGATIVE_POLICIES[points.get("negative_policy", "debt")]()
    yield Sentence(Section.REFUNDS, "points.negative_policy", path, text, is_internal=True)


def _grace(days: int) -> str:
    if not days:
        return _(
            "A refund gives spent points back. Those that have burnt meanwhile can be spent on that day only."
        )
    return ngettext(
        "A refund gives spent points back. Those that have burnt meanwhile live %(count)s more day.",
        "A refund gives spent points back. Those that have burnt meanwhile live %(count)s more days.",
        days,
    ) % {"count": days}


NEGATIVE_POLICIES: dict[str, Callable[[], str]] = {
    "debt": lambda: _(
        "A refund takes earned points back. What has been spent stays as a debt: new points pay it first."
    ),
    "zero": lambda: _("A refund takes earned points back. What has been spent is written off."),
    "pending_only": lambda: _("A refund takes back only earned points that can't be spent yet."),
}
