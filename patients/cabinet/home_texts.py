"""Words and numbers of home, whole sentences in the language of the page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.number_texts import day_text, money_text, number_text, percent_text, points_word
from loyalty.friends import inviters_gift
from loyalty.ledger.balance import BurnDay
from loyalty.texts.explanations import tier_title
from loyalty.texts.tiers import keeping_texts, next_step_text
from patients.cabinet.history_texts import is_welcome
from patients.cabinet.home_facts import HomeFacts

# Days ahead that the burning card looks.
BURNING_DAYS = 30


@dataclass(frozen=True, slots=True)
class BurnText:
    """`what` says how many points burn when; `left` and `value` are for the soonest ones only."""

    what: str
    left: str
    value: str


@dataclass(frozen=True, slots=True)
class TierText:
    code: str
    title: str
    rate: str  # empty when no rule covers every service
    next_step: str
    keeping: tuple[str, ...]  # until when the tier is sure, what keeps it
    percent: int | None  # of the way to the next tier; None at the top
    perks: tuple[str, ...]  # what the tier gives besides points


@dataclass(frozen=True, slots=True)
class Balance:
    points: str
    value: str  # what a point is worth
    pending: str
    debt: str


def balance_text(facts: HomeFacts) -> Balance:
    """With a debt the balance is below zero: nothing is spendable until new points pay it off."""
    account = facts.standing.account if facts.standing else None
    debt = account.debt if account else 0
    pending = account.pending if account else 0
    points = facts.holdings.spendable - debt
    return Balance(
        points=number_text(points),
        value=_("1 point is %(money)s off your bill") % {"money": money_text(facts.program.point_value_kopecks)}
        if facts.program
        else "",
        pending=" ".join(_pending(pending, waiting=facts.holdings.waiting)),
        debt=_("A refund took back more points than you had. New points pay it off first.") if debt else "",
    )


def _pending(pending: int, *, waiting: int) -> Iterator[str]:
    """Points given but not to be spent yet, `waiting` of them until their visit is closed."""
    if waiting:
        text = ngettext(
            "%(count)s more point will become available when your visit is closed.",
            "%(count)s more points will become available when your visit is closed.",
            waiting,
        )
        yield text % {"count": number_text(waiting)}
    if pending > waiting:
        text = ngettext(
            "%(count)s more point will become available later.",
            "%(count)s more points will become available later.",
            pending - waiting,
        )
        yield text % {"count": number_text(pending - waiting)}


def burning_texts(facts: HomeFacts) -> list[BurnText]:
    """What burns within thirty days, soonest first; empty when nothing does."""
    until = facts.today + timedelta(days=BURNING_DAYS)
    return [_burn(item, facts) for item in facts.holdings.schedule if item.last_day <= until]


def schedule_texts(facts: HomeFacts) -> list[str]:
    """All days on which points burn, then what never does; empty when the burning card has told everything."""
    kept = facts.holdings.never_burning
    if not kept and len(burning_texts(facts)) == len(facts.holdings.schedule):
        return []
    sentences = [burn_sentence(item, today=facts.today) for item in facts.holdings.schedule]
    if kept:
        words = {"count": number_text(kept)}
        sentences.append(ngettext("%(count)s point never burns", "%(count)s points never burn", kept) % words)
    return sentences


def burn_sentence(item: BurnDay, *, today: date) -> str:
    """`450 points burn on 27 November`, with the condition when a payment would move the day."""
    words = {"count": number_text(item.points), "day": day_text(item.last_day, today=today)}
    if item.is_rolling:
        return (
            ngettext(
                "%(count)s point burns on %(day)s unless you pay for a visit before",
                "%(count)s points burn on %(day)s unless you pay for a visit before",
                item.points,
            )
            % words
        )
    return ngettext("%(count)s point burns on %(day)s", "%(count)s points burn on %(day)s", item.points) % words


def tier_text(facts: HomeFacts) -> TierText | None:
    """None in a program without tiers."""
    outlook, program = facts.tier, facts.program
    if outlook is None or program is None:
        return None
    tier, progress = outlook.tier, outlook.progress
    rate = program.earning.common_rate_bp(tier.code)
    return TierText(
        code=tier.code,
        title=tier_title(program, tier.code),
        rate=_("%(rate)s back in points") % {"rate": percent_text(rate)} if rate else "",
        next_step=next_step_text(outlook, program=program, today=facts.today),
        keeping=keeping_texts(outlook, program=program, today=facts.today),
        percent=progress.reached_bp // 100 if progress else None,
        perks=tuple(perk.in_language(get_language() or "ru") for perk in tier.perks),
    )


def welcome_text(facts: HomeFacts) -> str:
    """For a member who has only got the gift for joining; empty for everybody else."""
    rows = facts.operations.rows
    if facts.standing is None or facts.standing.visits or not rows or not all(map(is_welcome, rows)):
        return ""
    points = facts.holdings.spendable
    gift = ngettext("You have %(count)s point for joining.", "You have %(count)s points for joining.", points) % {
        "count": number_text(points)
    }
    progress = facts.tier.progress if facts.tier else None
    if progress is None or facts.program is None:
        return gift
    step = _("The first visit brings you closer to “%(tier)s”: %(money)s to go.") % {
        "tier": tier_title(facts.program, progress.next_tier),
        "money": money_text(progress.missing_kopecks),
    }
    return f"{gift} {step}"


def friend_text(facts: HomeFacts) -> str:
    """What an invitation is worth by the program in force."""
    welcome = facts.program.welcome if facts.program else None
    own = inviters_gift(facts.program) if facts.program else 0
    words = {"own": points_word(own), "points": points_word(welcome.points) if welcome else ""}
    if welcome and own:
        return (
            _("%(own)s for you once your friend has paid for a first visit, %(points)s for the friend at once.")
            % words
        )
    if welcome:
        return _("Your friend gets %(points)s for joining by your link.") % words
    if own:
        return _("You get %(own)s once your friend has paid for a first visit.") % words
    return _("Your friend joins by your link, and you see that they have come.")


def _burn(item: BurnDay, facts: HomeFacts) -> BurnText:
    days = (item.last_day - facts.today).days
    value = ""
    if facts.program is not None:
        money = money_text(item.points * facts.program.point_value_kopecks)
        value = _("That is %(money)s off your next visit.") % {"money": money}
    left = ngettext("%(count)s day left.", "%(count)s days left.", days) % {"count": days}
    return BurnText(
        what=burn_sentence(item, today=facts.today),
        left=left if days else _("Today is the last day."),
        value=value,
    )
