"""A clinic with a past that can be lived more than once: on PostgreSQL, receipt by receipt and night by night."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import Sum

from clinics.models import Clinic
from clinics.money import to_kopecks
from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.ledger import posting
from loyalty.ledger.sweeping import burn_slice, release_slice
from loyalty.models import Account, Entry, Receipt, Standing
from loyalty.nightly import night
from loyalty.nightly.journal import begin_step
from loyalty.nightly.tier_recount import recount_tiers
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from loyalty.rules.facts import SpendChoice, SpendKind
from loyalty.what_if.streams import Period
from loyalty.what_if.trial.totals import Totals
from patients.models import Patient
from tests.people import make_clinic, make_doctor, make_service, make_tag, put_into_group
from tests.programs import make_member

STARTS_AT = datetime(2025, 11, 21, 21, 0, tzinfo=UTC)  # midnight in Moscow
UNTIL = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PERIOD = Period(STARTS_AT, UNTIL)
LONG_BEFORE = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
SERVICES = [
    ("hygiene", "hygiene"),
    ("implant", "implantation"),
    ("consultation", "consultation"),
    ("care", "care"),
    ("course", "courses"),
]


@dataclass(frozen=True)
class Visit:
    """A receipt to be; `member` counts from the eldest, newcomers come after."""

    member: int
    paid_at: datetime
    lines: tuple[DraftLine, ...]
    clinic: str
    booked_online: bool
    choice: SpendChoice


@dataclass(frozen=True)
class Sums:
    """Of one life of the past on PostgreSQL."""

    by_tier: dict[str, tuple[int, ...]]  # receipts, price, discount, points' value, spent, issued
    members: dict[str, int]
    burnt: int
    left: int


def make_members(count: int) -> list[Patient]:
    """Some with tags and groups, some from the Urals, all with an account since long."""
    ural = make_clinic("perm", name="Пермь", timezone="Asia/Yekaterinburg")
    people = []
    for number in range(count):
        patient = make_member(
            f"Пациент{number}",
            phone=f"+7916000{number:04d}",
            at=LONG_BEFORE,
            clinic=ural if number % 3 == 0 else None,
        )
        if number % 2:
            patient.tags.add(make_tag())
        if number % 4 == 1:
            put_into_group(patient)
        people.append(patient)
    return people


def make_visits(
    chance: random.Random, *, members: int, each: int, since: datetime, until: datetime, first: int = 0
) -> list[Visit]:
    services = [make_service(code, category).pk for code, category in SERVICES]
    doctors = [None, make_doctor().pk]
    seconds = int((until - since).total_seconds())
    visits = [
        Visit(
            member=member,
            paid_at=since + timedelta(seconds=chance.randrange(seconds)),
            lines=tuple(
                DraftLine(
                    price_kopecks=chance.choice([0, 99_900, chance.randrange(50_000, 4_000_000)]),
                    service_id=chance.choice(services),
                    doctor_id=chance.choice(doctors),
                    quantity=chance.choice([1, 1, 2]),
                )
                for _ in range(chance.randint(1, 4))
            ),
            clinic=chance.choice(["mytishchi", "perm"]),
            booked_online=chance.random() < 0.3,
            choice=chance.choice([SpendChoice.none(), SpendChoice.maximum(), SpendChoice.amount(150)]),
        )
        for member in range(first, first + members)
        for _ in range(each)
    ]
    return sorted(visits, key=lambda visit: visit.paid_at)


def live(people: Sequence[Patient], visits: Sequence[Visit], *, system: str = "past") -> None:
    """Every receipt on its day under the version then in force, the ledger's nights before each."""
    catalogue = read_catalogue(line for visit in visits for line in visit.lines)
    for number, visit in enumerate(visits):
        standing = Standing.objects.select_related("account", "patient__home_clinic").get(
            patient=people[visit.member]
        )
        run_nights(at=visit.paid_at)
        sweep([standing.account_id], at=visit.paid_at)
        standing.refresh_from_db()
        standing.account.refresh_from_db()
        replay_receipts(
            [
                PastReceipt(
                    standing=standing,
                    clinic=make_clinic(visit.clinic),
                    paid_at=visit.paid_at,
                    lines=visit.lines,
                    source_system=system,
                    document=str(number),
                    choice=visit.choice,
                    booked_online=visit.booked_online,
                )
            ],
            catalogue=catalogue,
            running=current_program(at=visit.paid_at),
            recorded_at=visit.paid_at,
        )


def sweep(account_ids: list[int], *, at: datetime) -> None:
    release_slice(account_ids=account_ids, at=at)
    burn_slice(account_ids=account_ids, cutoff=at, at=at)


def run_nights(*, at: datetime) -> None:
    """Those of the tiers, each on the day on which one was due."""
    while due := Standing.objects.filter(tier_due_on__lte=at.date()).order_by("tier_due_on").first():
        for clinic in Clinic.objects.all():
            moment = datetime.combine(due.tier_due_on, time(4), tzinfo=clinic.tz)
            run = begin_step(clinic=clinic, day=due.tier_due_on, step="TIERS", at=moment)
            recount_tiers(clinic=clinic, run=run, at=moment)


def end_nights(*, at: datetime) -> None:
    run_nights(at=at)
    night.repeat_nights(at=at)


def with_the_same_wishes(
    visits: Sequence[Visit], document: dict[str, Any], *, system: str = "past"
) -> list[Visit]:
    """Each visit asks for points of the document worth as much as those that were then spent."""
    spent = dict(Receipt.objects.filter(source_system=system).values_list("document", "points_value"))
    value = document["points"]["value_kopecks"]
    return [
        replace(visit, choice=SpendChoice(SpendKind.AMOUNT, to_kopecks(spent[str(number)]) // value))
        for number, visit in enumerate(visits)
    ]


def sums_on_postgresql(document: dict[str, Any], period: Period = PERIOD) -> Sums:
    """What has been written under the document in the period."""
    receipts = Receipt.objects.filter(paid_at__gte=period.starts_at, paid_at__lt=period.until)
    by_tier: dict[str, tuple[int, ...]] = {}
    for tier in set(receipts.values_list("tier", flat=True)):
        own = receipts.filter(tier=tier)
        money = own.aggregate(price=Sum("price"), discount=Sum("discount"), value=Sum("points_value"))
        points = own.aggregate(spent=Sum("points_spent"), issued=Sum("points_earned"))
        kopecks = [to_kopecks(money[name]) for name in ("price", "discount", "value")]
        by_tier[tier] = (own.count(), *kopecks, points["spent"], points["issued"])
    members: dict[str, int] = {}
    for tier in Standing.objects.values_list("tier", flat=True):
        # A program without tiers forgets nobody's, but nobody stands in one.
        shown = tier if document["tiers"]["levels"] else ""
        members[shown] = members.get(shown, 0) + 1
    burnt = Entry.objects.filter(operation__kind="BURN", operation__effective_at__gte=period.starts_at)
    left = Account.objects.aggregate(balance=Sum("balance"), pending=Sum("pending"))
    return Sums(
        by_tier=by_tier,
        members=members,
        burnt=-(burnt.aggregate(units=Sum("units"))["units"] or 0),
        left=left["balance"] + left["pending"],
    )


def sums_of(totals: Totals) -> Sums:
    """The same of a trial."""
    return Sums(
        by_tier={
            code: (
                tier.receipts,
                tier.price_kopecks,
                tier.discount_kopecks,
                tier.points_kopecks,
                tier.points_spent,
                tier.points_issued,
            )
            for code, tier in totals.by_tier.items()
            if tier.receipts
        },
        members={code: tier.members for code, tier in totals.by_tier.items() if tier.members},
        burnt=totals.points_burnt,
        left=totals.points_left,
    )


def give_openings(people: Sequence[Patient], lots: Sequence[posting.NewLot], *, at: datetime) -> None:
    for patient, lot in zip(people, lots, strict=False):
        posting.earn(account_id=patient.standing.account_id, lots=[lot], key=f"opening:{patient.pk}", at=at)
