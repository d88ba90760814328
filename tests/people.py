"""Named people and places of the tests. Each maker gives the smallest valid row."""

from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.models import Group, User

from clinics.models import Clinic, Doctor, Service, ServiceCategory, StaffMember
from patients.models import ConsentRecord, Patient, SocialGroup, SocialGroupRecord, Tag
from patients.registration import NewPatient, register_patient

LONG_AGO = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
ALL_CONSENTS = (
    (ConsentRecord.Kind.RULES, ""),
    (ConsentRecord.Kind.PERSONAL_DATA, ""),
    (ConsentRecord.Kind.SERVICE, ""),
)


def make_clinic(code: str = "mytishchi", **fields: Any) -> Clinic:
    return Clinic.objects.get_or_create(
        code=code,
        defaults={"name": "Мытищи", "timezone": "Europe/Moscow", "booking_url": "clinic.ru/z"} | fields,
    )[0]


def make_service(code: str, category: str, price: int = 1000) -> Service:
    group, _ = ServiceCategory.objects.get_or_create(code=category, defaults={"name": category})
    return Service.objects.get_or_create(code=code, defaults={"name": code, "category": group, "price": price})[0]


def make_doctor(
    code: str = "petrov", name: str = "Петров П. П.", *, clinics: list[Clinic] | None = None
) -> Doctor:
    """Sees patients at one clinic by default."""
    doctor, _ = Doctor.objects.get_or_create(code=code, defaults={"name": name})
    doctor.clinics.set(clinics or [make_clinic()])
    return doctor


def make_tag(code: str = "has-children", name: str = "Есть дети") -> Tag:
    return Tag.objects.get_or_create(code=code, defaults={"name": name, "kind": Tag.Kind.CATEGORY})[0]


def make_social_group(code: str = "pensioner", name: str = "Пенсионер") -> SocialGroup:
    """The group that comes with the portal, unless a test has emptied the tables."""
    return SocialGroup.objects.get_or_create(code=code, defaults={"name": name, "name_en": code.title()})[0]


def put_into_group(
    patient: Patient, *, code: str = "pensioner", valid_until: date | None = None
) -> SocialGroupRecord:
    """By a document that was seen long ago."""
    return SocialGroupRecord.objects.create(
        patient=patient,
        group=make_social_group(code),
        document="удостоверение",
        seen_at=LONG_AGO,
        valid_until=valid_until,
    )


def make_patient(
    last_name: str = "Иванова",
    first_name: str = "Анна",
    phone: str | None = "+79161234567",
    *,
    clinic: Clinic | None = None,
    consents: tuple[tuple[str, str], ...] = ALL_CONSENTS,
    at: datetime = LONG_AGO,
    **fields: Any,
) -> Patient:
    """Anna by default: a member with a card and consents, without an account."""
    new = NewPatient(
        last_name=last_name,
        first_name=first_name,
        phone=phone,
        home_clinic=clinic or make_clinic(),
        consents=consents,
        **fields,
    )
    return register_patient(new, at=at, consent_source=ConsentRecord.Source.DESK, actor=None)


def make_staff(username: str, role: str, *, clinics: list[Clinic] | None = None) -> User:
    """A person of the staff with the role, working at the clinics (one clinic by default)."""
    places = clinics or [make_clinic()]
    user = User.objects.create_user(username, password="clinic-pass-1", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    member = StaffMember.objects.create(user=user, home_clinic=places[0])
    member.clinics.set(places)
    return user


def make_rita(**fields: Any) -> User:
    """The receptionist."""
    return make_staff("rita", "receptionist", **fields)
