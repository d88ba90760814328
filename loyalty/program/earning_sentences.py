"""What is earned, by which rules, and which of several counts."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import hundredths_text, number_text, points_word
from loyalty.program.condition_words import earning_conditions
from loyalty.program.life_words import own_life, own_wait
from loyalty.program.limit_words import budget_text, cap_texts
from loyalty.program.rate_words import Rates, common_rate, rates_differ, rates_text
from loyalty.program.rule_orders import earning_orders
from loyalty.program.telling import Section, Sentence, Telling, in_language, is_personal, rate_by_tier, title_of
from loyalty.program.word_lists import quoted
from loyalty.rules.amounts import rate_bp
from loyalty.rules.rule_checks import BASE, Placed, earning_rules

Document = Mapping[str, Any]


def earning_sentences(telling: Telling) -> Iterator[Sentence]:
    rules = telling.heard(earning_rules(telling.document))
    for placed in sorted(rules, key=lambda placed: not _is_plain(placed)):
        yield from _rule(placed, telling)
    yield from earning_orders(rules, telling)
    yield from _common(telling.document["earning"], telling)


def _is_plain(placed: Placed) -> bool:
    """The percent for every payment: the program's main promise needs no title."""
    is_percent = placed.rule["effect"]["kind"] == "percent"
    return is_percent and placed.group == BASE and all(value == [] for value in placed.when.values())


def _rule(placed: Placed, telling: Telling) -> Iterator[Sentence]:
    rule, key = placed.rule, f"earning.rules.{placed.rule['code']}"
    parts = [
        _plain(rule["effect"], telling) if _is_plain(placed) else _titled(placed, telling),
        earning_conditions(placed.when, telling),
        own_life(rule, telling),
        own_wait(rule, telling),
        *cap_texts(rule),
    ]
    text = " ".join(part for part in parts if part)
    yield Sentence(Section.EARNING, key, placed.path, text, is_internal=is_personal(placed))
    if _is_plain(placed):
        name = _("On receipts this rule is called %(title)s.") % {"title": quoted(title_of(placed))}
        yield Sentence(Section.EARNING, f"{key}.title", f"{placed.path}.title", name, is_internal=True)
    if "budget" in rule:
        text = budget_text(rule["budget"], title=title_of(placed))
        yield Sentence(Section.EARNING, f"{key}.budget", f"{placed.path}.budget", text, is_internal=True)


def _plain(effect: Document, telling: Telling) -> str:
    rates = _rates(effect, telling)
    if rates_differ(rates):
        return _("For what you pay we give back in points: %(rates)s.") % {"rates": rates_text(rates)}
    return _("For what you pay we give %(rate)s back in points.") % {"rate": common_rate(rates)}


def _titled(placed: Placed, telling: Telling) -> str:
    effect, words = placed.rule["effect"], {"title": title_of(placed)}
    match effect["kind"]:
        case "fixed" if effect["per"] == "visit":
            return _("%(title)s: %(points)s for a visit.") % (words | {"points": points_word(effect["points"])})
        case "fixed":
            return _("%(title)s: %(points)s for every service.") % (
                words | {"points": points_word(effect["points"])}
            )
        case "multiplier":
            times = hundredths_text(rate_bp(effect["times"]))
            return _("%(title)s: points for the payment are multiplied by %(times)s.") % (words | {"times": times})
    rates = _rates(effect, telling)
    if rates_differ(rates):
        return _("%(title)s: a percent of the payment comes back in points by tier (%(rates)s).") % (
            words | {"rates": rates_text(rates)}
        )
    if not any(rate for _tier, rate in rates):
        return _("%(title)s: no points are given.") % words
    return _("%(title)s: %(rate)s of the payment comes back in points.") % (words | {"rate": common_rate(rates)})


def _rates(effect: Document, telling: Telling) -> Rates:
    by_tier = [(in_language(tier["title"]), rate_by_tier(effect, tier)) for tier in telling.tiers]
    return by_tier or [("", rate_bp(effect.get("percent", 0)))]


def _common(earning: Document, telling: Telling) -> Iterator[Sentence]:
    def sentence(name: str, text: str) -> Sentence:
        return Sentence(Section.EARNING, f"earning.{name}", f"$.earning.{name}", text)

    if earning.get("on_part_paid_with_points", False):
        text = _("Points are given on the whole price, the part paid with points included.")
    else:
        text = _("The part of a receipt paid with points earns no points.")
    yield sentence("on_part_paid_with_points", text)
    nothing_on = telling.targets(earning.get("nothing_on", {}))
    if nothing_on:
        yield sentence("nothing_on", _("No points are given for: %(names)s.") % {"names": nothing_on})
    cap = earning.get("cap_points_per_receipt")
    if cap is not None:
        text = ngettext(
            "One receipt earns at most %(count)s point.", "One receipt earns at most %(count)s points.", cap
        ) % {"count": number_text(cap)}
        yield sentence("cap_points_per_receipt", text)
