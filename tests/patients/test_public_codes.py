"""Codes of friends' links: one per patient, unique over all kinds, gone with the person, found after a merge."""

import pytest

from patients import public_codes
from patients.erasing import erase_person
from patients.models import ConsentRecord, Patient, PublicCode
from patients.public_codes import CodeTaken, find_friend_code, friend_code_of, inviter_by, take_code
from patients.referrals import find_inviter
from tests.people import LONG_AGO, make_patient, make_rita
from tests.threads import run_together

FRIEND = PublicCode.Kind.FRIEND


@pytest.mark.django_db
def test_patient_has_one_code_however_often_it_is_asked_for():
    anna = make_patient()

    codes = {friend_code_of(anna, at=LONG_AGO).text for _ in range(3)}

    assert len(codes) == 1
    assert codes.pop()[:5] == "ANNA-"
    assert PublicCode.objects.count() == 1


@pytest.mark.django_db
def test_code_typed_with_the_same_keys_is_taken_already_and_nothing_is_written():
    anna, vera = make_patient(), make_patient("Петрова", "Вера", "+79160000001")
    take_code(text="ANNA-7K2", kind=FRIEND, at=LONG_AGO, patient=anna)

    with pytest.raises(CodeTaken):
        take_code(text="фттф7л2", kind=FRIEND, at=LONG_AGO, patient=vera)

    assert PublicCode.objects.values_list("text", flat=True).get() == "ANNA-7K2"


@pytest.mark.django_db
def test_popular_name_gets_a_longer_code_when_the_short_ones_are_taken(monkeypatch):
    monkeypatch.setattr(public_codes.secrets, "choice", lambda letters: letters[0])
    anna, other = make_patient(), make_patient("Петрова", "Анна", "+79160000001")

    codes = [friend_code_of(person, at=LONG_AGO).text for person in (anna, other)]

    assert codes == ["ANNA-222", "ANNA-2222"]


@pytest.mark.django_db
def test_code_leads_to_the_card_that_stayed_after_a_merge():
    anna, twin = make_patient(), make_patient("Иванова", "Аня", "+79160000001")
    code = friend_code_of(twin, at=LONG_AGO)
    Patient.objects.filter(pk=twin.pk).update(merged_into=anna)

    assert inviter_by(find_friend_code(code.text)) == anna


@pytest.mark.django_db
def test_code_of_a_contact_or_of_nobody_leads_nowhere():
    contact = make_patient(consents=())
    code = friend_code_of(contact, at=LONG_AGO)

    assert [find_friend_code(text) for text in (code.text, "NOBODY-222", "")] == [None, None, None]


@pytest.mark.django_db
def test_erasure_takes_the_code_with_the_name_along():
    anna = make_patient()
    code = friend_code_of(anna, at=LONG_AGO).text

    erase_person(anna, source=ConsentRecord.Source.LETTER, actor=make_rita(), at=LONG_AGO)

    assert (PublicCode.objects.count(), find_friend_code(code)) == (0, None)


@pytest.mark.django_db
def test_desk_finds_the_inviter_by_the_code_that_a_friend_says():
    anna = make_patient()
    take_code(text="ANNA-7K2", kind=FRIEND, at=LONG_AGO, patient=anna)

    assert [find_inviter(text) for text in ("anna 7k2", "фттф-7л2")] == [anna, anna]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_two_first_looks_at_once_make_one_code():
    anna = make_patient()

    codes = run_together(6, lambda _n: friend_code_of(anna, at=LONG_AGO).text)

    assert len(set(codes)) == 1
    assert PublicCode.objects.count() == 1
