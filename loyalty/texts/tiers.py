"""Sentences about a member's tier, in the reader's language: equal at the desk, in the cabinet and in messages."""

from datetime import date

from django.utils.translation import gettext as _

from clinics.number_texts import day_text, money_text
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.tier_outlook import AtRisk, TierOutlook
from loyalty.texts.explanations import tier_title


def next_step_text(outlook: TierOutlook, *, program: CompiledProgram, today: date) -> str:
    """How far the next tier is, in roubles and, where payments leave the count, by date."""
    progress = outlook.progress
    if outlook.promised is not None:
        return _("“%(tier)s” begins tomorrow") % {"tier": tier_title(program, outlook.promised.code)}
    if progress is None:
        return _("This is the highest tier.")
    words = {
        "money": money_text(progress.missing_kopecks),
        "tier": tier_title(program, progress.next_tier),
        "day": day_text(progress.paid_by, today=today) if progress.paid_by else "",
    }
    if progress.paid_by:
        return _("%(money)s to go to “%(tier)s” if paid by %(day)s") % words
    return _("%(money)s to go to “%(tier)s”") % words


def keeping_texts(outlook: TierOutlook, *, program: CompiledProgram, today: date) -> tuple[str, ...]:
    """Until when the tier is sure, and what keeps it; empty when nothing can take it away."""
    texts = []
    if outlook.held_until is not None:
        day = day_text(outlook.held_until, today=today)
        texts.append(_("The clinic has set this tier until %(day)s inclusive.") % {"day": day})
    if outlook.at_risk is not None:
        texts.append(risk_text(outlook.at_risk, program=program, today=today))
    if outlook.kept_until is not None:
        words = {"tier": tier_title(program, outlook.tier.code), "day": day_text(outlook.kept_until, today=today)}
        texts.append(_("Payments so far keep “%(tier)s” until %(day)s inclusive.") % words)
    return tuple(texts)


def tier_notes(outlook: TierOutlook, *, program: CompiledProgram, today: date) -> tuple[str, ...]:
    """For the staff: how far the next tier is, unless there is none, and what keeps this one."""
    step = (next_step_text(outlook, program=program, today=today),) if _has_next(outlook) else ()
    return step + keeping_texts(outlook, program=program, today=today)


def risk_text(risk: AtRisk, *, program: CompiledProgram, today: date) -> str:
    """What to pay by when to keep the tier."""
    words = _risk_words(risk, program=program, today=today)
    return _("To keep “%(tier)s”, pay %(money)s more by %(day)s inclusive.") % words


def short_risk_text(risk: AtRisk, *, program: CompiledProgram, today: date) -> str:
    """The same for one SMS."""
    words = _risk_words(risk, program=program, today=today)
    return _("Pay %(money)s more by %(day)s to keep “%(tier)s”.") % words


def _has_next(outlook: TierOutlook) -> bool:
    return outlook.progress is not None or outlook.promised is not None


def _risk_words(risk: AtRisk, *, program: CompiledProgram, today: date) -> dict[str, str]:
    return {
        "tier": tier_title(program, risk.tier.code),
        "money": money_text(risk.missing_kopecks),
        "day": day_text(risk.until, today=today),
    }
