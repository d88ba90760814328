"""Registering people: card, consents, one active person per phone."""

import pytest
from django.db import IntegrityError, InternalError, transaction

from patients.card_numbers import card_number, is_card_number
from patients.cards import issue_card
from patients.models import Card, ConsentRecord, Patient
from patients.registration import PhoneTaken
from tests.people import LONG_AGO, make_patient

pytestmark = pytest.mark.django_db


def test_new_patient_has_an_active_card_and_is_a_member_after_agreeing_to_the_rules():
    anna = make_patient()

    card = Card.objects.get(patient=anna)
    assert is_card_number(card.number)
    assert (card.status, anna.status, anna.joined_at) == ("ACTIVE", "MEMBER", LONG_AGO)


def test_without_consent_to_the_rules_the_person_stays_a_contact():
    vera = make_patient("Петрова", "Вера", consents=())

    assert (vera.status, vera.joined_at, vera.consents.count()) == ("CONTACT", None, 0)


def test_second_person_with_the_same_phone_is_refused_and_nothing_is_written():
    anna = make_patient()

    with pytest.raises(PhoneTaken) as refusal:
        make_patient("Петрова", "Вера")

    assert refusal.value.patient_id == anna.pk
    assert (Patient.objects.count(), Card.objects.count()) == (1, 1)


def test_two_children_without_a_phone_may_share_a_name():
    make_patient("Иванов", "Пётр", None)

    make_patient("Иванов", "Пётр", None)

    assert Patient.objects.filter(phone=None).count() == 2


def test_new_card_replaces_the_old_one():
    anna = make_patient()
    old = Card.objects.get(patient=anna)

    new = issue_card(patient=anna, at=LONG_AGO)

    old.refresh_from_db()
    assert (old.status, new.status) == ("REPLACED", "ACTIVE")
    assert old.number != new.number


def test_card_numbers_never_repeat_within_the_first_thousand():
    numbers = {card_number(serial) for serial in range(1, 1001)}

    assert len(numbers) == 1000
    assert all(is_card_number(number) for number in numbers)


def test_consent_journal_refuses_changes():
    anna = make_patient()

    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        ConsentRecord.objects.filter(patient=anna).update(granted=False)

    assert ConsentRecord.objects.filter(patient=anna, granted=False).count() == 0
