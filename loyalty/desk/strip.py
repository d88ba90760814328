"""The patient in front of the desk as plain values: name, tier, masked phone, card, balance, what burns when."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, OuterRef, Subquery
from django.db.models.functions import Cast, JSONObject
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, soon_text
from loyalty.checkout.member_state import MemberState
from loyalty.ledger.balance import BurnDay
from loyalty.models import PrivilegeCode, Receipt, Refund
from loyalty.privileges.code_names import shown_code
from loyalty.rules.compiled import CompiledProgram
from loyalty.texts.tiers import tier_notes
from loyalty.tiers.outlooks import read_tier_outlook
from patients.card_numbers import format_card
from patients.models import Card, Patient

RECENT_RECEIPTS = 3


@dataclass(frozen=True, slots=True)
class BurnText:
    text: str
    is_warm: bool  # within the program's burning window


@dataclass(frozen=True, slots=True)
class RecentReceipt:
    id: int
    clinic_id: int
    text: str
    is_refunded: bool
    is_replaced: bool  # its document was entered again


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """A visit for whose end points of its receipt wait."""

    receipt_id: int
    clinic_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the patient has beside points: so far codes of rewards, put on the receipt by one press.

    Certificates and packages have their place among these rows.
    """

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Strip:
    patient_id: int
    clinic_id: int  # of the patient's home
    name: str
    phone: str
    card: str
    is_member: bool
    balance: str
    debt: str
    tier: str
    tier_place: int  # 1 is the lowest; picks the chip's colour
    perks: tuple[str, ...]  # what the tier gives besides points
    tier_notes: tuple[str, ...]  # how far the next tier is, what keeps this one
    last_visit: str
    burns: tuple[BurnText, ...]
    receipts: tuple[RecentReceipt, ...]
    has_left_before: bool = False  # and has not visited since joining again
    waiting: str = ""  # points that wait until a visit is closed
    open_visits: tuple[OpenVisit, ...] = ()
    held: tuple[Held, ...] = ()  # bought for points and not used yet


def member_strip(state: MemberState, *, program: CompiledProgram) -> Strip:
    """The strip of a patient with an account. One query, a second where tiers count a window of months."""
    standing, patient = state.standing, state.standing.patient
    card, recent, open_visits, codes = _card_and_receipts(patient.pk, today=state.today)
    outlook = read_tier_outlook(standing, program=program, day=state.today) if patient.is_member else None
    tier = outlook.tier if outlook else None
    language = get_language() or ""
    return Strip(
        patient_id=patient.pk,
        clinic_id=patient.home_clinic_id,
        name=str(patient),
        phone=patient.masked_phone,
        card=card,
        is_member=patient.is_member,
        has_left_before=standing.has_left_before and not standing.visits,
        balance=number_text(standing.account.balance),
        debt=number_text(standing.account.debt) if standing.account.debt else "",
        tier=tier.title.in_language(language) if tier else "",
        tier_place=program.tiers.index(tier) + 1 if tier else 0,
        perks=tuple(perk.in_language(language) for perk in tier.perks) if tier else (),
        tier_notes=tier_notes(outlook, program=program, today=state.today) if outlook else (),
        last_visit=_visit_text(standing.last_paid_at, state=state),
        burns=_burn_texts(state),
        receipts=tuple(
            RecentReceipt(
                id=row["id"],
                clinic_id=row["clinic"],
                text=_receipt_text(row, state=state),
                is_refunded=row["is_refunded"],
                is_replaced=row["is_replaced"],
            )
            for row in recent
        ),
        waiting=number_text(state.holdings.waiting) if state.holdings.waiting else "",
        held=tuple(_open_code(row, state=state, language=language) for row in codes),
        open_visits=tuple(
            OpenVisit(row["id"], row["clinic"], _receipt_text(row, state=state))
            for row in open_visits
            if not row["is_refunded"]
        ),
    )


def contact_strip(patient: Patient) -> Strip:
    """The strip of a person without an account: a contact who has not agreed to the rules. One query."""
    card, *_nothing = _card_and_receipts(patient.pk, today=None)
    return Strip(
        patient_id=patient.pk, clinic_id=patient.home_clinic_id, name=str(patient), phone=patient.masked_phone,
        card=card, is_member=False, balance="0", debt="", tier="", tier_place=0, perks=(), tier_notes=(),
        last_visit="", burns=(), receipts=(),
    )  # fmt: skip


Rows = list[dict[str, Any]]


def _card_and_receipts(patient_id: int, *, today: date | None) -> tuple[str, Rows, Rows, Rows]:
    """The active card, the last receipts, those whose visit is open, and codes that are good on the day."""
    newest = (
        Receipt.objects.filter(patient=OuterRef("pk"))
        .order_by("-paid_at", "-id")
        .values(
            row=JSONObject(
                id="id",
                clinic="clinic_id",
                paid_at="paid_at",
                paid=Cast("paid", CharField()),
                is_refunded=Exists(Refund.objects.filter(receipt=OuterRef("pk"), is_complete=True)),
                is_replaced=Exists(Receipt.objects.filter(replaces=OuterRef("pk"))),
            )
        )
    )
    active = Card.objects.filter(patient=OuterRef("pk"), status=Card.Status.ACTIVE).values("number")[:1]
    codes = (
        PrivilegeCode.objects.filter(patient=OuterRef("pk"), status=PrivilegeCode.Status.OPEN, valid_to__gte=today)
        if today
        else PrivilegeCode.objects.none()
    )
    open_codes = codes.order_by("valid_to", "id").values(
        row=JSONObject(key="key", title="privilege__title", title_en="privilege__title_en", valid_to="valid_to")
    )
    number, recent, open_visits, usable = (
        Patient.objects.filter(pk=patient_id)
        .annotate(
            card_number=Subquery(active),
            recent=ArraySubquery(newest[:RECENT_RECEIPTS]),
            open_visits=ArraySubquery(newest.filter(visit_closed_at=None)),
            codes=ArraySubquery(open_codes),
        )
        .values_list("card_number", "recent", "open_visits", "codes")
        .get()
    )
    return format_card(number or ""), recent, open_visits, usable


def _open_code(row: dict[str, Any], *, state: MemberState, language: str) -> Held:
    title = row["title_en"] if language.startswith("en") and row["title_en"] else row["title"]
    text = _("%(code)s · %(title)s · until %(day)s") % {
        "code": shown_code(row["key"], language),
        "title": title,
        "day": day_text(date.fromisoformat(row["valid_to"]), today=state.today),
    }
    return Held(key=row["key"], text=text)


def _visit_text(moment: datetime | None, *, state: MemberState) -> str:
    if moment is None:
        return ""
    tz = state.standing.patient.home_clinic.tz
    return day_text(local_date(moment, tz), today=state.today)


def _burn_texts(state: MemberState) -> tuple[BurnText, ...]:
    """Soonest first; what never burns comes last."""
    texts = [_burn_text(item, state=state) for item in state.holdings.schedule]
    kept = state.holdings.never_burning
    if kept:
        text = ngettext("%(points)s never burns", "%(points)s never burn", kept) % {"points": number_text(kept)}
        texts.append(BurnText(text=text, is_warm=False))
    return tuple(texts)


def _burn_text(item: BurnDay, *, state: MemberState) -> BurnText:
    day, soon = day_text(item.last_day, today=state.today), soon_text(item.last_day, today=state.today)
    values = {"points": number_text(item.points), "day": day, "soon": soon}
    if item.is_rolling and soon:
        text = ngettext(
            "%(points)s will burn on %(day)s, %(soon)s, unless there are new payments",
            "%(points)s will burn on %(day)s, %(soon)s, unless there are new payments",
            item.points,
        )
    elif item.is_rolling:
        text = ngettext(
            "%(points)s will burn on %(day)s unless there are new payments",
            "%(points)s will burn on %(day)s unless there are new payments",
            item.points,
        )
    elif soon:
        text = ngettext(
            "%(points)s will burn on %(day)s, %(soon)s", "%(points)s will burn on %(day)s, %(soon)s", item.points
        )
    else:
        text = ngettext("%(points)s will burn on %(day)s", "%(points)s will burn on %(day)s", item.points)
    return BurnText(text=text % values, is_warm=item.last_day <= state.burning_until)


def _receipt_text(row: dict[str, Any], *, state: MemberState) -> str:
    moment = datetime.fromisoformat(row["paid_at"])
    return _("Receipt %(number)s · %(day)s · %(paid)s") % {
        "number": row["id"],
        "day": _visit_text(moment, state=state),
        "paid": money_text(to_kopecks(Decimal(row["paid"]))),
    }
