"""The patients whom the README and the start of the demo name: each shows one thing."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from clinics.calendar import add_months, local_date
from clinics.models import Clinic
from loyalty.checkout.catalogue import Catalogue
from loyalty.demo.channels import share_annas_link
from loyalty.demo.clinics import MOSCOW, DemoPlace
from loyalty.demo.gifts import HotPoints, give_hot_points
from loyalty.demo.names import Person, phone_of
from loyalty.demo.people import SOURCE, NewGuest, write_guests
from loyalty.demo.privileges import offer_privileges
from loyalty.models import Receipt, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import RunningProgram
from loyalty.rules.facts import SpendChoice
from loyalty.tiers.manual import grant_manual_tier
from patients.models import Card, Household, Patient

ANNA, BORIS, VERA, GALINA = range(4567, 4571)
ANNAS_CARD = "00001420"
HYGIENE_ROUBLES = 6500


@dataclass(frozen=True, slots=True)
class ShownPatient:
    """`shows` is what is worth looking at, for the list that the demo prints."""

    number: int
    name: str
    shows: str

    @property
    def phone(self) -> str:
        return phone_of(self.number)


SHOWN_PATIENTS = (
    ShownPatient(ANNA, "Анна Иванова", "a tier, a household, a part of her points burns soon"),
    ShownPatient(VERA, "Вера Лебедева", "all her points burn soon unless she pays"),
    ShownPatient(BORIS, "Борис Иванов", "Anna's household, a tier by hand, codes of rewards"),
    ShownPatient(GALINA, "Галина Зайцева", "a new member without visits"),
)


@dataclass(frozen=True, slots=True)
class Visit:
    """Days before the demo's first day; roubles of money and points that paid the bill."""

    days_ago: int
    paid: int
    spent: int = 0


# 250 welcome points and 9 % at the end: 3 000 points left, 282 000 roubles paid, 18 000 short of the top tier.
ANNAS_VISITS = (
    Visit(700, 42_000),
    Visit(640, 16_000, 1_500),
    Visit(560, 50_000, 1_000),
    Visit(480, 44_000, 4_000),
    Visit(400, 30_000, 3_000),
    Visit(300, 40_000, 2_500),
    Visit(190, 50_000, 4_030),
    Visit(102, 10_000, 2_400),
)
BORIS_VISITS = (Visit(310, 12_400), Visit(45, 9_800, 300))
VERAS_DAYS_LEFT = 6
BORIS_TIER_DAYS = 60


PEOPLE = {
    ANNA: Person("Иванова", "Анна", "Константиновна", is_woman=True, birth_date=date(1989, 6, 10)),
    BORIS: Person("Иванов", "Борис", "Петрович", is_woman=False, birth_date=date(1986, 2, 28)),
    VERA: Person("Лебедева", "Вера", "Николаевна", is_woman=True, birth_date=date(1978, 9, 3)),
    GALINA: Person("Зайцева", "Галина", "Олеговна", is_woman=True, birth_date=date(1997, 2, 14)),
}


def seat_showcase(*, place: DemoPlace, catalogue: Catalogue, running: RunningProgram, at: datetime) -> None:
    """Write the shown patients with their visits. Call inside a transaction, once."""
    clinic = place.clinics[MOSCOW]
    today = local_date(at, clinic.tz)
    visits = _visits(today)
    guests = [_guest(number, visits=of_one, today=today, clinic=clinic) for number, of_one in visits.items()]
    standings = write_guests(guests, running=running, recorded_at=at)
    receipts = [
        past
        for number, of_one in visits.items()
        for past in _receipts(standings[number], place=place, visits=of_one, today=today, number=number)
    ]
    replay_receipts(receipts, catalogue=catalogue, running=running, recorded_at=at)
    anna, boris = standings[ANNA], standings[BORIS]
    give_hot_points([HotPoints("demo:hot:anna", anna, points=450, days_left=5)], running=running, at=at)
    Card.objects.filter(patient=anna.patient).update(number=ANNAS_CARD)
    grant_manual_tier(
        patient_id=boris.patient_id,
        tier="silver",
        ends_on=today + timedelta(days=BORIS_TIER_DAYS),
        reason="Сотрудник клиники-партнёра",
        author=place.manager,
        at=at,
    )
    share_annas_link(anna=anna.patient, friend=standings[GALINA].patient, at=at)
    offer_privileges(place=place, buyer=boris, running=running, at=at)
    _make_a_family(anna.patient, boris.patient)


def _visits(today: date) -> dict[int, tuple[Visit, ...]]:
    # The rolling life of 24 months that began with her only payment is almost over.
    vera_paid_on = add_months(today + timedelta(days=VERAS_DAYS_LEFT), -24)
    veras_visit = Visit((today - vera_paid_on).days, 24_000)
    return {ANNA: ANNAS_VISITS, BORIS: BORIS_VISITS, VERA: (veras_visit,), GALINA: ()}


def _guest(number: int, *, visits: tuple[Visit, ...], today: date, clinic: Clinic) -> NewGuest:
    """Joins an hour before the first visit."""
    first_days_ago = visits[0].days_ago if visits else 1
    return NewGuest(
        number=number,
        person=PEOPLE[number],
        phone=phone_of(number),
        email="anna@example.com" if number == ANNA else "",
        clinic=clinic,
        joined_at=_noon(first_days_ago, today=today, clinic=clinic) - timedelta(hours=1),
        wants_advertising=True,
    )


def _make_a_family(anna: Patient, boris: Patient) -> None:
    household = Household.objects.create(name="Ивановы", contact=anna)
    Patient.objects.filter(pk__in=[anna.pk, boris.pk]).update(household=household)
    # Once she paid for him: the points are hers, the visit was his.
    paid = Receipt.objects.filter(patient=anna, document=f"{ANNA}-{len(ANNAS_VISITS) - 1}")
    paid.update(treated=boris)


def _receipts(
    standing: Standing, *, place: DemoPlace, visits: tuple[Visit, ...], today: date, number: int
) -> list[PastReceipt]:
    """Every bill is hygiene and treatment, so that all of it may be paid with points."""
    clinic = place.clinics[MOSCOW]
    receipts = []
    for index, visit in enumerate(visits, start=1):
        treatment = visit.paid + visit.spent - HYGIENE_ROUBLES
        receipts.append(
            PastReceipt(
                standing=standing,
                clinic=clinic,
                paid_at=_noon(visit.days_ago, today=today, clinic=clinic),
                lines=(
                    place.line("hygiene", clinic=MOSCOW, guest=number, roubles=HYGIENE_ROUBLES),
                    place.line("caries", clinic=MOSCOW, guest=number, roubles=treatment),
                ),
                source_system=SOURCE,
                document=f"{number}-{index}",
                choice=SpendChoice.amount(visit.spent) if visit.spent else SpendChoice.none(),
            )
        )
    return receipts


def _noon(days_ago: int, *, today: date, clinic: Clinic) -> datetime:
    day = today - timedelta(days=days_ago)
    return datetime.combine(day, time(12), tzinfo=clinic.tz).astimezone(UTC)
