"""What the clinic knows of a patient and of a receipt reaches the rules, at the desk and in a replay alike."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft, read_ticket
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Lot, Receipt, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from loyalty.rules.facts import SpendChoice
from patients.models import Patient
from tests.people import make_clinic, make_doctor, make_rita, make_tag, put_into_group
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
TITLE = {"ru": "п", "en": "r"}
PLAIN = {"code": "plain", "title": TITLE, "effect": {"kind": "percent", "percent": 5}}
LATE_IN_MOSCOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)  # Sunday 21:30; in Omsk Monday 00:30
YESTERDAY, TODAY = date(2026, 11, 21), date(2026, 11, 22)


def publish_special(when):
    """10 % when the conditions hold, else 5 %; of 1 000 roubles 100 or 50 points."""
    rule = {"code": "special", "title": TITLE, "when": when, "effect": {"kind": "percent", "percent": 10}}
    earning = {"on_part_paid_with_points": False, "rules": [PLAIN, rule]}
    publish_preset("cosmetology", has_welcome=False, earning=earning)


def omsk():
    return make_clinic("omsk", name="Омск", timezone="Asia/Omsk")


def change(**fields):
    return lambda anna: Patient.objects.filter(pk=anna.pk).update(**fields)


def has_visited(anna, times=1):
    Standing.objects.filter(patient=anna).update(visits=times)


@dataclass
class Case:
    name: str
    when: dict
    points: int = 100
    arrange: Callable[[Patient], object] = lambda _anna: None
    at: datetime = NOON
    is_in_omsk: bool = False
    facts: dict = field(default_factory=dict)


PENSIONER = {"social_groups": ["pensioner"]}
CASES = [
    Case("tag", {"tags": ["ortho"]}, arrange=lambda anna: anna.tags.add(make_tag("ortho"), make_tag("vip"))),
    Case("another tag", {"tags": ["ortho"]}, 50, arrange=lambda anna: anna.tags.add(make_tag("vip"))),
    Case("social group without end", PENSIONER, arrange=put_into_group),
    Case("its last day", PENSIONER, arrange=lambda anna: put_into_group(anna, valid_until=TODAY)),
    Case("past its day", PENSIONER, 50, arrange=lambda anna: put_into_group(anna, valid_until=YESTERDAY)),
    Case("source", {"sources": ["telegram"]}, arrange=change(source="telegram")),
    Case("sex", {"sex": "FEMALE"}, arrange=change(sex="FEMALE")),
    Case("birthday is today", {"age": {"from": 60}}, arrange=change(birth_date=date(1966, 11, 22))),
    Case("birthday is tomorrow", {"age": {"from": 60}}, 50, arrange=change(birth_date=date(1966, 11, 23))),
    Case("birth date unknown", {"age": {"from": 60}}, 50),
    Case("first visit", {"patients": "new"}),
    Case("second visit", {"patients": "new"}, 50, arrange=has_visited),
    Case("third visit", {"visit": {"kind": "number", "number": 3}}, arrange=lambda anna: has_visited(anna, 2)),
    Case("weekday and hour of the receipt's clinic",
         {"weekdays": [1], "hours": {"from": "00:00", "to": "01:00"}}, at=LATE_IN_MOSCOW, is_in_omsk=True),
    Case("weekday and hour at home",
         {"weekdays": [7], "hours": {"from": "21:30", "to": "22:00"}}, at=LATE_IN_MOSCOW),
    Case("booked online", {"booked_online": True}, facts={"booked_online": True}),
    Case("not booked online", {"booked_online": True}, 50),
]  # fmt: skip


def draft_for(patient, *, clinic, line=None, **facts):
    return ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=clinic.code,
        lines=(line or DraftLine(price_kopecks=100_000),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
        **facts,
    )


def replay(*patients, clinic=None, at=NOON, **facts):
    place = clinic or make_clinic()
    standings = Standing.objects.select_related("account", "patient__home_clinic").filter(patient__in=patients)
    receipts = [
        PastReceipt(
            standing=standing,
            clinic=place,
            paid_at=at,
            lines=(DraftLine(price_kopecks=100_000),),
            source_system="oldcrm",
            document=f"N-{standing.pk}",
            **facts,
        )
        for standing in standings
    ]
    return replay_receipts(receipts, catalogue=read_catalogue([]), running=current_program(at=at), recorded_at=at)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rule_at_the_desk_meets_the_patient_and_the_receipt(case):
    publish_special(case.when)
    anna = make_member()
    case.arrange(anna)
    clinic = omsk() if case.is_in_omsk else make_clinic()

    quoted = quote_receipt(draft_for(anna, clinic=clinic, **case.facts), at=case.at)

    assert quoted.quote.earned_points == case.points


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_rule_in_a_replay_meets_the_same(case):
    publish_special(case.when)
    anna = make_member()
    case.arrange(anna)

    [receipt] = replay(anna, clinic=omsk() if case.is_in_omsk else None, at=case.at, **case.facts)

    assert receipt.points_earned == case.points


def test_rule_meets_the_doctor_of_the_line():
    publish_special({"doctors": ["petrov"]})
    anna = make_member()
    by_petrov = DraftLine(price_kopecks=100_000, doctor_id=make_doctor().pk)
    by_orlov = DraftLine(price_kopecks=100_000, doctor_id=make_doctor("orlov").pk)

    quotes = [
        quote_receipt(draft_for(anna, clinic=make_clinic(), line=line), at=NOON).quote
        for line in (by_petrov, by_orlov)
    ]

    assert [quote.earned_points for quote in quotes] == [100, 50]


def test_lives_are_counted_from_the_day_of_the_home_clinic():
    publish_special({})
    anna = make_member()

    quoted = quote_receipt(draft_for(anna, clinic=omsk()), at=LATE_IN_MOSCOW)
    confirm_receipt(quoted.token, clinic=omsk(), actor=make_rita(), at=LATE_IN_MOSCOW)

    # Two months from Sunday the 22nd in Moscow, although Omsk has Monday.
    assert Lot.objects.get().last_day == date(2027, 1, 22)


def test_booking_travels_with_the_quote_into_the_receipt():
    publish_special({})
    quoted = quote_receipt(draft_for(make_member(), clinic=make_clinic(), booked_online=True), at=NOON)

    confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON)

    assert read_ticket(quoted.token).draft.booked_online is True
    assert Receipt.objects.get().booked_online is True


def test_replay_keeps_that_the_visit_was_booked_online():
    publish_special({})

    replay(make_member(), booked_online=True)

    assert Receipt.objects.get().booked_online is True


def test_receipt_keeps_the_channel_of_its_moment_at_the_desk_and_in_a_replay():
    publish_special({})
    anna = make_member(source="telegram")
    quoted = quote_receipt(draft_for(anna, clinic=make_clinic()), at=NOON)
    confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON)
    replay(anna)

    Patient.objects.filter(pk=anna.pk).update(source="site")

    assert list(Receipt.objects.values_list("channel", flat=True)) == ["telegram", "telegram"]


def test_quote_of_a_guest_with_all_attributes_takes_four_queries(django_assert_num_queries):
    publish_special(PENSIONER)
    anna = make_member()
    anna.tags.add(make_tag("ortho"), make_tag("vip"))
    for code in ("pensioner", "large_family"):
        put_into_group(anna, code=code)
    line = DraftLine(price_kopecks=100_000, doctor_id=make_doctor().pk)
    draft = draft_for(anna, clinic=omsk(), line=line)

    with django_assert_num_queries(4):
        quote_receipt(draft, at=NOON)


def test_replay_reads_the_attributes_of_all_its_patients_at_once():
    publish_special(PENSIONER)
    people = [make_member("Иванова", f"Анна {n}", f"+7916000000{n}") for n in range(6)]
    for person in people:
        put_into_group(person)
        person.tags.add(make_tag("vip"))

    costs = []
    for some in (people[:1], people[1:]):
        with CaptureQueriesContext(connection) as captured:
            receipts = replay(*some, at=NOON + timedelta(minutes=len(some)))
        costs.append(len(captured))
        assert {receipt.points_earned for receipt in receipts} == {100}

    assert costs[0] == costs[1]
