"""How a tier is reached, when it falls, and what it gives besides points."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text
from loyalty.program.telling import Section, Sentence, Telling, in_language
from loyalty.program.word_lists import plain_list
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.compilation import TIER_GRACE_DAYS


def tier_sentences(telling: Telling) -> Iterator[Sentence]:
    if not telling.tiers:
        return
    yield Sentence(Section.TIERS, "tiers.levels", "$.tiers.levels", _thresholds(telling))
    yield from _perks(telling)
    if len(telling.tiers) > 1:
        tiers = telling.document["tiers"]
        rise = _rise(tiers.get("recount", "at_once"))
        yield Sentence(Section.TIERS, "tiers.recount", "$.tiers.recount", rise)
        fall = _fall(tiers.get("downgrade", "never"), grace_days=tiers.get("tier_grace_days", TIER_GRACE_DAYS))
        yield Sentence(Section.TIERS, "tiers.downgrade", "$.tiers.downgrade", fall)


def _thresholds(telling: Telling) -> str:
    first, *higher = telling.tiers
    if not higher:
        return _("Everybody has the tier “%(tier)s”.") % {"tier": in_language(first["title"])}
    steps = [
        _("%(tier)s from %(money)s")
        % {"tier": in_language(tier["title"]), "money": money_text(kopecks_of(tier["threshold_roubles"]))}
        for tier in higher
    ]
    words = {"first": in_language(first["title"]), "steps": plain_list(steps)}
    months = telling.document["tiers"].get("turnover", {}).get("months")
    if months is None:
        return _("Tiers by the sum of your payments: %(first)s at once, %(steps)s.") % words
    return ngettext(
        "Tiers by the sum of your payments of the last %(count)s month: %(first)s at once, %(steps)s.",
        "Tiers by the sum of your payments of the last %(count)s months: %(first)s at once, %(steps)s.",
        months,
    ) % {**words, "count": months}


def _perks(telling: Telling) -> Iterator[Sentence]:
    for index, tier in enumerate(telling.tiers):
        if tier.get("perks"):
            text = _("The tier “%(tier)s” also gives: %(perks)s.") % {
                "tier": in_language(tier["title"]),
                "perks": plain_list([in_language(perk) for perk in tier["perks"]]),
            }
            path = f"$.tiers.levels[{index}].perks"
            yield Sentence(Section.TIERS, f"tiers.levels.{tier['code']}.perks", path, text)


def _rise(recount: str) -> str:
    if recount == "at_once":
        return _("A new tier counts from the next receipt on.")
    return _("A new tier counts from the next day on.")


def _fall(downgrade: str, *, grace_days: int) -> str:
    if downgrade == "never":
        return _("A tier once reached stays.")
    is_one_step = downgrade == "one_step"
    if not grace_days:
        if is_one_step:
            return _("When payments no longer suffice for the tier, it falls by one.")
        return _("When payments no longer suffice for the tier, it falls to the one that they reach.")
    words = {"count": grace_days}
    if is_one_step:
        text = ngettext(
            "When payments no longer suffice for the tier, we tell you; %(count)s day later it falls by one.",
            "When payments no longer suffice for the tier, we tell you; %(count)s days later it falls by one.",
            grace_days,
        )
    else:
        text = ngettext(
            "When payments no longer suffice for the tier, we tell you; %(count)s day later it falls to the one"
            " that they reach.",
            "When payments no longer suffice for the tier, we tell you; %(count)s days later it falls to the one"
            " that they reach.",
            grace_days,
        )
    return " ".join((text % words, _("A payment that suffices keeps it.")))
