"""A small catalogue of privileges, and Boris's codes: one used, one whose points came back, one open."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from clinics.calendar import last_day_after_days, local_date
from loyalty.demo.clinics import DemoPlace
from loyalty.ledger import posting
from loyalty.lot_dates import dated_day
from loyalty.models import Privilege, PrivilegeCode, Source, Standing
from loyalty.privileges.returning import return_unused
from loyalty.privileges.terms import terms_of
from loyalty.program.versions import RunningProgram
from patients.models import PublicCode
from patients.public_codes import take_code

Kind = Privilege.Kind
BOUGHT_BEFORE_VISIT = timedelta(days=1)
FORGOTTEN_DAYS_AGO, OPEN_DAYS_AGO = 40, 3


@dataclass(frozen=True, slots=True)
class DemoPrivilege:
    code: str
    title: str
    title_en: str
    description: str
    price: int
    kind: str = Kind.AMOUNT
    roubles: int = 0
    service: str = ""
    tiers: tuple[str, ...] = ()
    stock: int | None = None
    ends_this_year: bool = False


CATALOGUE = (
    DemoPrivilege(
        "kit", "Набор для ухода за зубами", "Dental care kit", "Щётка, паста и нить. Отдадим на стойке.", 300,
        kind=Kind.GOODS, stock=50,
    ),
    DemoPrivilege(
        "half", "Гигиена со скидкой 500 ₽", "500 ₽ off hygiene", "Скидка на профессиональную гигиену.", 500,
        roubles=500, service="hygiene",
    ),
    DemoPrivilege(
        "full", "Гигиена со скидкой 1 000 ₽", "1 000 ₽ off hygiene", "Скидка на профессиональную гигиену.", 1000,
        roubles=1000, service="hygiene", ends_this_year=True,
    ),
    DemoPrivilege(
        "fluoride", "Покрытие фтором в подарок", "Fluoride coating as a gift", "Одна процедура бесплатно.", 1500,
        kind=Kind.SERVICE, service="fluoride", tiers=("gold", "premium"),
    ),
    DemoPrivilege(
        "whitening", "Отбеливание −6 000 ₽", "6 000 ₽ off whitening", "Скидка на отбеливание в кабинете.", 5000,
        roubles=6000, service="whitening-office",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shop:
    standing: Standing
    running: RunningProgram
    at: datetime

    def sell(self, privilege: Privilege, *, digits: str, at: datetime) -> PrivilegeCode:
        """As the cabinet does, at a moment before the demo's program came into force."""
        tz = self.standing.patient.home_clinic.tz
        spent = posting.spend(
            account_id=self.standing.account_id,
            units=privilege.price,
            key=f"demo:privilege:{digits}",
            at=at,
            recorded_at=self.at,
            explanation={"privilege": privilege.pk},
            program_version_id=self.running.version_id,
            source=Source.CABINET,
        )
        ends = dated_day(last_day_after_days(local_date(at, tz), privilege.valid_days), tz)
        Privilege.objects.filter(pk=privilege.pk).update(sold=privilege.sold + 1)
        privilege.refresh_from_db(fields=["sold"])
        return PrivilegeCode.objects.create(
            key=take_code(text=f"НГ-{digits}", kind=PublicCode.Kind.PRIVILEGE, at=at).key,
            patient_id=self.standing.patient_id,
            privilege=privilege,
            terms=terms_of(privilege).as_json(),
            points=privilege.price,
            operation_id=spent.operation_id or 0,
            issued_at=at,
            valid_to=ends.last_day,
            expires_at=ends.expires_at,
        )


def offer_privileges(*, place: DemoPlace, buyer: Standing, running: RunningProgram, at: datetime) -> None:
    """Write the catalogue and the buyer's codes. Call inside a transaction, once, after the buyer's visits."""
    today = local_date(at, buyer.patient.home_clinic.tz)
    offers = {item.code: _offer(item, place=place, today=today, at=at) for item in CATALOGUE}
    shop = _Shop(standing=buyer, running=running, at=at)
    visit = buyer.patient.receipts.order_by("-paid_at")[0]
    used = shop.sell(offers["kit"], digits="4821", at=visit.paid_at - BOUGHT_BEFORE_VISIT)
    PrivilegeCode.objects.filter(pk=used.pk).update(
        status=PrivilegeCode.Status.USED, receipt=visit, used_at=visit.paid_at
    )
    forgotten = shop.sell(offers["half"], digits="2077", at=at - timedelta(days=FORGOTTEN_DAYS_AGO))
    night = forgotten.expires_at + timedelta(hours=3)
    return_unused(forgotten.pk, cutoff=night, at=night)
    shop.sell(offers["half"], digits="7350", at=at - timedelta(days=OPEN_DAYS_AGO))


def _offer(item: DemoPrivilege, *, place: DemoPlace, today: date, at: datetime) -> Privilege:
    privilege = Privilege.objects.create(
        title=item.title,
        title_en=item.title_en,
        description=item.description,
        kind=item.kind,
        amount=Decimal(item.roubles) if item.roubles else None,
        price=item.price,
        tiers=list(item.tiers),
        stock=item.stock,
        available_to=date(today.year, 12, 31) if item.ends_this_year else None,
        author=place.manager,
        created_at=at,
    )
    privilege.services.set([place.services[item.service]] if item.service else [])
    return privilege
