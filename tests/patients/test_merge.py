"""Two cards of one person made one and two again: nothing is lost, nothing is doubled, the ledger stays clean."""

import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from clinics.models import AuditEvent
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger import posting
from loyalty.ledger.audit import breaches
from loyalty.merging import merging
from loyalty.merging.merging import (
    CardGone,
    PhoneTakenSince,
    RefundedSince,
    SpentSince,
    SurvivorIsContact,
    TooLate,
    merge_patients,
    preview_merge,
    undo_merge,
)
from loyalty.models import (
    Account,
    LimitUse,
    Lot,
    Operation,
    PatientMerge,
    Receipt,
    Refund,
    Standing,
    ThresholdGift,
)
from loyalty.nightly import night
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from patients.consents import current_consents, record_consent
from patients.models import Card, Household, Patient, PatientSourceKey, Referral, SocialGroupRecord
from patients.referrals import set_inviter
from patients.search import active_patients, find_patients, matching_patients
from tests.desk.desk_pages import text_of
from tests.ledger.accounts import written
from tests.patient_card import change_url
from tests.people import make_clinic, make_patient, make_service, make_staff, make_tag, put_into_group
from tests.programs import NOON, give_points, make_member, publish_preset
from tests.proofs import confirm_with_proof
from tests.threads import run_together

MARCH = date(2027, 3, 1)
LATER = NOON + timedelta(days=29)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def people(db):
    """The card that stays, and Anna's second one, made at another phone."""
    publish_preset(has_welcome=False)
    anna = make_member(at=NOON, tier="silver", turnover=60_000)
    double = make_member(
        "Иванова", "Аня", "+79160000001", at=NOON, tier="standart", turnover=95_000, email="anya@example.ru"
    )
    give_points(anna, 500, last_day=MARCH, at=NOON)
    give_points(double, 300, last_day=MARCH, at=NOON)
    give_points(double, 200, at=NOON)
    return anna, double


@pytest.fixture
def sonya(people):
    return make_staff("sonya", "senior")


def merge(people, actor, **changes):
    anna, double = people
    wish = {"survivor_id": anna.pk, "duplicate_id": double.pk, "reason": "паспорт", "actor": actor, "at": NOON}
    return merge_patients(**wish | changes)


def undo(made, actor, at=LATER):
    undo_merge(merge_id=made.pk, reason="разные люди", actor=actor, at=at)


def figures(patient):
    return Account.objects.values_list("balance", "pending", "debt").get(patient=patient)


def pay(patient, *, points=0, roubles=10_000, actor):
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=roubles * 100, service_id=make_service("hygiene", "hygiene").pk),),
        choice=SpendChoice.amount(points),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    return confirm_with_proof(quoted.token, clinic=make_clinic(), actor=actor, at=NOON).receipt


def state():
    """All that a merge may touch, lots and journals by what is in force."""
    return {
        "patients": list(
            Patient.objects.order_by("id").values_list(
                "last_name", "first_name", "phone", "email", "birth_date", "household", "merged_into", "note"
            )
        ),
        "standings": list(
            Standing.objects.order_by("id").values_list(
                "tier", "earned_tier", "turnover", "visits", "first_paid_at", "last_paid_at", "grace_until",
                "floor_tier", "tier_due_on", "account__balance", "account__pending", "account__debt",
                "account__rolling_until",
            )
        ),
        "lots": list(Lot.objects.filter(remaining__gt=0).order_by("id").values_list("id", "account", "remaining")),
        "owners": [
            list(model.objects.order_by("id").values_list("id", "patient"))
            for model in (Receipt, PatientSourceKey, SocialGroupRecord, Card)
        ],
        "tags": [sorted(person.tags.values_list("code", flat=True)) for person in Patient.objects.order_by("id")],
        "referrals": list(Referral.objects.order_by("id").values_list("patient", "inviter")),
        "contacts": list(Household.objects.order_by("id").values_list("contact", flat=True)),
        "consents": [current_consents(person.pk) for person in Patient.objects.order_by("id")],
    }  # fmt: skip


def fill(people, actor):
    """Rows of every kind on both cards."""
    anna, double = people
    pay(double, points=100, actor=actor)
    pay(anna, actor=actor)
    PatientSourceKey.objects.create(patient=double, source="old", key="77")
    put_into_group(double)
    double.tags.add(make_tag())
    Household.objects.create(name="Ивановы", contact=double)
    friend, inviter = make_patient("Петрова", "Вера", None), make_patient("Зайцева", "Галина", None)
    set_inviter(patient=friend, inviter=double, actor=actor, at=NOON)
    set_inviter(patient=double, inviter=inviter, actor=actor, at=NOON)
    record_consent(patient=double, kind="ADVERTISING", granted=True, source="DESK", at=NOON + timedelta(hours=1))


# What a merge does


@pytest.mark.django_db
def test_points_move_with_their_dates_and_the_sum_stays(people, sonya):
    anna, double = people

    merge(people, sonya)

    assert (figures(anna), figures(double)) == ((1000, 0, 0), (0, 0, 0))
    lots = Lot.objects.filter(account__patient=anna, remaining__gt=0).order_by("id")
    assert list(lots.values_list("remaining", "last_day")) == [(500, MARCH), (300, MARCH), (200, None)]
    assert list(breaches()) == []


@pytest.mark.django_db
def test_payments_add_up_and_reach_the_tier_of_both(people, sonya):
    anna, _double = people

    merge(people, sonya)

    standing = Standing.objects.get(patient=anna)
    assert (standing.turnover, standing.tier) == (155_000, "gold")


@pytest.mark.django_db
def test_both_cards_and_both_phones_find_the_card_that_stays(people, sonya):
    anna, double = people
    numbers = [card.number for card in Card.objects.order_by("id")]

    merge(people, sonya)

    sought = [*numbers, "+79161234567", "+79160000001"]
    assert [find_patients(text, clinic_ids=()).patients for text in sought] == [(anna,)] * 4
    assert [list(matching_patients(text, rows=active_patients())) for text in sought] == [[anna]] * 4
    assert double.pk not in [person.pk for person in find_patients("Иванова", clinic_ids=[1]).patients]


@pytest.mark.django_db
def test_card_that_stays_wins_and_is_filled_in_where_it_was_empty(people, sonya):
    anna, _double = people

    merge(people, sonya)

    anna.refresh_from_db()
    assert (anna.first_name, anna.phone, anna.email) == ("Анна", "+79161234567", "anya@example.ru")


@pytest.mark.django_db
def test_rows_of_every_kind_come_along(people, sonya):
    anna, _double = people
    fill(people, sonya)

    merge(people, sonya)

    assert Receipt.objects.filter(patient=anna).count() == 2
    assert [model.objects.get().patient for model in (PatientSourceKey, SocialGroupRecord)] == [anna, anna]
    assert [tag.code for tag in anna.tags.all()] == ["has-children"]
    assert Household.objects.get().contact == anna
    assert anna.referral.inviter.first_name == "Галина"
    assert anna.invited.get().patient.first_name == "Вера"
    assert current_consents(anna.pk)[("ADVERTISING", "")] is True
    assert Standing.objects.get(patient=anna).visits == 2


@pytest.mark.django_db
def test_what_a_limit_counted_on_both_cards_counts_together(people, sonya):
    anna, double = people
    place = {"rule_code": "friday", "kind": "patient", "period_start": NOON.date(), "amount": 100}
    LimitUse.objects.create(patient=anna, used=30, **place)
    LimitUse.objects.create(patient=double, used=50, **place)

    made = merge(people, sonya)
    together = LimitUse.objects.get(patient=anna).used
    undo(made, sonya)

    assert (together, LimitUse.objects.get(patient=anna).used) == (80, 30)


@pytest.mark.django_db
def test_friend_of_oneself_makes_no_loop(people, sonya):
    anna, double = people
    set_inviter(patient=double, inviter=anna, actor=sonya, at=NOON)

    merge(people, sonya)

    assert Referral.objects.values_list("patient", "inviter").get() == (double.pk, anna.pk)


@pytest.mark.django_db
def test_preview_tells_the_result_and_writes_nothing(people, sonya):
    anna, double = people
    before = state(), written()

    preview = preview_merge(survivor_id=anna.pk, duplicate_id=double.pk, actor=sonya, at=NOON)

    assert (preview.standing.account.balance, preview.standing.tier, preview.survivor.email) == (
        1000, "gold", "anya@example.ru",
    )  # fmt: skip
    assert (state(), written()) == before
    assert (PatientMerge.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_receipt_of_the_merged_card_is_refunded_on_the_card_that_stays(people, sonya):
    anna, double = people
    receipt = pay(double, points=100, actor=sonya)
    earned = receipt.points_earned
    merge(people, sonya)
    before = figures(anna)[0]

    refund_receipt(RefundWish(receipt.pk, "whole", Refund.Reason.CANCELLED), actor=sonya, at=NOON)

    assert figures(anna) == (before + 100 - earned, 0, 0)
    assert figures(double) == (0, 0, 0)
    assert list(breaches()) == []


# What it refuses


@pytest.mark.django_db
def test_contact_does_not_swallow_a_member(people, sonya):
    anna, _double = people
    vera = make_patient("Петрова", "Вера", None, consents=())
    before = state(), written()

    with pytest.raises(SurvivorIsContact):
        merge((vera, anna), sonya)

    assert (state(), written()) == before


@pytest.mark.django_db
def test_merged_card_and_oneself_are_refused(people, sonya):
    anna, double = people
    with pytest.raises(CardGone):
        merge((anna, anna), sonya)
    merge(people, sonya)

    with pytest.raises(CardGone):
        merge((double, anna), sonya)
    with pytest.raises(CardGone):
        merge(people, sonya)

    assert PatientMerge.objects.count() == 1


# The undo


@pytest.mark.django_db
def test_undo_returns_to_the_start(people, sonya):
    fill(people, sonya)
    before = state()
    made = merge(people, sonya)

    undo(made, sonya)

    after = state()
    # The journal says now what no record said by its absence.
    after["consents"][0].pop(("ADVERTISING", ""))
    assert after == before
    assert list(breaches()) == []
    assert list(AuditEvent.objects.order_by("-id").values_list("code", flat=True)[:2]) == [
        "patient.merge_undone",
        "patient.merged",
    ]


@pytest.mark.django_db
def test_what_came_after_the_merge_stays_with_the_card_that_stayed(people, sonya):
    anna, double = people
    made = merge(people, sonya)
    receipt = pay(anna, actor=sonya)
    give_points(anna, 77, at=NOON)

    undo(made, sonya)

    receipt.refresh_from_db()
    assert (receipt.patient, figures(anna)[0]) == (anna, 500 + 77 + receipt.points_earned)
    assert figures(double) == (500, 0, 0)
    assert Standing.objects.get(patient=anna).turnover == 60_000 + receipt.paid


@pytest.mark.django_db
def test_spent_points_refuse_the_undo_and_nothing_is_written(people, sonya):
    anna, _double = people
    made = merge(people, sonya)
    posting.spend(account_id=anna.standing.account_id, units=650, key="spent", at=NOON)
    before = state(), written()

    with pytest.raises(SpentSince) as refused:
        undo(made, sonya)

    assert refused.value.points == 150
    assert (state(), written()) == before


@pytest.mark.django_db
def test_refund_since_refuses_the_undo(people, sonya):
    receipt = pay(people[1], actor=sonya)
    made = merge(people, sonya)
    refund_receipt(RefundWish(receipt.pk, "whole", Refund.Reason.CANCELLED), actor=sonya, at=NOON)

    with pytest.raises(RefundedSince):
        undo(made, sonya)


@pytest.mark.django_db
def test_after_thirty_days_and_a_second_time_it_is_too_late(people, sonya):
    made = merge(people, sonya)

    with pytest.raises(TooLate):
        undo(made, sonya, at=NOON + timedelta(days=30, seconds=1))
    undo(made, sonya, at=NOON + timedelta(days=30))
    with pytest.raises(TooLate):
        undo(made, sonya)

    assert Operation.objects.filter(kind="TRANSFER").count() == 2


@pytest.mark.django_db
def test_phone_of_the_old_card_may_have_a_new_owner(people, sonya):
    made = merge(people, sonya)
    make_patient("Петрова", "Вера", "+79160000001")
    before = state(), written()

    with pytest.raises(PhoneTakenSince):
        undo(made, sonya)

    assert (state(), written()) == before


# Two desks at once


def merge_each_other(people, actor):
    return run_together(2, lambda index: merge((people[index], people[1 - index]), actor))


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_merge_each_way_make_one_card(people, sonya):
    results = merge_each_other(people, sonya)

    assert sorted(type(result).__name__ for result in results) == ["CardGone", "PatientMerge"]
    assert Patient.objects.filter(merged_into=None).count() == 1
    assert list(breaches()) == []


@pytest.mark.django_db(transaction=True)
def test_control_without_the_locks_both_cards_are_gone(people, sonya, monkeypatch):
    def read(survivor_id, duplicate_id):
        ids = [survivor_id, duplicate_id]
        cards = Patient.objects.select_related("home_clinic", "user").in_bulk(ids)
        standings = Standing.objects.select_related("account", "patient__home_clinic").in_bulk(
            ids, field_name="patient_id"
        )
        barrier.wait(timeout=20)
        return merging.Pair(cards[survivor_id], cards[duplicate_id], standings)

    barrier = threading.Barrier(2)
    monkeypatch.setattr(merging, "_lock", read)

    results = merge_each_other(people, sonya)

    # Both see two cards; the database stops one of them by a deadlock, or both are merged into each other.
    assert "CardGone" not in [type(result).__name__ for result in results]


# The dialogs


def dialog(patient, name="merge"):
    return reverse(f"admin:patients_patient_{name}", args=[patient.pk])


@pytest.mark.django_db
def test_card_is_found_looked_at_and_merged_with_a_reason(client, people, sonya):
    anna, double = people
    client.force_login(sonya)

    found = client.get(dialog(anna), {"q": "иванова"}).content.decode()
    preview = text_of(client.get(dialog(anna), {"other": double.pk}))
    bare = client.post(dialog(anna), {"other": double.pk, "reason": ""})
    done = client.post(dialog(anna), {"other": double.pk, "reason": "паспорт"}, follow=True)

    assert f"?other={double.pk}" in found
    assert "Баланс 500 500 1 000" in preview
    assert (bare.status_code, PatientMerge.objects.count()) == (422, 1)
    assert "Теперь это одна карточка." in text_of(done)


@pytest.mark.django_db
def test_undo_is_offered_on_the_card_and_told_in_words_when_points_are_spent(client, people, sonya):
    anna, _double = people
    made = merge(people, sonya)
    client.force_login(sonya)

    page = client.get(change_url(anna)).content.decode()
    posting.spend(account_id=anna.standing.account_id, units=501, key="spent", at=NOON)
    refused = text_of(client.post(dialog(anna, "unmerge"), {"reason": "разные люди"}))

    assert dialog(anna, "unmerge") in page
    assert "Из баллов, которые пришли с карточкой, с тех пор потрачен 1 балл." in refused
    made.refresh_from_db()
    assert made.undone_at is None


@pytest.mark.django_db
def test_undo_in_the_dialog_makes_two_cards(client, people, sonya):
    anna, double = people
    merge(people, sonya)
    client.force_login(sonya)

    answer = client.post(dialog(anna, "unmerge"), {"reason": "разные люди"}, follow=True)

    assert "Снова две карточки" in text_of(answer)
    assert Patient.objects.get(pk=double.pk).merged_into is None


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["receptionist", "marketer"])
def test_others_do_not_merge(client, people, role):
    anna, double = people
    client.force_login(make_staff("rita", role))

    assert client.post(dialog(anna), {"other": double.pk, "reason": "паспорт"}).status_code == 403
    assert PatientMerge.objects.count() == 0


@pytest.mark.django_db
def test_card_of_another_clinic_cannot_be_chosen(client, people, sonya):
    anna, _double = people
    vera = make_member("Петрова", "Вера", "+79160000009", clinic=make_clinic("omsk", name="Омск"), at=NOON)
    client.force_login(sonya)

    answer = client.post(dialog(anna), {"other": vera.pk, "reason": "паспорт"})

    assert (answer.status_code, PatientMerge.objects.count()) == (200, 0)


def test_payments_that_have_had_their_gift_bring_none_after_the_merge(people, sonya):
    anna, double = people
    pay(double, roubles=50_000, actor=sonya)
    night.run_due_nights(at=NOON + timedelta(days=1))
    assert ThresholdGift.objects.get().patient == double

    made = merge(people, sonya, at=NOON + timedelta(days=1))
    night.run_due_nights(at=NOON + timedelta(days=2))

    assert ThresholdGift.objects.get().patient == anna
    assert Operation.objects.filter(kind="GIFT").count() == 1
    undo(made, sonya)
    assert ThresholdGift.objects.get().patient == double
