"""Visits that somebody else paid: what each card and cabinet tells of them, and what merging and erasure do."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.erasing import erase_patient
from loyalty.ledger.audit import breaches
from loyalty.merging.merging import merge_patients, undo_merge
from loyalty.models import CallTask, Receipt, Standing
from loyalty.nightly.call_list import make_call_list
from loyalty.nightly.journal import begin_step
from loyalty.rules.facts import SpendChoice
from patients.cabinet.own_data import own_data
from patients.preferences import show_services
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.sms import open_sms_box
from tests.patient_card import change_url
from tests.people import make_clinic, make_patient, make_rita, make_service, make_staff
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
BORIS = "+79160000001"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def anna(db):
    publish_preset(has_welcome=False)
    return make_member(at=NOON)


@pytest.fixture
def boris(anna):
    return make_member("Иванов", "Борис", BORIS, at=NOON)


@pytest.fixture
def sonya(anna):
    return make_staff("sonya", "owner")


def paid(payer, treated, *, at=NOON, actor=None):
    """A cleaning for 6 500; at 5 % it earns 325."""
    draft = ReceiptDraft(
        patient_id=payer.pk,
        treated_id=treated.pk if treated else None,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=650_000, service_id=make_service("hygiene-full", "hygiene").pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    token = quote_receipt(draft, at=at).token
    return confirm_receipt(token, clinic=make_clinic(), actor=actor or make_rita(), at=at).receipt


def people_of(receipt):
    return Receipt.objects.values_list("patient", "treated").get(pk=receipt.pk)


def merge(survivor, duplicate, actor):
    return merge_patients(
        survivor_id=survivor.pk, duplicate_id=duplicate.pk, reason="один человек", actor=actor, at=NOON
    )


def test_treated_persons_card_lists_the_visit_with_its_payer_and_without_sums(client, anna, boris, sonya):
    receipt = paid(anna, boris, actor=sonya)
    client.force_login(sonya)

    page = client.get(change_url(boris))

    assert "Визиты, которые оплатил другой" in text_of(page)
    assert f"Чек {receipt.pk} · 22\N{NO-BREAK SPACE}ноября · платит Иванова Анна" in text_of(page)
    assert f"/admin/loyalty/receipt/{receipt.pk}/change/" in page.content.decode()
    assert "6 500" not in text_of(page)
    assert "Визиты, которые оплатил другой" not in text_of(client.get(change_url(anna)))


def test_receipt_in_the_admin_names_both(client, anna, boris, sonya):
    receipt = paid(anna, boris, actor=sonya)
    client.force_login(sonya)

    text = text_of(client.get(f"/admin/loyalty/receipt/{receipt.pk}/change/"))

    assert "Кого лечили: Иванов Борис" in text
    assert "Пациент: Иванова Анна" in text


def test_cabinets_keep_what_was_done_from_the_payer_and_what_was_paid_from_the_treated(
    client, anna, boris, monkeypatch
):
    paid(anna, boris)
    sms = open_sms_box(monkeypatch)
    for person in (anna, boris):
        show_services(patient=person, is_shown=True)

    log_in(client, sms)
    payers = text_of(client.get("/history/")) + client.get("/settings/data/file/").content.decode()
    client.post("/logout/")
    log_in(client, sms, BORIS)
    theirs = text_of(client.get("/history/")) + client.get("/settings/data/file/").content.decode()

    assert "+325" in payers
    assert not [word for word in ("hygiene-full", "Борис") if word in payers]
    assert not [word for word in ("Анна", "6500", "6 500", "325") if word in theirs]
    assert theirs.count("hygiene-full") == 1  # their own file says what was done to them


def test_own_data_of_the_treated_names_the_service_without_its_price(anna, boris):
    receipt = paid(anna, boris)

    services = {table.code: table for table in own_data(boris)}["services"]

    assert services.rows == ((receipt.pk, "hygiene-full", 1, None),)


def test_merge_carries_what_others_paid_and_the_undo_brings_it_back(anna, boris, sonya):
    double = make_member("Иванов", "Боря", "+79160000002", at=NOON)
    receipt = paid(anna, double, actor=sonya)

    merged = merge(boris, double, sonya)
    assert people_of(receipt) == (anna.pk, boris.pk)
    undo_merge(merge_id=merged.pk, reason="разные люди", actor=sonya, at=NOON)

    assert people_of(receipt) == (anna.pk, double.pk)
    assert list(breaches()) == []


@pytest.mark.parametrize("survivor", ["payer", "treated"])
def test_who_paid_for_their_own_second_card_is_nobodys_payer_until_the_undo(anna, boris, sonya, survivor):
    receipt, other = paid(anna, boris, actor=sonya), paid(boris, anna, actor=sonya)
    kept, gone = (anna, boris) if survivor == "payer" else (boris, anna)

    merged = merge(kept, gone, sonya)
    assert (people_of(receipt), people_of(other)) == ((kept.pk, None), (kept.pk, None))
    assert Standing.objects.get(patient=kept).account.balance == 650
    undo_merge(merge_id=merged.pk, reason="разные люди", actor=sonya, at=NOON)

    assert (people_of(receipt), people_of(other)) == ((anna.pk, boris.pk), (boris.pk, anna.pk))
    assert list(breaches()) == []


@pytest.mark.parametrize("gone", ["payer", "treated"])
def test_erasure_of_either_keeps_the_sums_and_no_name(client, anna, boris, sonya, gone):
    receipt = paid(anna, boris, actor=sonya)
    person, other = (anna, boris) if gone == "payer" else (boris, anna)

    erase_patient(patient_id=person.pk, source="LETTER", reason="отзыв", actor=sonya, at=NOON)

    assert people_of(receipt) == (anna.pk, boris.pk)
    client.force_login(sonya)
    text = text_of(client.get(f"/admin/loyalty/receipt/{receipt.pk}/change/"))
    assert person.first_name not in text
    assert other.first_name in text
    assert Standing.objects.get(patient=anna).account.balance == 325


def test_visit_that_another_paid_is_no_half_year_without_one(anna, boris, sonya):
    long_ago = NOON - timedelta(days=184)
    Standing.objects.filter(patient=boris).update(last_paid_at=long_ago)
    control = make_member("Петрова", "Вера", "+79160000003", at=NOON)
    Standing.objects.filter(patient=control).update(last_paid_at=long_ago)
    paid(anna, boris, actor=sonya)
    clinic = make_clinic()

    run = begin_step(clinic=clinic, day=NOON.date(), step="CALLS", at=NOON)
    make_call_list(clinic=clinic, run=run, at=NOON)

    assert list(CallTask.objects.values_list("patient", flat=True)) == [control.pk]


def test_task_to_call_ends_when_the_patient_came_and_another_paid(anna, boris, sonya):
    Standing.objects.filter(patient=boris).update(last_paid_at=NOON - timedelta(days=184))
    clinic, later = make_clinic(), NOON + timedelta(days=1)
    make_call_list(clinic=clinic, run=begin_step(clinic=clinic, day=NOON.date(), step="CALLS", at=NOON), at=NOON)
    paid(anna, boris, at=NOON + timedelta(hours=1), actor=sonya)

    run = begin_step(clinic=clinic, day=later.date(), step="CALLS", at=later)
    make_call_list(clinic=clinic, run=run, at=later)

    assert CallTask.objects.get().done_at == later


def test_contact_treated_by_another_has_a_card_that_says_so(client, anna, sonya):
    contact = make_patient("Зимин", "Глеб", "+79160000004", consents=())
    paid(anna, contact, actor=sonya)
    client.force_login(sonya)

    assert "платит Иванова Анна" in text_of(client.get(change_url(contact)))
