"""The faults of a program document in words, in the reader's language."""

from collections.abc import Callable, Iterable

from django.utils.translation import gettext as _

from loyalty.rules.shapes import Fault


def describe(fault: Fault) -> str:
    """Where and why: "$.earning.rules[0].code: ..."."""
    return f"{fault.path}: {reason(fault)}"


def describe_all(faults: Iterable[Fault]) -> str:
    """A line per fault, in the order of the document."""
    return "\n".join(describe(fault) for fault in faults)


def reason(fault: Fault) -> str:
    """Why the value can't stay as it is."""
    return REASONS[fault.code]() % dict(fault.data)


# Functions, so that the language is the reader's and every sentence is found by makemessages.
REASONS: dict[str, Callable[[], str]] = {
    "file_too_large": lambda: _("the file is larger than %(most)s bytes."),
    "not_utf8": lambda: _("line %(line)s is not in UTF-8. Save the file in this encoding."),
    "not_json": lambda: _("line %(line)s, column %(column)s: this is not JSON."),
    "not_a_program": lambda: _("the file is not a program document."),
    "field_twice": lambda: _("the field stands twice. Keep one."),
    "missing": lambda: _("the field is missing."),
    "unknown_field": lambda: _("there is no such field. Check its spelling."),
    "not_object": lambda: _("an object with fields is needed here."),
    "not_list": lambda: _("a list is needed here."),
    "too_few": lambda: _("the list needs at least this many items: %(least)s."),
    "not_whole": lambda: _("a whole number is needed here."),
    "not_decimal": lambda: _("a number with at most two decimal places is needed here."),
    "out_of_range": lambda: _("the number must be from %(least)s to %(most)s."),
    "not_flag": lambda: _("true or false is needed here."),
    "empty_text": lambda: _("a text is needed here."),
    "too_long": lambda: _("the text is longer than %(most)s characters."),
    "unreadable_text": lambda: _("the text has signs that can't be shown."),
    "bad_code": lambda: _(
        "a code is needed here: small Latin letters, digits, “_” and “-”, a letter first, at most 50 characters."
    ),
    "bad_price_list_code": lambda: _(
        "a code from the price list is needed here: Latin letters, digits, “_” and “-”, at most 50 characters."
    ),
    "not_an_option": lambda: _("the value must be one of: %(options)s."),
    "repeated": lambda: _("“%(value)s” stands here for the second time."),
    "first_threshold_not_zero": lambda: _("the first tier must start at 0: everybody has it."),
    "threshold_not_rising": lambda: _("the threshold must be higher than that of the tier before."),
    "target_taken": lambda: _("“%(target)s” is already named at %(other)s. It can have one rule."),
    "plain_rule_repeated": lambda: _("another rule without conditions stands at %(other)s. There can be one."),
    "unknown_tier": lambda: _("the program has no tier “%(tier)s”."),
    "tier_without_rate": lambda: _(
        "tier “%(tier)s” has no percent. Add it here or give the rule a common percent."
    ),
    "no_rate": lambda: _("the rule needs a percent, common or by tier."),
    "unknown_services": lambda: _("the price list has no service “%(code)s”: nothing will match it."),
    "unknown_categories": lambda: _("the price list has no category “%(code)s”: nothing will match it."),
    "own_life_without_day": lambda: _(
        "points with a rolling date burn together. A life of its own must name days, months or a period's end."
    ),
    "days_not_falling": lambda: _("the days must fall: the earliest reminder, with most days left, goes first."),
}
