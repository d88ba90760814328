"""Words the notices about tiers, at sending, from what the standing then says. Nothing medical stands in them."""

from datetime import date, datetime

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from clinics.calendar import local_date
from loyalty.messages.events import TIER_AT_RISK, TIER_CHANGED
from loyalty.messages.letters import letter
from loyalty.models import Standing
from loyalty.program.versions import current_program
from loyalty.rules.compiled import CompiledProgram, Tier
from loyalty.rules.tier_outlook import TierOutlook
from loyalty.texts.explanations import tier_title
from loyalty.texts.tiers import next_step_text, risk_text, short_risk_text
from loyalty.tiers.outlooks import read_tier_outlook
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage


def compose_tier_changed(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """None when the tier has changed again since: that has a notice of its own."""
    program = current_program(at=at).program
    today = local_date(at, message.patient.home_clinic.tz)
    outlook = _outlook(message, program=program, today=today)
    if outlook is None or outlook.tier.code != message.context["tier"]:
        return None
    lead = _("Your tier is now “%(tier)s”.") % {"tier": tier_title(program, outlook.tier.code)}
    risk = risk_text(outlook.at_risk, program=program, today=today) if outlook.at_risk else ""
    short = short_risk_text(outlook.at_risk, program=program, today=today) if outlook.at_risk else ""
    step = f"{next_step_text(outlook, program=program, today=today)}." if outlook.progress and not risk else ""
    perks = _perks(outlook.tier) if _is_raised(message, outlook.tier, program=program) else ""
    return ComposedText(
        subject=lead.rstrip("."),
        body=letter(message.patient, lead, perks, risk, step),
        short=f"{lead} {short}".strip(),
    )


def compose_tier_at_risk(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """What is still missing to keep the tier; None once it is kept, or has fallen."""
    program = current_program(at=at).program
    today = local_date(at, message.patient.home_clinic.tz)
    outlook = _outlook(message, program=program, today=today)
    if outlook is None or outlook.at_risk is None:
        return None
    if outlook.at_risk.until != date.fromisoformat(message.context["grace_until"]):
        return None
    title = tier_title(program, outlook.at_risk.tier.code)
    return ComposedText(
        subject=_("How to keep the tier “%(tier)s”") % {"tier": title},
        body=letter(message.patient, risk_text(outlook.at_risk, program=program, today=today)),
        short=short_risk_text(outlook.at_risk, program=program, today=today),
    )


def _outlook(message: OutboxMessage, *, program: CompiledProgram, today: date) -> TierOutlook | None:
    standing = Standing.objects.filter(patient=message.patient_id).first()
    return None if standing is None else read_tier_outlook(standing, program=program, day=today)


def _is_raised(message: OutboxMessage, tier: Tier, *, program: CompiledProgram) -> bool:
    before = program.tier_by_code.get(message.context["was"])
    return before is not None and before.threshold_kopecks < tier.threshold_kopecks


def _perks(tier: Tier) -> str:
    perks = " · ".join(perk.in_language(get_language() or "ru") for perk in tier.perks)
    return _("What else it gives: %(perks)s") % {"perks": perks} if perks else ""


TIER_CHANGED_EVENT = EventSpec(
    code=TIER_CHANGED,
    kind=MessageKind.SERVICE,
    title=gettext_lazy("Tier changed"),
    compose=compose_tier_changed,
)
TIER_AT_RISK_EVENT = EventSpec(
    code=TIER_AT_RISK,
    kind=MessageKind.SERVICE,
    title=gettext_lazy("Tier at risk"),
    compose=compose_tier_at_risk,
)
