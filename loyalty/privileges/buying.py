"""Buying a privilege: points go, a code comes, once for one confirmation."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q

from clinics.calendar import last_day_after_days
from loyalty.checkout.member_state import MemberState, NoAccount, read_member_state
from loyalty.ledger import posting
from loyalty.ledger.posting import Posted
from loyalty.lot_dates import dated_day
from loyalty.models import Account, Privilege, PrivilegeCode, Source
from loyalty.privileges.catalogue import find_offered, is_for_tier
from loyalty.privileges.code_names import candidates
from loyalty.privileges.terms import terms_of
from loyalty.program.versions import RunningProgram, current_program
from patients.models import PublicCode
from patients.public_codes import CodeTaken, take_code


class NotOffered(Exception):
    """The catalogue has no such privilege for this patient today."""

    def __init__(self, *, privilege_id: int) -> None:
        super().__init__(privilege_id)
        self.privilege_id = privilege_id


class OtherTiersOnly(Exception):
    """The privilege is for members of these tiers."""

    def __init__(self, *, tiers: Sequence[str]) -> None:
        super().__init__(*tiers)
        self.tiers = tuple(tiers)


class PriceChanged(Exception):
    """It costs another number of points than the patient has agreed to."""

    def __init__(self, *, price: int) -> None:
        super().__init__(price)
        self.price = price


class SoldOut(Exception):
    """The last one is gone."""

    def __init__(self, *, stock: int | None) -> None:
        super().__init__(stock)
        self.stock = stock


@dataclass(frozen=True, slots=True)
class PrivilegeWish:
    """What the patient has confirmed: `points` is the price shown, `key` makes the purchase happen once."""

    patient_id: int
    privilege_id: int
    points: int
    key: str


@dataclass(frozen=True, slots=True)
class BoughtPrivilege:
    """A repeated purchase gives the first code."""

    code: PrivilegeCode
    is_duplicate: bool


def buy_privilege(wish: PrivilegeWish, *, at: datetime) -> BoughtPrivilege:
    """Spend the points and issue the code. Own transaction; locks the account first, then the privilege's stock.

    Raises NoAccount, NoProgram, NotOffered, OtherTiersOnly, PriceChanged, SoldOut, and what the ledger refuses:
    InsufficientPoints, AccountInDebt. A refusal writes nothing.
    """
    running = current_program(at=at)
    with transaction.atomic():
        account = Account.objects.select_for_update().filter(standing__patient=wish.patient_id).first()
        if account is None:
            raise NoAccount(patient_id=wish.patient_id)
        key = f"privilege:{account.pk}:{wish.key}"
        first = PrivilegeCode.objects.filter(operation__key=key).select_related("privilege").first()
        if first is not None:
            return BoughtPrivilege(code=first, is_duplicate=True)
        # Read under the lock: another phone may have spent the points meanwhile.
        member = read_member_state(patient_id=wish.patient_id, program=running.program, at=at)
        privilege = _offered(wish, member=member)
        _take_from_stock(privilege)
        spent = _spend(privilege, member=member, running=running, key=key, at=at)
        code = _issue(privilege, member=member, spent=spent, at=at)
    return BoughtPrivilege(code=code, is_duplicate=False)


def _offered(wish: PrivilegeWish, *, member: MemberState) -> Privilege:
    clinic_id = member.standing.patient.home_clinic_id
    privilege = find_offered(wish.privilege_id, day=member.today, clinic_id=clinic_id)
    if privilege is None or not member.standing.patient.is_member:
        raise NotOffered(privilege_id=wish.privilege_id)
    if not is_for_tier(privilege.tiers, member.standing.tier):
        raise OtherTiersOnly(tiers=privilege.tiers)
    if privilege.price != wish.points:
        raise PriceChanged(price=privilege.price)
    return privilege


def _take_from_stock(privilege: Privilege) -> None:
    """By one statement that refuses to pass the stock: of two that want the last one, one gets it."""
    left = Privilege.objects.filter(Q(stock=None) | Q(sold__lt=F("stock")), pk=privilege.pk)
    if not left.update(sold=F("sold") + 1):
        raise SoldOut(stock=privilege.stock)


def _spend(
    privilege: Privilege, *, member: MemberState, running: RunningProgram, key: str, at: datetime
) -> Posted:
    return posting.spend(
        account_id=member.standing.account_id,
        units=privilege.price,
        key=key,
        at=at,
        explanation={"privilege": privilege.pk},
        program_version_id=running.version_id,
        source=Source.CABINET,
    )


def _issue(privilege: Privilege, *, member: MemberState, spent: Posted, at: datetime) -> PrivilegeCode:
    last_day = last_day_after_days(member.today, privilege.valid_days)
    ends = dated_day(last_day, member.standing.patient.home_clinic.tz)
    return PrivilegeCode.objects.create(
        key=_take_key(at=at),
        patient_id=member.standing.patient_id,
        privilege=privilege,
        terms=terms_of(privilege).as_json(),
        points=privilege.price,
        operation_id=spent.operation_id or 0,  # a spending always has one
        issued_at=at,
        valid_to=ends.last_day,
        expires_at=ends.expires_at,
    )


def _take_key(*, at: datetime) -> str:
    for text in candidates():
        with suppress(CodeTaken):
            return take_code(text=text, kind=PublicCode.Kind.PRIVILEGE, at=at).key
    raise CodeTaken
