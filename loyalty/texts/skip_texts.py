"""Why a rule or a promotion gives nothing on a receipt, in the reader's language.

Codes and numbers of a stored explanation in, one sentence out; no services and no names are said.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinics.number_texts import money_text, number_text

Data = Mapping[str, Any]
TitleOf = Callable[[str], str]  # of a rule or promotion, by its code


def skip_text(skipped: Data, *, title_of: TitleOf) -> str:
    """ "Pensioners: does not apply, the patient is not in this group." """
    why = REASONS[skipped["code"]](skipped, title_of)
    return _("%(rule)s: does not apply. %(why)s") % {"rule": title_of(skipped["rule"]), "why": why}


def limit_text(reason: Data, *, title_of: TitleOf) -> str:
    """A budget or a cap per patient has cut what a rule gives."""
    why = REASONS[reason["code"]](reason, title_of)
    return _("%(rule)s: gave less. %(why)s") % {"rule": title_of(reason["rule"]), "why": why}


def _day(text: Any) -> str:
    day = parse_date(str(text))
    return formats.date_format(day, "DATE_FORMAT") if day else ""


REASONS: dict[str, Callable[[Data, TitleOf], str]] = {
    "not_this_clinic": lambda _r, _t: _("It is for other clinics."),
    "not_this_weekday": lambda _r, _t: _("It is for other days of the week."),
    "not_this_hour": lambda r, _t: (
        _("It counts from %(start)s to %(end)s.") % {"start": r["from"], "end": r["to"]}
    ),
    "not_yet": lambda r, _t: _("It starts on %(day)s.") % {"day": _day(r["day"])},
    "no_longer": lambda r, _t: _("It ended on %(day)s.") % {"day": _day(r["day"])},
    "sum_too_small": lambda r, _t: _("It needs a receipt from %(sum)s.") % {"sum": money_text(r["least"])},
    "sum_too_large": lambda r, _t: _("It is for receipts up to %(sum)s.") % {"sum": money_text(r["most"])},
    "not_booked_online": lambda _r, _t: _("It is for visits booked online."),
    "booked_online": lambda _r, _t: _("It is not for visits booked online."),
    "not_this_tier": lambda _r, _t: _("It is for other tiers."),
    "no_such_tag": lambda _r, _t: _("The patient does not have the tag it asks for."),
    "not_this_source": lambda _r, _t: _("It is for patients who came another way."),
    "not_this_social_group": lambda _r, _t: _("The patient's card has no valid document of this group."),
    "birth_date_unknown": lambda _r, _t: _("The patient's birth date is not filled in."),
    "not_this_age": lambda r, _t: (
        _("It is for ages from %(first)s to %(last)s.") % {"first": r["from"], "last": r["to"]}
    ),
    "sex_unknown": lambda _r, _t: _("The patient's sex is not filled in."),
    "not_this_sex": lambda _r, _t: _("It is for patients of the other sex."),
    "not_new": lambda _r, _t: _("It is for the first visit."),
    "not_regular": lambda _r, _t: _("It counts from the second visit on."),
    "not_visit_number": lambda r, _t: _("It is for visit number %(number)s.") % {"number": r["number"]},
    "not_visit_every": lambda r, _t: _("It counts once in %(number)s visits.") % {"number": r["number"]},
    "another_first": lambda r, t: _("“%(rule)s” goes first.") % {"rule": t(str(r["other"]))},
    "another_better": lambda r, t: _("“%(rule)s” takes more off.") % {"rule": t(str(r["other"]))},
    "means_others": lambda _r, _t: _("It is for other services or doctors."),
    "privilege_no_line": lambda _r, _t: _("The receipt has no service that it is for. The code stays unused."),
    "privilege_lost": lambda r, _t: (
        _("The services cost less than it gives, %(sum)s of it are lost.") % {"sum": money_text(r["kopecks"])}
    ),
    "gives_nothing": lambda _r, _t: _("There is nothing to take off."),
    "nothing_paid": lambda _r, _t: _("Too little is paid in money for what it means."),
    "budget_used_up": lambda _r, _t: _("Its budget is used up."),
    "patient_used_up": lambda r, _t: (
        ngettext(
            "The patient has had %(count)s point of this rule, no more is given in this period.",
            "The patient has had %(count)s points of this rule, no more is given in this period.",
            int(r["amount"]),
        )
        % {"count": number_text(int(r["amount"]))}
    ),
}
