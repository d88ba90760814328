"""Privileges and bought codes for the tests."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from loyalty.models import Privilege, PrivilegeCode
from loyalty.privileges.buying import PrivilegeWish, buy_privilege
from patients.models import Patient
from tests.people import LONG_AGO, make_service
from tests.programs import NOON, give_points, make_member, publish_preset


def make_privilege(
    price: int = 1000,
    *,
    amount: int | None = 1000,
    services: tuple[str, ...] = (),
    categories: tuple[str, ...] = (),
    clinics: tuple[Any, ...] = (),
    **fields: Any,
) -> Privilege:
    """1 000 roubles off anything, for 1 000 points, a code good for 14 days."""
    privilege = Privilege.objects.create(
        title=fields.pop("title", "Скидка 1 000 ₽"),
        kind=fields.pop("kind", Privilege.Kind.AMOUNT),
        amount=None if amount is None else Decimal(amount),
        price=price,
        created_at=LONG_AGO,
        **fields,
    )
    privilege.services.set([make_service(code, "hygiene") for code in services])
    privilege.categories.set([make_service(f"of-{code}", code).category for code in categories])
    privilege.clinics.set(clinics)
    return privilege


def make_buyer(points: int = 3000, **fields: Any) -> Patient:
    """Anna, a member with points that burn by the rolling date."""
    publish_preset(has_welcome=False)
    anna = make_member(**fields)
    give_points(anna, points, at=NOON - timedelta(days=100))
    return anna


def buy(
    patient: Patient, privilege: Privilege, *, key: str = "tap", points: int | None = None, at: datetime = NOON
) -> PrivilegeCode:
    wish = PrivilegeWish(
        patient_id=patient.pk,
        privilege_id=privilege.pk,
        points=privilege.price if points is None else points,
        key=key,
    )
    return buy_privilege(wish, at=at).code
