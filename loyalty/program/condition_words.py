"""When a rule applies, in words: "Only on Tuesdays and Thursdays, from 10:00 to 14:00."

Every phrase stands on its own after “Only”, so that any of them may follow any other.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinics.number_texts import money_text
from loyalty.program.telling import Telling
from loyalty.program.word_lists import and_list, plain_list, quoted
from loyalty.rules.amounts import kopecks_of
from loyalty.rules.shapes import day_of

Document = Mapping[str, Any]
WORKING_DAYS, DAYS_OFF, WHOLE_WEEK = [1, 2, 3, 4, 5], [6, 7], [1, 2, 3, 4, 5, 6, 7]


def earning_conditions(when: Document, telling: Telling) -> str:
    """A sentence; empty for a rule that always applies."""
    return _only([*_one(earned_on(when, telling)), *_phrases(when, telling)])


def discount_conditions(when: Document, telling: Telling) -> str:
    """Like earning_conditions, of a rule that reduces prices."""
    return _only([*_one(reduced_on(when, telling)), *_phrases(when, telling)])


def earned_on(targets: Document, telling: Telling) -> str:
    """ "for the services “A” and “B”"; empty when every service counts."""
    phrases = []
    categories, services = targets.get("categories", ()), targets.get("services", ())
    if categories:
        words = {"names": telling.named("categories", categories)}
        phrases.append(
            ngettext(
                "for services of the category %(names)s",
                "for services of the categories %(names)s",
                len(categories),
            )
            % words
        )
    if services:
        words = {"names": telling.named("services", services)}
        phrases.append(ngettext("for the service %(names)s", "for the services %(names)s", len(services)) % words)
    return and_list(phrases)


def reduced_on(targets: Document, telling: Telling) -> str:
    """ "on the services “A” and “B”"; empty when every service counts."""
    phrases = []
    categories, services = targets.get("categories", ()), targets.get("services", ())
    if categories:
        words = {"names": telling.named("categories", categories)}
        phrases.append(
            ngettext(
                "on services of the category %(names)s", "on services of the categories %(names)s", len(categories)
            )
            % words
        )
    if services:
        words = {"names": telling.named("services", services)}
        phrases.append(ngettext("on the service %(names)s", "on the services %(names)s", len(services)) % words)
    return and_list(phrases)


def day_words(text: str) -> str:
    """A day of a program is told with its year: the sentence may be read in another one."""
    day = day_of(text)
    return text if day is None else f"{day:%d.%m.%Y}"


def _only(phrases: list[str]) -> str:
    return _("Only %(conditions)s.") % {"conditions": plain_list(phrases)} if phrases else ""


def _one(phrase: str) -> list[str]:
    return [phrase] if phrase else []


def _phrases(when: Document, telling: Telling) -> Iterator[str]:
    for name, say in PHRASES.items():
        if name in when:
            yield say(when[name], telling)


def _doctors(codes: list[str], telling: Telling) -> str:
    words = {"names": telling.named("doctors", codes)}
    return ngettext("with the doctor %(names)s", "with the doctors %(names)s", len(codes)) % words


def _clinics(codes: list[str], telling: Telling) -> str:
    words = {"names": telling.named("clinics", codes)}
    return ngettext("at the clinic %(names)s", "at the clinics %(names)s", len(codes)) % words


def _weekdays(numbers: list[int], _telling: Telling) -> str:
    days = sorted(set(numbers))
    if days == WHOLE_WEEK:
        return _("on any day of the week")
    if days == WORKING_DAYS:
        return _("on working days")
    if days == DAYS_OFF:
        return _("at weekends")
    return _("on %(days)s") % {"days": and_list([WEEKDAYS[day]() for day in days])}


def _hours(hours: Document, _telling: Telling) -> str:
    return _("from %(start)s to %(end)s") % {"start": hours["from"], "end": hours["to"]}


def _days(days: Document, _telling: Telling) -> str:
    words = {name: day_words(text) for name, text in days.items()}
    if len(words) == 2:
        return _("from %(first_day)s to %(last_day)s") % words
    return (_("from %(first_day)s on") if "first_day" in words else _("until %(last_day)s")) % words


def _receipt(bounds: Document, _telling: Telling) -> str:
    words = {name: money_text(kopecks_of(roubles)) for name, roubles in bounds.items()}
    if len(words) == 2:
        return _("on receipts from %(from)s to %(to)s") % words
    return (_("on receipts from %(from)s") if "from" in words else _("on receipts up to %(to)s")) % words


def _booked_online(wanted: bool, _telling: Telling) -> str:
    return _("on visits booked online") if wanted else _("on visits that were not booked online")


def _tiers(codes: list[str], telling: Telling) -> str:
    words = {"names": and_list([quoted(title) for title in telling.tier_titles(codes)])}
    return ngettext("for the tier %(names)s", "for the tiers %(names)s", len(codes)) % words


def _tags(codes: list[str], telling: Telling) -> str:
    words = {"names": telling.named("tags", codes)}
    return ngettext(
        "for patients with the tag %(names)s", "for patients with any of the tags %(names)s", len(codes)
    ) % (words)


def _sources(codes: list[str], telling: Telling) -> str:
    words = {"names": telling.named("sources", codes)}
    return ngettext(
        "for patients who came by the channel %(names)s",
        "for patients who came by the channels %(names)s",
        len(codes),
    ) % (words)


def _social_groups(codes: list[str], telling: Telling) -> str:
    words = {"names": telling.named("social_groups", codes)}
    return ngettext("for the group %(names)s", "for the groups %(names)s", len(codes)) % words


def _sex(sex: str, _telling: Telling) -> str:
    return _("for women") if sex == "FEMALE" else _("for men")


def _age(bounds: Document, _telling: Telling) -> str:
    youngest, oldest = bounds.get("from"), bounds.get("to")
    if oldest is None:
        return ngettext("from the age of %(first)s", "from the age of %(first)s", youngest or 0) % {
            "first": youngest
        }
    if youngest is None:
        return ngettext("up to the age of %(last)s", "up to the age of %(last)s", oldest) % {"last": oldest}
    words = {"first": youngest, "last": oldest}
    return ngettext("at ages from %(first)s to %(last)s", "at ages from %(first)s to %(last)s", oldest) % words


def _patients(kind: str, _telling: Telling) -> str:
    return _("on the first visit") if kind == "new" else _("from the second visit on")


def _visit(visit: Document, _telling: Telling) -> str:
    template = _("on visit number %(number)s") if visit["kind"] == "number" else _("once in %(number)s visits")
    return template % {"number": visit["number"]}


WEEKDAYS: dict[int, Callable[[], str]] = {
    1: lambda: pgettext("on weekdays", "Mondays"),
    2: lambda: pgettext("on weekdays", "Tuesdays"),
    3: lambda: pgettext("on weekdays", "Wednesdays"),
    4: lambda: pgettext("on weekdays", "Thursdays"),
    5: lambda: pgettext("on weekdays", "Fridays"),
    6: lambda: pgettext("on weekdays", "Saturdays"),
    7: lambda: pgettext("on weekdays", "Sundays"),
}
PHRASES: dict[str, Callable[[Any, Telling], str]] = {
    "doctors": _doctors,
    "clinics": _clinics,
    "days": _days,
    "weekdays": _weekdays,
    "hours": _hours,
    "receipt_roubles": _receipt,
    "booked_online": _booked_online,
    "tiers": _tiers,
    "social_groups": _social_groups,
    "tags": _tags,
    "sources": _sources,
    "sex": _sex,
    "age": _age,
    "patients": _patients,
    "visit": _visit,
}
