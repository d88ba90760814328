"""The demo's made-up data: what the tour shows, the same every time, also after an interruption."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Count

from clinics.models import StaffMember
from loyalty.demo import seed as seeding
from loyalty.demo.clinics import DOCTORS
from loyalty.demo.showcase import ANNA, BORIS, SHOWN_PATIENTS, VERA
from loyalty.friends import read_funnel
from loyalty.ledger.audit import breaches
from loyalty.ledger.balance import read_holdings
from loyalty.models import Account, Privilege, PrivilegeCode, Receipt, ReceiptLine, Standing
from notifications.channels.registry import LABELS
from notifications.models import OutboxMessage
from patients.models import Card, Patient, Referral, SocialGroupRecord, SourceChannel, Tag

AT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PATIENTS = 120

pytestmark = pytest.mark.django_db


def shown(number):
    phone = next(patient.phone for patient in SHOWN_PATIENTS if patient.number == number)
    return Standing.objects.select_related("account", "patient").get(patient__phone=phone)


def snapshot():
    """All that chance decides, without ids and card numbers, which go on counting."""
    people = Standing.objects.order_by("patient__phone").values_list(
        "patient__phone", "patient__last_name", "patient__birth_date", "tier", "turnover", "visits",
        "account__balance", "account__rolling_until",
    )  # fmt: skip
    receipts = Receipt.objects.order_by("document").values_list(
        "document", "paid_at", "price", "paid", "points_spent", "points_earned"
    )
    tags = Patient.tags.through.objects.order_by("patient__phone", "tag__code")
    groups = SocialGroupRecord.objects.order_by("patient__phone", "group__code")
    return (
        list(people),
        list(receipts),
        list(tags.values_list("patient__phone", "tag__code")),
        list(groups.values_list("patient__phone", "group__code", "document", "valid_until")),
    )


class Interrupted(Exception):
    pass


def test_anna_is_as_the_tour_tells():
    seeding.prepare(patients=PATIENTS, at=AT)

    anna = shown(ANNA)
    holdings = read_holdings(account_id=anna.account_id, at=AT)

    assert (anna.account.balance, holdings.spendable, anna.tier) == (3450, 3450, "gold")
    assert (anna.turnover, anna.visits) == (Decimal("282000.00"), 8)
    assert [(item.last_day, item.points, item.is_rolling) for item in holdings.schedule] == [
        (date(2026, 11, 27), 450, False),
        (date(2028, 8, 12), 3000, True),
    ]
    assert Card.objects.get(patient=anna.patient).number == "00001420"


def test_annas_link_has_brought_friends_and_nobody_came_in_a_circle():
    seeding.seed(patients=PATIENTS, at=AT, show_progress=False)

    anna = shown(ANNA).patient
    funnel = read_funnel(anna)
    edges = Referral.objects.values_list("patient_id", "inviter_id")

    assert (funnel.opened, funnel.registered) == (9, 5)
    assert funnel.visited < 5
    assert len(edges) == 25
    assert all(inviter < friend for friend, inviter in edges if inviter != anna.pk)
    assert set(Patient.objects.values_list("source", flat=True)) - {"", "friends"} <= set(
        SourceChannel.objects.values_list("code", flat=True)
    )


def test_vera_loses_everything_in_six_days():
    seeding.prepare(patients=PATIENTS, at=AT)

    holdings = read_holdings(account_id=shown(VERA).account_id, at=AT)

    assert [(item.last_day, item.points) for item in holdings.schedule] == [(date(2026, 11, 28), 1450)]


def test_boris_has_a_tier_by_hand_above_the_one_he_has_earned():
    seeding.prepare(patients=PATIENTS, at=AT)

    boris = shown(BORIS)

    assert (boris.tier, boris.earned_tier, boris.floor_until) == ("silver", "standart", date(2027, 1, 21))


def test_seed_makes_the_promised_amounts_and_roles():
    made = seeding.seed(patients=PATIENTS, at=AT, show_progress=False)

    receipts, lines = Receipt.objects.count(), ReceiptLine.objects.count()
    assert made is True
    assert Patient.objects.count() == PATIENTS + len(SHOWN_PATIENTS)
    assert 13 < receipts / PATIENTS < 17
    assert 2.4 < lines / receipts < 2.6
    assert Receipt.objects.filter(paid_at__lt=AT - timedelta(days=731)).count() == 0
    assert Receipt.objects.filter(points_spent__gt=0).count() > receipts // 20
    assert set(StaffMember.objects.values_list("user__groups__name", flat=True)) == {
        "receptionist", "senior", "marketer", "manager", "owner",
    }  # fmt: skip
    assert set(OutboxMessage.objects.values_list("channel", flat=True)) <= {"", *LABELS}
    soon = Account.objects.filter(balance__gt=0, rolling_until__lte=date(2026, 12, 22)).count()
    assert soon >= PATIENTS // 40


def test_every_line_has_a_doctor_of_its_clinic_who_does_such_work():
    seeding.seed(patients=PATIENTS, at=AT, show_progress=False)

    lines = set(
        ReceiptLine.objects.values_list("receipt__clinic__code", "doctor__code", "category__code").distinct()
    )
    able = {(item.clinic, item.code, category) for item in DOCTORS for category in item.categories}
    assert lines <= able
    assert {doctor for _clinic, doctor, _category in lines} == {item.code for item in DOCTORS}


def test_guests_have_tags_and_some_have_shown_a_document():
    seeding.seed(patients=PATIENTS, at=AT, show_progress=False)

    tagged = dict(Tag.objects.annotate(guests=Count("patients")).values_list("code", "guests"))
    groups = SocialGroupRecord.objects.values_list("group__code").annotate(Count("id"))
    pensioners = SocialGroupRecord.objects.filter(group__code="pensioner")
    assert tagged == {"has-children": 35, "orthodontics": 15, "implants": 8, "asks-antonova": 3}
    assert dict(groups) == {"pensioner": 17, "large_family": 8}
    assert SocialGroupRecord.objects.filter(valid_until__lt=AT.date()).count() == 2
    assert all(record.patient.birth_date < date(1966, 11, 23) for record in pensioners.select_related("patient"))
    seen_by = {(record.patient.home_clinic.code, record.seen_by.username) for record in pensioners}
    assert seen_by == {("mytishchi", "rita"), ("uralmash", "ural")}


def test_second_seed_changes_nothing():
    seeding.seed(patients=PATIENTS, at=AT, show_progress=False)
    before = snapshot()

    made = seeding.seed(patients=500, at=AT + timedelta(days=3), show_progress=False)

    assert made is False
    assert snapshot() == before


def test_interrupted_seed_goes_on_to_the_same_data_on_a_later_day(monkeypatch):
    with transaction.atomic():
        seeding.seed(patients=PATIENTS, at=AT, show_progress=False)
        whole = snapshot()
        transaction.set_rollback(True)
    original = seeding._seed_batch

    def stop_at_the_second(demo, *, first, count):
        if first:
            raise Interrupted
        original(demo, first=first, count=count)

    monkeypatch.setattr(seeding, "_seed_batch", stop_at_the_second)
    with pytest.raises(Interrupted):
        seeding.seed(patients=PATIENTS, at=AT, show_progress=False)
    monkeypatch.setattr(seeding, "_seed_batch", original)

    made = seeding.seed(patients=50, at=AT + timedelta(days=2), show_progress=False)

    assert made is True
    assert snapshot() == whole


def test_boris_has_codes_of_every_kind():
    seeding.prepare(patients=PATIENTS, at=AT)

    codes = PrivilegeCode.objects.filter(patient=shown(BORIS).patient).order_by("id")
    assert list(codes.values_list("key", "status")) == [
        ("YU4821", "USED"),
        ("YU2077", "RETURNED"),
        ("YU7350", "OPEN"),
    ]
    assert Privilege.objects.count() == 5
    assert list(breaches()) == []
