"""Which privileges a patient is offered, and what keeps them from buying one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from loyalty.checkout.member_state import MemberState
from loyalty.models import Privilege


@dataclass(frozen=True, slots=True)
class Offer:
    """One privilege for one member; `missing` points are 0 when they have enough."""

    privilege: Privilege
    missing: int
    is_sold_out: bool
    is_of_other_tiers: bool

    @property
    def may_be_bought(self) -> bool:
        return not (self.missing or self.is_sold_out or self.is_of_other_tiers)


def offered(*, day: date, clinic_id: int) -> QuerySet[Privilege]:
    """What the catalogue offers on the day to patients of the clinic."""
    has_begun = Q(available_from=None) | Q(available_from__lte=day)
    has_not_ended = Q(available_to=None) | Q(available_to__gte=day)
    rows = Privilege.objects.filter(has_begun, has_not_ended, is_active=True)
    elsewhere = Privilege.clinics.through.objects.exclude(clinic=clinic_id).values("privilege")
    here = Privilege.clinics.through.objects.filter(clinic=clinic_id).values("privilege")
    return rows.filter(Q(pk__in=here) | ~Q(pk__in=elsewhere))


def offers_for(member: MemberState) -> list[Offer]:
    """The cheapest first. One query."""
    rows = offered(day=member.today, clinic_id=member.standing.patient.home_clinic_id)
    return [offer_of(privilege, member=member) for privilege in rows.order_by("price", "id")]


def offer_of(privilege: Privilege, *, member: MemberState) -> Offer:
    return Offer(
        privilege=privilege,
        missing=max(0, privilege.price - member.holdings.spendable),
        is_sold_out=privilege.stock is not None and privilege.sold >= privilege.stock,
        is_of_other_tiers=not is_for_tier(privilege.tiers, member.standing.tier),
    )


def is_for_tier(tiers: Iterable[str], tier: str) -> bool:
    """With no tiers named the privilege is for everybody."""
    named = list(tiers)
    return not named or tier in named


def find_offered(privilege_id: int, *, day: date, clinic_id: int) -> Privilege | None:
    return offered(day=day, clinic_id=clinic_id).filter(pk=privilege_id).first()
