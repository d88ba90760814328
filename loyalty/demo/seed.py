"""Fills an empty demo database; interrupted, the next start goes on where it stopped.

Every batch of patients is a transaction with its own chance, so that the same day and the same number of
patients always give the same database, however often the work was interrupted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.db import transaction
from tqdm import tqdm

from clinics import audit
from clinics.calendar import local_date
from clinics.models import AuditEvent
from loyalty.checkout.catalogue import Catalogue, read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.demo.attributes import KnownGuest, write_attributes
from loyalty.demo.channels import bring_friends, open_channels
from loyalty.demo.clinics import MOSCOW, URAL, DemoPlace, open_clinics
from loyalty.demo.figures import write_inputs
from loyalty.demo.gifts import HotPoints, give_hot_points
from loyalty.demo.history import Habit, PlannedLife, Spend, plan_life
from loyalty.demo.imports import leave_a_file
from loyalty.demo.names import Person, make_person, phone_of
from loyalty.demo.people import SOURCE, NewGuest, write_guests
from loyalty.demo.program import demo_document
from loyalty.demo.reports import count_days, send_owner_the_summary
from loyalty.demo.showcase import ANNA, seat_showcase
from loyalty.demo.voices import collect_voices, fill_call_list
from loyalty.models import Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import NoProgram, RunningProgram, create_draft, current_program, publish
from loyalty.rollups.counting import analyze_ledger
from loyalty.rules.facts import SpendChoice, SpendKind

SEED = 20261122
BATCH = 100
# Every 25th guest has been lost for two years, every 12th is new, two of five go to the Urals.
LOST_EVERY, NEW_EVERY, URAL_OF_FIVE = 25, 12, 2
HOT_POINTS_EVERY = 30
LAUNCHED_AGO = timedelta(days=365)
STARTED, FINISHED = "demo.started", "demo.finished"
CHOICES = {
    Spend.NOTHING: SpendKind.NONE,
    Spend.BURNING: SpendKind.BURNING,
    Spend.MAXIMUM: SpendKind.MAXIMUM,
}


@dataclass(frozen=True, slots=True)
class _Demo:
    """What every batch needs. `at` is the moment of the first start: all days count back from it."""

    at: datetime
    patients: int
    place: DemoPlace
    catalogue: Catalogue
    running: RunningProgram


def seed(*, patients: int, at: datetime, show_progress: bool) -> bool:
    """Make up what is missing; False when everything was there. Raises nothing for a second start."""
    if AuditEvent.objects.filter(code=FINISHED).exists():
        return False
    demo = prepare(patients=patients, at=at)
    # None: drawn on a terminal only.
    is_hidden = None if show_progress else True
    with tqdm(total=demo.patients, unit=" patients", disable=is_hidden, desc="Demo data") as bar:
        for first in range(0, demo.patients, BATCH):
            count = min(BATCH, demo.patients - first)
            _seed_batch(demo, first=first, count=count)
            if first == 0:
                # Somebody may look at reports already; how far tables grow from here the planner sees by itself.
                analyze_ledger()
            bar.update(count)
    count_days(place=demo.place, at=demo.at)
    with transaction.atomic():
        write_inputs(today=local_date(demo.at, demo.place.clinics[MOSCOW].tz))
        audit.record(code=FINISHED, actor=None, at=demo.at)
    return True


def prepare(*, patients: int, at: datetime) -> _Demo:
    """Clinics, staff, program and the patients that the demo shows by name: enough to log in. Own transaction."""
    with transaction.atomic():
        started = AuditEvent.objects.filter(code=STARTED).first()
        if started is not None:
            at, patients = started.at, started.details["patients"]
        place = open_clinics()
        open_channels(place)
        running = _publish_program(at=at)
        catalogue = read_catalogue(_all_lines(place))
        demo = _Demo(at=at, patients=patients, place=place, catalogue=catalogue, running=running)
        if started is None:
            audit.record(code=STARTED, actor=None, details={"patients": patients}, at=at)
            seat_showcase(place=place, catalogue=catalogue, running=running, at=at)
            fill_call_list(place=place, at=at)
            leave_a_file(place=place, running=running, at=at)
            collect_voices(at=at)
            send_owner_the_summary(place=place, at=at)
    return demo


def _all_lines(place: DemoPlace) -> Iterator[DraftLine]:
    """Everything that a receipt of the demo may name."""
    for service in place.services.values():
        yield DraftLine(price_kopecks=0, service_id=service.pk)
    for doctor in place.doctors.values():
        yield DraftLine(price_kopecks=0, doctor_id=doctor.pk)


def _publish_program(*, at: datetime) -> RunningProgram:
    try:
        return current_program(at=at)
    except NoProgram:
        # The year before it is imported past: reports can tell what the launch has changed.
        launched_at = at - LAUNCHED_AGO
        draft = create_draft(document=demo_document(today=at.date()), at=launched_at, actor=None)
        publish(number=draft.number, at=launched_at, actor=None)
        return current_program(at=at)


def _seed_batch(demo: _Demo, *, first: int, count: int) -> None:
    rng = Random(f"{SEED}:{first}")
    guests = [_make_guest(rng, demo=demo, number=number) for number in range(first, first + count)]
    with transaction.atomic():
        standings = write_guests([guest for guest, _life in guests], running=demo.running, recorded_at=demo.at)
        if not standings:  # a start that was interrupted has made this batch
            return
        write_attributes(
            [KnownGuest(guest, life, standings[guest.number].patient) for guest, life in guests],
            place=demo.place,
            today=local_date(demo.at, demo.place.clinics[MOSCOW].tz),
        )
        bring_friends([guest for guest, _life in guests], standings=standings, anna_number=ANNA)
        receipts = [
            past for guest, life in guests for past in _past_receipts(guest, life, demo=demo, standings=standings)
        ]
        replay_receipts(receipts, catalogue=demo.catalogue, running=demo.running, recorded_at=demo.at)
        gifts = [
            HotPoints(
                key=f"demo:hot:{guest.number}",
                standing=standings[guest.number],
                points=50 * rng.randrange(2, 11),
                days_left=rng.randrange(1, 36),
            )
            for guest, _life in guests
            if guest.number % HOT_POINTS_EVERY == 0
        ]
        give_hot_points(gifts, running=demo.running, at=demo.at)


def _make_guest(rng: Random, *, demo: _Demo, number: int) -> tuple[NewGuest, PlannedLife]:
    clinic = demo.place.clinics[URAL if number % 5 < URAL_OF_FIVE else MOSCOW]
    today = demo.at.astimezone(clinic.tz).date()
    person: Person = make_person(rng, today=today)
    habit = Habit.LOST if number % LOST_EVERY == 3 else Habit.NEW if number % NEW_EVERY == 5 else Habit.REGULAR
    life = plan_life(rng, habit=habit, today=today, tz=clinic.tz)
    guest = NewGuest(
        number=number,
        person=person,
        phone=phone_of(number),
        email=f"guest{number}@example.com" if rng.randrange(5) < 2 else "",
        clinic=clinic,
        joined_at=life.joined_at,
        wants_advertising=rng.randrange(10) < 7,
    )
    return guest, life


def _past_receipts(
    guest: NewGuest, life: PlannedLife, *, demo: _Demo, standings: dict[int, Standing]
) -> Iterator[PastReceipt]:
    for index, planned in enumerate(life.receipts, start=1):
        yield PastReceipt(
            standing=standings[guest.number],
            clinic=guest.clinic,
            paid_at=planned.paid_at,
            lines=tuple(
                demo.place.line(item.code, clinic=guest.clinic.code, guest=guest.number, roubles=item.price)
                for item in planned.services
            ),
            source_system=SOURCE,
            document=f"{guest.number}-{index}",
            choice=SpendChoice(CHOICES[planned.spend]),
        )
