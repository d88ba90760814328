"""What a trial adds up to is what the same receipts come to on PostgreSQL, to the point and the kopeck."""

import random
from datetime import date, timedelta

import pytest
from django.db import transaction

from loyalty.ledger.posting import NewLot
from loyalty.lot_dates import lot_until
from loyalty.rules.validation import find_faults
from loyalty.what_if.part import PartJob, Side, live_part
from loyalty.what_if.streams import split_receipts
from tests.programs import make_member, publish_preset
from tests.what_if.programs import preset, rich
from tests.what_if.worlds import (
    LONG_BEFORE,
    PERIOD,
    STARTS_AT,
    UNTIL,
    end_nights,
    give_openings,
    live,
    make_members,
    make_visits,
    sums_of,
    sums_on_postgresql,
    with_the_same_wishes,
)

pytestmark = pytest.mark.django_db
MEMBERS, NEWCOMERS = 9, 2
JOINED_AT = STARTS_AT + timedelta(days=100)
PROGRAMS = {
    "dentistry": lambda: preset("dentistry"),
    "cosmetology": lambda: preset("cosmetology"),
    "rich": rich,
    "short": lambda: preset("dentistry", points__life={"kind": "rolling_months", "months": 3}),
    "endless": lambda: preset("dentistry", points__life={"kind": "none"}, welcome__points=400),
}


def publish(document, *, starts_at):
    assert find_faults(document) == []
    publish_preset(starts_at=starts_at, **document)


def live_the_period(people, visits, document):
    """Under a version published when the period begins, with newcomers in it."""
    publish(document, starts_at=STARTS_AT)
    end_nights(at=STARTS_AT + timedelta(hours=4))
    newcomers = [
        make_member(f"Новенький{number}", phone=f"+7917000000{number}", at=JOINED_AT)
        for number in range(NEWCOMERS)
    ]
    live([*people, *newcomers], visits)
    end_nights(at=UNTIL)


def run_trial(*, current, draft):
    halves = [
        live_part(PartJob(PERIOD, part, Side(current), Side(draft)), report=lambda done: None)
        for part in split_receipts(PERIOD, parts=2)[1]
    ]
    whole = halves[0]
    whole.current.totals.add(halves[1].current.totals)
    whole.draft.totals.add(halves[1].draft.totals)
    whole.comparison.add(halves[1].comparison)
    return whole


@pytest.mark.parametrize(
    ("current", "draft"),
    [
        ("dentistry", "dentistry"),
        ("dentistry", "cosmetology"),
        ("cosmetology", "dentistry"),
        ("dentistry", "rich"),
        ("cosmetology", "rich"),
        ("rich", "dentistry"),
        ("rich", "rich"),
        ("rich", "endless"),
        ("dentistry", "short"),
        ("short", "endless"),
        ("endless", "short"),
    ],
)
def test_totals_of_a_trial_are_those_of_a_real_replay(current, draft):
    chance = random.Random(f"{current} {draft}")
    publish(PROGRAMS[current](), starts_at=LONG_BEFORE - timedelta(days=1))
    people = make_members(MEMBERS)
    tz = people[1].home_clinic.tz
    give_openings(
        people,
        [
            lot_until(700, last_day=date(2026, 1, 31), tz=tz),
            NewLot(points=300),
            NewLot(points=50, never_burns=True),
            lot_until(90, last_day=date(2027, 5, 1), tz=tz),
        ],
        at=LONG_BEFORE,
    )
    earlier = make_visits(chance, members=MEMBERS, each=2, since=LONG_BEFORE, until=STARTS_AT)
    live(people, earlier, system="earlier")
    visits = make_visits(chance, members=MEMBERS, each=7, since=STARTS_AT, until=UNTIL) + make_visits(
        chance, first=MEMBERS, members=NEWCOMERS, each=3, since=JOINED_AT, until=UNTIL
    )
    visits.sort(key=lambda visit: visit.paid_at)
    before = transaction.savepoint()
    live_the_period(people, visits, PROGRAMS[current]())
    now = sums_on_postgresql(PROGRAMS[current]())

    trial = run_trial(current=PROGRAMS[current](), draft=PROGRAMS[draft]())

    visits = with_the_same_wishes(visits, PROGRAMS[draft]())
    transaction.savepoint_rollback(before)
    live_the_period(people, visits, PROGRAMS[draft]())
    then = sums_on_postgresql(PROGRAMS[draft]())
    assert (sums_of(trial.current.totals), sums_of(trial.draft.totals)) == (now, then)
