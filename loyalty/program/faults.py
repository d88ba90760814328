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
    "too_many": lambda: _("the list can have at most this many items: %(most)s."),
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
    "unknown_doctors": lambda: _("there is no doctor “%(code)s”: nothing will match it."),
    "unknown_clinics": lambda: _("there is no clinic “%(code)s”: nothing will match it."),
    "unknown_tags": lambda: _("there is no tag “%(code)s”: nothing will match it."),
    "unknown_social_groups": lambda: _("there is no social group “%(code)s”: nothing will match it."),
    "unknown_categories": lambda: _("the price list has no category “%(code)s”: nothing will match it."),
    "not_day": lambda: _("a day is needed here, like 2026-12-31."),
    "not_time": lambda: _("a time of day is needed here, like 09:30."),
    "not_link": lambda: _("a link is needed here: https://… or a path of this site that starts with “/”."),
    "unknown_group": lambda: _("there is no group “%(group)s”. Add it or use “base”."),
    "order_unclear": lambda: _(
        "it may count together with %(other)s, and nobody can tell which goes first. Give one of them a higher"
        " priority."
    ),
    "range_reversed": lambda: _("it ends before it begins. Swap the two values."),
    "range_without_bounds": lambda: _("it has neither a beginning nor an end. Give one of them or remove it."),
    "cap_below_award": lambda: _("the limit is below the %(points)s points that the rule gives at once."),
    "multiplier_of_one": lambda: _("once is no more than without the rule. Enter more than 1."),
    "level_not_rising": lambda: _("the value must be higher than that of the level before."),
    "role_above_most": lambda: _("no role may take off more than the common limit of %(most)s %%."),
    "own_life_without_day": lambda: _(
        "points with a rolling date burn together. A life of its own must name days, months or a period's end, "
        "or be “none”."
    ),
    "never_such_visit": lambda: _("a first visit has number 1 and a later one has not: the rule can never apply."),
    "nothing_sets_it_off": lambda: _("nothing gives this gift yet, so patients are not told of it."),
    "never_such_weekday": lambda: _("no such day of the week lies between its first and last day."),
    "days_not_used": lambda: _("a promotion runs by its own days, these ones are not looked at."),
    "is_over": lambda: _("it ended on %(day)s and no longer applies."),
    "always_beaten": lambda: _("“%(rule)s” applies whenever this one does and wins: this one never counts."),
    "nothing_to_multiply": lambda: _("no percent rule applies together with it: there is nothing to multiply."),
    "takes_nothing_off": lambda: _("it takes nothing off. Enter more than 0."),
    "empty_group": lambda: _("nothing stands in this group."),
    "receipt_cap_below_award": lambda: _(
        "one receipt earns at most %(most)s, so %(points)s are never given whole."
    ),
    "nothing_to_spend_on": lambda: _("all limits are 0: points can be earned and never spent."),
    "tier_gives_less": lambda: _("the tier gives less than “%(tier)s” below it."),
    "tier_gives_no_more": lambda: _("the tier gives nothing more than “%(tier)s” below it."),
    "nothing_burns": lambda: _("points never burn: there will be nothing to remind of."),
    "reminder_at_once": lambda: _(
        "the life of points in days is %(days)s: this reminder comes as they are given."
    ),
    "nobody_reminded": lambda: _("all patients are held out: nobody will be reminded."),
    "days_not_falling": lambda: _("the days must fall: the earliest reminder, with most days left, goes first."),
}
