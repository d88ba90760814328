"""Promotions, the discount card and what staff may take off by hand."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text, percent_text
from loyalty.program.condition_words import day_words, discount_conditions
from loyalty.program.limit_words import budget_text
from loyalty.program.rule_orders import discount_orders
from loyalty.program.telling import Section, Sentence, Telling, is_personal, title_of
from loyalty.program.word_lists import and_list
from loyalty.rules.amounts import kopecks_of, rate_bp
from loyalty.rules.rule_checks import Placed, promotions
from loyalty.rules.rule_compilation import REQUEST_HOURS

Document = Mapping[str, Any]


def discount_sentences(telling: Telling) -> Iterator[Sentence]:
    heard = telling.heard(promotions(telling.document))
    for placed in heard:
        yield from _promotion(placed, telling)
    yield from discount_orders(heard, telling)
    discounts = telling.document.get("discounts", {})
    if "manual" in discounts:
        yield _internal("manual", _manual(discounts["manual"]))
    if discounts:
        yield _internal("needs_second_person", _publishing(discounts))


def _internal(name: str, text: str) -> Sentence:
    return Sentence(Section.DISCOUNTS, f"discounts.{name}", f"$.discounts.{name}", text, is_internal=True)


def _promotion(placed: Placed, telling: Telling) -> Iterator[Sentence]:
    rule = placed.rule
    section = "card" if "levels" in rule else "promotions"
    key = f"discounts.{section}.{rule['code']}"
    parts = [_effect(placed), discount_conditions(placed.when, telling), _days(rule)]
    yield Sentence(
        Section.DISCOUNTS,
        key,
        placed.path,
        " ".join(part for part in parts if part),
        is_internal=is_personal(placed),
        link=rule.get("rules_link", ""),
    )
    if "budget" in rule:
        text = budget_text(rule["budget"], title=title_of(placed))
        yield Sentence(Section.DISCOUNTS, f"{key}.budget", f"{placed.path}.budget", text, is_internal=True)


def _days(rule: Document) -> str:
    if "days" not in rule:
        return ""
    days = {name: day_words(text) for name, text in rule["days"].items()}
    return _("It runs from %(first_day)s to %(last_day)s.") % days


def _effect(placed: Placed) -> str:
    rule, words = placed.rule, {"title": title_of(placed)}
    if "levels" in rule:
        return _("%(title)s: the discount grows with the sum of your payments (%(levels)s).") % (
            words | {"levels": ", ".join(map(_level, rule["levels"]))}
        )
    effect = rule["effect"]
    match effect["kind"]:
        case "percent":
            return _("%(title)s: %(rate)s off.") % (words | {"rate": percent_text(rate_bp(effect["percent"]))})
        case "free_line":
            return _free(effect.get("lines", 1), words)
    words |= {"money": money_text(kopecks_of(effect["roubles"]))}
    if effect["kind"] == "amount":
        return _("%(title)s: %(money)s off the receipt.") % words
    return _("%(title)s: the price is %(money)s.") % words


def _level(level: Document) -> str:
    return _("%(rate)s from %(money)s") % {
        "rate": percent_text(rate_bp(level["percent"])),
        "money": money_text(kopecks_of(level["from_roubles"])),
    }


def _free(lines: int, words: Document) -> str:
    if lines == 1:
        return _("%(title)s: the cheapest service is free.") % words
    return ngettext(
        "%(title)s: the %(count)s cheapest service is free.",
        "%(title)s: the %(count)s cheapest services are free.",
        lines,
    ) % {**words, "count": lines}


def _manual(manual: Document) -> str:
    limits = [
        _("%(role)s up to %(rate)s") % {"role": title(), "rate": percent_text(rate_bp(percent))}
        for role, title in ROLES.items()
        if (percent := manual["most_percent_by_role"].get(role)) is not None
    ]
    hours = manual.get("request_hours", REQUEST_HOURS)
    words = {"most": percent_text(rate_bp(manual.get("most_percent", 100))), "count": hours}
    asking = (
        ngettext(
            "More, up to %(most)s, is approved by another person; a request waits %(count)s hour.",
            "More, up to %(most)s, is approved by another person; a request waits %(count)s hours.",
            hours,
        )
        % words
    )
    own = _("Discounts by hand: %(limits)s.") % {"limits": and_list(limits)}
    return " ".join((own if limits else _("Nobody gives a discount by hand alone."), asking))


def _publishing(discounts: Document) -> str:
    if discounts.get("needs_second_person", True):
        return _("Changes of discounts are published by a person who has not made them.")
    return _("Changes of discounts may be published by the person who has made them.")


ROLES: dict[str, Callable[[], str]] = {
    "receptionist": lambda: _("a receptionist"),
    "senior": lambda: _("a senior receptionist"),
    "manager": lambda: _("a manager"),
}
