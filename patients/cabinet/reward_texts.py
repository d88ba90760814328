"""What a patient reads about privileges and their codes. No service is named but in the clinic's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.calendar import local_date
from clinics.number_texts import day_text, number_text, points_word, soon_text
from loyalty.models import PrivilegeCode
from loyalty.privileges.catalogue import Offer
from loyalty.privileges.code_names import shown_code
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.explanations import tier_title

Status = PrivilegeCode.Status


@dataclass(frozen=True, slots=True)
class OfferCard:
    """`why_not` is empty when the privilege may be bought; `until` when it has no end."""

    id: int
    title: str
    description: str
    price: str
    until: str
    why_not: str


@dataclass(frozen=True, slots=True)
class CodeCard:
    id: int
    code: str
    title: str
    description: str
    state: str
    is_open: bool


def offer_card(offer: Offer, *, program: CompiledProgram, today: date) -> OfferCard:
    privilege, language = offer.privilege, get_language() or ""
    ends = privilege.available_to
    return OfferCard(
        id=privilege.pk,
        title=privilege.title_in(language),
        description=privilege.description_in(language),
        price=points_word(privilege.price),
        until=_("until %(day)s") % {"day": day_text(ends, today=today)} if ends else "",
        why_not=_why_not(offer, program=program),
    )


def _why_not(offer: Offer, *, program: CompiledProgram) -> str:
    if offer.is_of_other_tiers:
        return tiers_text(offer.privilege.tiers, program=program)
    if offer.is_sold_out:
        return _("None left")
    if offer.missing:
        return missing_text(offer.missing)
    return ""


def missing_text(points: int) -> str:
    return ngettext("%(count)s point is missing", "%(count)s points are missing", points) % {
        "count": number_text(points)
    }


def tiers_text(tiers: Sequence[str], *, program: CompiledProgram) -> str:
    titles = ", ".join(tier_title(program, code) for code in tiers)
    return _("For tiers: %(tiers)s") % {"tiers": titles}


def question_text(points: int, *, days: int) -> str:
    """Said before the points go."""
    spend = ngettext("Spend %(count)s point?", "Spend %(count)s points?", points) % {"count": number_text(points)}
    valid = ngettext("The code is good for %(count)s day.", "The code is good for %(count)s days.", days) % {
        "count": number_text(days)
    }
    unused = _("If you do not use it, we give the points back.")
    return f"{spend} {valid} {unused}"


def code_card(code: PrivilegeCode, *, at: datetime, tz: ZoneInfo) -> CodeCard:
    """`code.privilege` has been read."""
    language = get_language() or ""
    return CodeCard(
        id=code.pk,
        code=shown_code(code.key, language),
        title=code.privilege.title_in(language),
        description=code.privilege.description_in(language),
        state=_state(code, at=at, tz=tz),
        is_open=is_open(code, at=at),
    )


def is_open(code: PrivilegeCode, *, at: datetime) -> bool:
    """Whether the desk would take it now: the night that gives the points back may be late."""
    return code.status == Status.OPEN and code.expires_at > at


def _state(code: PrivilegeCode, *, at: datetime, tz: ZoneInfo) -> str:
    today = local_date(at, tz)
    if code.status == Status.USED and code.used_at is not None:
        day = day_text(local_date(code.used_at, tz), today=today)
        return _("Used on %(day)s, receipt %(number)s.") % {"day": day, "number": code.receipt_id}
    if is_open(code, at=at):
        day, soon = day_text(code.valid_to, today=today), soon_text(code.valid_to, today=today)
        if soon:
            return _("Good until %(day)s, %(soon)s.") % {"day": day, "soon": soon}
        return _("Good until %(day)s.") % {"day": day}
    points = points_word(code.points)
    if code.status == Status.RETURNED:
        return _("Not used, we gave back %(points)s.") % {"points": points}
    return _("Not used in time, we are giving back %(points)s.") % {"points": points}
