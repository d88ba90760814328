"""One-off gifts: points for something done outside a single receipt."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text, points_word
from loyalty.program.condition_words import earning_conditions
from loyalty.program.life_words import AT_ONCE, own_life, own_wait
from loyalty.program.limit_words import budget_text
from loyalty.program.review_platforms import platform_name
from loyalty.program.telling import Section, Sentence, Telling, title_of
from loyalty.program.word_lists import and_list, quoted
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.gift_shapes import is_heard
from loyalty.rules.rule_checks import gifts

Document = Mapping[str, Any]
Words = dict[str, str]


def gift_sentences(telling: Telling) -> Iterator[Sentence]:
    for placed in gifts(telling.document):
        gift, key = placed.rule, f"gifts.{placed.rule['code']}"
        words = {"title": title_of(placed), "points": points_word(gift["points"])}
        parts = [
            TRIGGERS[gift["trigger"]["kind"]](gift["trigger"], words, telling),
            own_life(gift, telling),
            # A gift can be spent at once, whatever earned points wait for.
            own_wait(AT_ONCE, telling),
        ]
        text = " ".join(part for part in parts if part)
        yield Sentence(Section.GIFTS, key, placed.path, text, is_internal=not is_heard(gift["trigger"]))
        if "budget" in gift:
            text = budget_text(gift["budget"], title=title_of(placed))
            yield Sentence(Section.GIFTS, f"{key}.budget", f"{placed.path}.budget", text, is_internal=True)


def _threshold(trigger: Document, words: Words, _telling: Telling) -> str:
    months = trigger["months"]
    return ngettext(
        "%(title)s: %(points)s for payments from %(money)s within %(count)s month.",
        "%(title)s: %(points)s for payments from %(money)s within %(count)s months.",
        months,
    ) % {**words, "money": money_text(kopecks_of(trigger["roubles"])), "count": months}


def _habit(trigger: Document, words: Words, telling: Telling) -> str:
    months, streak = trigger["within_months"], trigger.get("streak", 1)
    text = ngettext(
        "%(title)s: %(points)s for coming again within %(count)s month.",
        "%(title)s: %(points)s for coming again within %(count)s months.",
        months,
    ) % {**words, "count": months}
    in_a_row = _("It is given once in %(streak)s times in a row.") % {"streak": streak} if streak > 1 else ""
    parts = [text, earning_conditions(trigger["of"], telling), in_a_row]
    return " ".join(part for part in parts if part)


def _course(trigger: Document, words: Words, _telling: Telling) -> str:
    if "courses" not in trigger:
        return _("%(title)s: %(points)s for a finished course of treatment.") % words
    courses = and_list([quoted(code) for code in trigger["courses"]])
    return ngettext(
        "%(title)s: %(points)s for the finished course %(courses)s.",
        "%(title)s: %(points)s for one of the finished courses %(courses)s.",
        len(trigger["courses"]),
    ) % {**words, "courses": courses}


def _review(trigger: Document, words: Words, _telling: Telling) -> str:
    platforms = and_list([quoted(platform_name(code)) for code in trigger["platforms"]])
    text = _("%(title)s: %(points)s for a review on %(platforms)s.") % {**words, "platforms": platforms}
    months = trigger.get("months")
    if months is None:
        return " ".join((text, _("Once on every platform.")))
    again = ngettext(
        "Once in %(count)s month on every platform.", "Once in %(count)s months on every platform.", months
    )
    return " ".join((text, again % {"count": months}))


def _friend(_trigger: Document, words: Words, _telling: Telling) -> str:
    return _("%(title)s: %(points)s once a friend who came by your word has paid for a first visit.") % words


def _activity(trigger: Document, words: Words, _telling: Telling) -> str:
    return ACTIVITIES[trigger["of"]]() % words


TRIGGERS: dict[str, Callable[[Document, Words, Telling], str]] = {
    "threshold": _threshold,
    "habit": _habit,
    "course_finished": _course,
    "review": _review,
    "activity": _activity,
    "friend_paid": _friend,
}
ACTIVITIES: dict[str, Callable[[], str]] = {
    "profile_filled": lambda: _("%(title)s: %(points)s for a profile filled in."),
    "first_log_in": lambda: _("%(title)s: %(points)s for the first log-in to the cabinet."),
    "channel_linked": lambda: _("%(title)s: %(points)s for linking a channel of messages."),
    "booked_online": lambda: _("%(title)s: %(points)s for booking online."),
}
