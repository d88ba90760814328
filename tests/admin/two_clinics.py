"""One row of every model of the admin at Rita's clinic, and one like it at a clinic where she does not work."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db.models import Model
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from clinics.models import AuditEvent, Clinic, Doctor, Service, ServiceCategory, StaffMember
from clinics.roles import PERMISSIONS_BY_ROLE
from loyalty.models import (
    Account,
    CallTask,
    FigureSetting,
    Goal,
    ImportRow,
    ImportRun,
    ManualDiscount,
    ManualTier,
    MarketingSpend,
    NightlyRun,
    Operation,
    Privilege,
    PrivilegeCode,
    ProgramVersion,
    Receipt,
    ReceiptLine,
    Refund,
    RefundLine,
    ReminderPlan,
    Review,
    ReviewPlatform,
    StaffBonusRate,
    Standing,
)
from notifications.models import EventChoice, OutboxMessage
from patients.models import Household, Patient, SocialGroup, SourceChannel, SurveyQuestion, Tag
from tests.people import make_clinic, make_service, make_social_group, make_staff, make_tag
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.reviews.leaving import make_platform

ROLES = tuple(PERMISSIONS_BY_ROLE)


@dataclass(frozen=True)
class TwoClinics:
    """`own` and `other` hold a row per model; of what belongs to the whole network both are the same."""

    own: dict[type[Model], Model]
    other: dict[type[Model], Model]
    people: dict[str, User]  # by role, all of Rita's clinic

    def has_clinic(self, model: type[Model]) -> bool:
        return self.own[model] != self.other[model]


def build_two_clinics() -> TwoClinics:
    here, elsewhere = make_clinic(), make_clinic("omsk", name="Омск")
    people = {role: make_staff(role, role, clinics=[here]) for role in ROLES}
    shared = _shared_rows()
    own = _rows_of(here, phone="+79161234567", names=("Иванова", "Анна"), actor=people["receptionist"])
    stranger = make_staff("stranger", "receptionist", clinics=[elsewhere])
    other = _rows_of(elsewhere, phone="+79160000001", names=("Чужова", "Вера"), actor=stranger)
    return TwoClinics(own=own | shared, other=other | shared, people=people)


def _shared_rows() -> dict[type[Model], Model]:
    service = make_service("hygiene", "hygiene")
    crontab, _made = CrontabSchedule.objects.get_or_create(hour="4", minute="0")
    interval, _made = IntervalSchedule.objects.get_or_create(every=1, period="minutes")
    task = PeriodicTask.objects.filter(crontab__isnull=False).first()
    published = publish_preset()
    draft = ProgramVersion.objects.create(
        number=2, title="черновик", document=published.document, status="DRAFT", created_at=NOON
    )
    return {
        Service: service,
        ServiceCategory: service.category,
        Tag: make_tag(),
        SocialGroup: make_social_group(),
        ProgramVersion: draft,
        EventChoice: EventChoice.objects.get(event="points.burning_soon"),
        ReviewPlatform: make_platform(),
        SurveyQuestion: SurveyQuestion.objects.create(text="Что вас привело?", kind="FREE"),
        FigureSetting: FigureSetting.objects.create(from_month=date(2026, 1, 1)),
        StaffBonusRate: StaffBonusRate.objects.create(from_month=date(2026, 1, 1), per_registration=50),
        CrontabSchedule: crontab,
        IntervalSchedule: interval,
        PeriodicTask: task or PeriodicTask.objects.create(name="night", task="night", crontab=crontab),
    }


def _rows_of(clinic: Clinic, *, phone: str, names: tuple[str, str], actor: User) -> dict[type[Model], Model]:
    patient = make_member(*names, phone, clinic=clinic)
    household = Household.objects.create(name=names[0], contact=patient)
    Patient.objects.filter(pk=patient.pk).update(household=household)
    account = Account.objects.get(pk=patient.standing.account_id)
    operation = give_points(patient, 100, last_day=date(2027, 1, 1), at=NOON)
    receipt = make_receipt(patient, clinic=clinic, actor=actor)
    Standing.objects.filter(patient=patient).update(turnover=1000, visits=1)
    doctor = Doctor.objects.create(code=f"doctor-{clinic.code}", name=f"Доктор {names[0]}")
    doctor.clinics.set([clinic])
    channel = SourceChannel.objects.create(code=f"site-{clinic.code}", name=f"Сайт {names[0]}", kind="SITE")
    channel.clinics.set([clinic])
    privilege = make_privilege(price=1, clinics=(clinic,))
    due: dict[str, Any] = {"due_at": NOON, "created_at": NOON, "next_attempt_at": NOON}
    return {
        Clinic: clinic,
        Patient: patient,
        Household: household,
        Account: account,
        CallTask: CallTask.objects.create(
            key=f"test:{clinic.code}", patient=patient, clinic=clinic, kind="MANUAL", words="счёт",
            due_date=NOON.date(), created_at=NOON,
        ),
        Operation: Operation.objects.get(pk=operation),
        Receipt: receipt,
        Refund: make_refund(receipt, actor=actor),
        Doctor: doctor,
        SourceChannel: channel,
        ManualDiscount: ManualDiscount.objects.create(
            patient=patient, clinic=clinic, rate_bp=500, reason="жалоба", status="WAITING", requested_by=actor,
            requested_at=NOON, expires_at=NOON + timedelta(days=1),
        ),
        ImportRun: make_import(clinic, actor=actor),
        ManualTier: ManualTier.objects.create(
            patient=patient, tier="gold", reason="подарок", ends_on=date(2027, 1, 1), author=actor, granted_at=NOON
        ),
        Privilege: privilege,
        PrivilegeCode: buy(patient, privilege),
        Goal: Goal.objects.create(
            figure="VISITS", clinic=clinic, starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=100
        ),
        MarketingSpend: MarketingSpend.objects.create(
            source="site", month=date(2026, 11, 1), clinic=clinic, amount=50_000
        ),
        NightlyRun: NightlyRun.objects.create(clinic=clinic, day=date(2026, 11, 20), step="BURN", started_at=NOON),
        ReminderPlan: ReminderPlan.objects.create(
            account=account, patient=patient, last_day=date(2027, 1, 1), days_before=14, points=100,
            is_held_out=False, planned_at=NOON, due_at=NOON,
        ),
        OutboxMessage: OutboxMessage.objects.create(
            key=f"test:{clinic.code}", event="points.burning", kind="SERVICE", patient=patient, body=names[0],
            **due,
        ),
        Review: Review.objects.create(
            patient=patient, clinic=clinic, platform=make_platform(), stars=5, text="спасибо", at=NOON
        ),
        AuditEvent: AuditEvent.objects.create(at=NOON, code="test.act", clinic=clinic, actor=actor),
        StaffMember: StaffMember.objects.get(user=actor),
        User: actor,
    }  # fmt: skip


def make_import(clinic: Clinic, *, actor: User) -> ImportRun:
    """Patients of a file that has been looked through: one row, with an error."""
    run = ImportRun.objects.create(
        kind="PATIENTS", clinic=clinic, source="oldcrm", program_version=ProgramVersion.objects.get(number=1),
        file_name="patients.csv", titles=[["phone", "телефон"]], state="DONE", counts={"read": 1, "refused": 1},
        outcomes={"REFUSED": 1}, asked_by=actor, asked_at=NOON,
    )  # fmt: skip
    fault = ["phone", "bad_phone", {"found": "12"}]
    ImportRow.objects.create(run=run, number=2, outcome="REFUSED", cells=["12"], faults=[fault])
    return run


def make_receipt(patient: Patient, *, clinic: Clinic, actor: User | None, **fields: Any) -> Receipt:
    """A thousand roubles paid in money for one line; nothing spent or earned."""
    numbers: dict[str, Any] = {"price": 1000, "points_value": 0, "paid": 1000}
    times: dict[str, Any] = {"paid_at": NOON, "recorded_at": NOON, "visit_closed_at": NOON}
    receipt = Receipt.objects.create(
        **numbers
        | times
        | {
            "clinic": clinic,
            "patient": patient,
            "document": f"test-{Receipt.objects.count()}",
            "identified_by": "PHONE",
            "actor": actor,
            "program_version": ProgramVersion.objects.get(status="PUBLISHED"),
            "explanation": {},
        }
        | fields
    )
    ReceiptLine.objects.create(receipt=receipt, position=1, **numbers)
    return receipt


def make_refund(receipt: Receipt, *, actor: User | None, **fields: Any) -> Refund:
    """A hundred roubles of the receipt given back."""
    defaults: dict[str, Any] = {
        "key": f"test-{Refund.objects.count()}",
        "portion": {"kind": "amount", "kopecks": 10_000},
        "at": NOON,
        "recorded_at": NOON,
        "reason": "MISTAKE",
        "money": 100,
        "points_returned": 0,
        "points_taken": 0,
        "is_complete": False,
    }
    refund = Refund.objects.create(receipt=receipt, actor=actor, **defaults | fields)
    for line in receipt.lines.all():
        RefundLine.objects.create(refund=refund, line=line, price=100, money=100, points_returned=0)
    return refund
