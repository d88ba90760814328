"""Two thousand rows for every list of the admin, each with people, clinics and parents of its own.

A list that asks the database again for each row it shows is only caught when the rows point at different ones.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from clinics.models import AuditEvent, Clinic, Doctor, Service, ServiceCategory, StaffMember
from loyalty.models import (
    Account,
    CallTask,
    FigureSetting,
    Goal,
    ManualDiscount,
    ManualTier,
    MarketingSpend,
    NightlyRun,
    Operation,
    Privilege,
    PrivilegeCode,
    ProgramVersion,
    Receipt,
    Refund,
    ReminderPlan,
    Review,
    ReviewPlatform,
    StaffBonusRate,
)
from notifications.models import EventChoice, OutboxMessage
from patients.models import Card, Household, Patient, SocialGroup, SourceChannel, SurveyQuestion, Tag
from tests.people import LONG_AGO
from tests.programs import NOON, publish_preset

ROWS = 2000
DAY = date(2026, 11, 27)


class Many:
    """Makes each kind of row once; rows may be asked for by those that point at them."""

    def __init__(self) -> None:
        self._made: dict[Any, list[Any]] = {}

    @cached_property
    def version(self) -> ProgramVersion:
        """In force: no list tells versions apart row by row."""
        return publish_preset(has_welcome=False)

    def rows(self, model: Any) -> list[Any]:
        """KeyError for a list that nobody has described here: describe it."""
        if model not in self._made:
            make = MAKERS[model._meta.label]
            self._made[model] = model.objects.bulk_create(make(self, n) for n in range(ROWS))
        return self._made[model]

    def one(self, model: Any, n: int) -> Any:
        return self.rows(model)[n]


def _user(many: Many, n: int) -> User:
    return User(username=f"staff{n}", last_name=f"Петров{n}", password="!", is_staff=True)


def _clinic(many: Many, n: int) -> Clinic:
    return Clinic(code=f"clinic-{n}", name=f"Клиника {n}", timezone="Europe/Moscow")


def _category(many: Many, n: int) -> ServiceCategory:
    return ServiceCategory(code=f"category-{n}", name=f"Раздел {n}")


def _service(many: Many, n: int) -> Service:
    return Service(code=f"s{n}", name=f"Услуга {n}", category=many.one(ServiceCategory, n), price=100)


def _staff(many: Many, n: int) -> StaffMember:
    return StaffMember(user=many.one(User, n), home_clinic=many.one(Clinic, n))


def _event(many: Many, n: int) -> AuditEvent:
    return AuditEvent(
        at=NOON, code="patient.phone_revealed", actor=many.one(User, n), clinic=many.one(Clinic, n),
        target_type="patients.patient", target_id=str(many.one(Patient, n).pk),
    )  # fmt: skip


def _patient(many: Many, n: int) -> Patient:
    return Patient(
        last_name=f"Петров{n}", phone=f"+7916{n:07d}", home_clinic=many.one(Clinic, n), created_at=LONG_AGO
    )


def _household(many: Many, n: int) -> Household:
    return Household(name=f"Семья {n}", contact=many.one(Patient, n))


def _account(many: Many, n: int) -> Account:
    return Account(patient=many.one(Patient, n), opened_at=LONG_AGO)


def _operation(many: Many, n: int) -> Operation:
    return Operation(
        key=f"k{n}", kind="EARN", source="DESK", actor=many.one(User, n), effective_at=NOON, recorded_at=NOON,
        program_version=many.version,
    )  # fmt: skip


def _version(many: Many, n: int) -> ProgramVersion:
    return ProgramVersion(
        number=n + 1, title=f"Черновик {n}", document={}, created_at=LONG_AGO, created_by=many.one(User, n)
    )


def _receipt(many: Many, n: int) -> Receipt:
    return Receipt(
        clinic=many.one(Clinic, n), patient=many.one(Patient, n), document=f"d{n}", identified_by="PHONE",
        paid_at=NOON, visit_closed_at=NOON, recorded_at=NOON, program_version=many.version,
        price=1, points_value=0, paid=1,
        actor=many.one(User, n), explanation={},
    )  # fmt: skip


def _refund(many: Many, n: int) -> Refund:
    return Refund(
        receipt=many.one(Receipt, n), key=f"r{n}", at=NOON, recorded_at=NOON, reason="OTHER", money=0,
        points_returned=0, points_taken=0, is_complete=True, actor=many.one(User, n), portion={},
    )  # fmt: skip


def _discount(many: Many, n: int) -> ManualDiscount:
    return ManualDiscount(
        patient=many.one(Patient, n), clinic=many.one(Clinic, n), rate_bp=300, reason="просьба", status="OPEN",
        requested_by=many.one(User, n), requested_at=NOON, expires_at=NOON + timedelta(days=1),
    )  # fmt: skip


def _call_task(many: Many, n: int) -> CallTask:
    return CallTask(
        key=f"t{n}", patient=many.one(Patient, n), clinic=many.one(Clinic, n), kind="MANUAL", due_date=DAY,
        created_at=NOON, taken_by=many.one(User, n), taken_at=NOON,
    )  # fmt: skip


def _tier(many: Many, n: int) -> ManualTier:
    return ManualTier(
        patient=many.one(Patient, n), tier="gold", reason="партнёр", ends_on=DAY, author=many.one(User, n),
        granted_at=NOON,
    )  # fmt: skip


def _privilege(many: Many, n: int) -> Privilege:
    return Privilege(title=f"Награда {n}", amount=100, price=100 + n, author=many.one(User, n), created_at=NOON)


def _code(many: Many, n: int) -> PrivilegeCode:
    return PrivilegeCode(
        key=f"YU{n:04d}", patient=many.one(Patient, n), privilege=many.one(Privilege, n), terms={}, points=100,
        operation=many.one(Operation, n), issued_at=NOON, valid_to=DAY, expires_at=NOON, status="USED",
        receipt=many.one(Receipt, n), used_at=NOON,
    )  # fmt: skip


def _night(many: Many, n: int) -> NightlyRun:
    return NightlyRun(clinic=many.one(Clinic, n), day=DAY, step="BURN", started_at=NOON)


def _reminder(many: Many, n: int) -> ReminderPlan:
    return ReminderPlan(
        account=many.one(Account, n), patient=many.one(Patient, n), last_day=DAY, days_before=5, points=100,
        is_held_out=False, planned_at=NOON, due_at=NOON,
    )  # fmt: skip


def _review(many: Many, n: int) -> Review:
    return Review(
        patient=many.one(Patient, n), clinic=many.one(Clinic, n), platform=many.one(ReviewPlatform, n), stars=5,
        at=NOON, status="ACCEPTED", decided_by=many.one(User, n), decided_at=NOON,
    )  # fmt: skip


def _message(many: Many, n: int) -> OutboxMessage:
    return OutboxMessage(
        key=f"m{n}", event="receipt.confirmed", kind="SERVICE", patient=many.one(Patient, n), due_at=NOON,
        next_attempt_at=NOON, created_at=NOON,
    )  # fmt: skip


def _task(many: Many, n: int) -> PeriodicTask:
    return PeriodicTask(name=f"task {n}", task="loyalty.night", interval=many.one(IntervalSchedule, n))


def _goal(many: Many, n: int) -> Goal:
    return Goal(clinic=many.one(Clinic, n), figure="VISITS", starts_on=DAY, ends_on=DAY, target=n + 1)


def _spend(many: Many, n: int) -> MarketingSpend:
    return MarketingSpend(source="site", month=DAY.replace(day=1), clinic=many.one(Clinic, n), amount=n)


def _month(n: int) -> date:
    return date(1900 + n // 12, n % 12 + 1, 1)


MAKERS: dict[str, Callable[[Many, int], Model]] = {
    "auth.User": _user,
    "clinics.AuditEvent": _event,
    "clinics.Clinic": _clinic,
    "clinics.Doctor": lambda many, n: Doctor(code=f"doctor-{n}", name=f"Врач {n}"),
    "clinics.Service": _service,
    "clinics.ServiceCategory": _category,
    "clinics.StaffMember": _staff,
    "django_celery_beat.CrontabSchedule": lambda many, n: CrontabSchedule(minute=str(n % 60), hour=str(n % 24)),
    "django_celery_beat.IntervalSchedule": lambda many, n: IntervalSchedule(every=n + 1, period="minutes"),
    "django_celery_beat.PeriodicTask": _task,
    "loyalty.Account": _account,
    "loyalty.CallTask": _call_task,
    "loyalty.FigureSetting": lambda many, n: FigureSetting(from_month=_month(n)),
    "loyalty.Goal": _goal,
    "loyalty.ManualDiscount": _discount,
    "loyalty.ManualTier": _tier,
    "loyalty.MarketingSpend": _spend,
    "loyalty.NightlyRun": _night,
    "loyalty.Operation": _operation,
    "loyalty.Privilege": _privilege,
    "loyalty.PrivilegeCode": _code,
    "loyalty.ProgramVersion": _version,
    "loyalty.Receipt": _receipt,
    "loyalty.Refund": _refund,
    "loyalty.ReminderPlan": _reminder,
    "notifications.EventChoice": lambda many, n: EventChoice(event=f"event-{n}", kind="SERVICE"),
    "loyalty.Review": _review,
    "loyalty.ReviewPlatform": lambda many, n: ReviewPlatform(code=f"p{n}", name=f"Площадка {n}"),
    "loyalty.StaffBonusRate": lambda many, n: StaffBonusRate(from_month=_month(n)),
    "notifications.OutboxMessage": _message,
    "patients.Card": lambda many, n: Card(patient=many.one(Patient, n), number=f"{n:08d}", issued_at=NOON),
    "patients.Household": _household,
    "patients.Patient": _patient,
    "patients.SocialGroup": lambda many, n: SocialGroup(code=f"g{n}", name=f"Группа {n}", name_en=f"Group {n}"),
    "patients.SourceChannel": lambda many, n: SourceChannel(code=f"c{n}", name=f"Канал {n}", kind="SITE"),
    "patients.SurveyQuestion": lambda many, n: SurveyQuestion(text=f"Вопрос {n}", kind="FREE"),
    "patients.Tag": lambda many, n: Tag(code=f"t{n}", name=f"Тег {n}", kind=Tag.Kind.CATEGORY),
}
