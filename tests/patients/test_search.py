"""One parser finds anybody: phone in any spelling, card, name, wrong keyboard layout."""

import pytest

from patients.cards import block_card
from patients.models import Card
from patients.phone import mask_phone, normalise_phone
from patients.search import FoundBy, find_patients
from tests.people import LONG_AGO, make_clinic, make_patient

pytestmark = pytest.mark.django_db


def find(text, *clinics):
    return find_patients(text, clinic_ids=[clinic.pk for clinic in clinics or [make_clinic()]])


@pytest.mark.parametrize(
    "typed",
    ["+7 916 123-45-67", "89161234567", "9161234567", "916 123 45 67", "8(916)123-45-67", " 7-916-1234567 "],
)
def test_phone_is_found_in_any_spelling(typed):
    anna = make_patient()

    found = find(typed)

    assert (found.found_by, found.patients) == (FoundBy.PHONE, (anna,))


@pytest.mark.parametrize(
    "typed", ["12345", "+7916", "abc", "8916123456789012345", "+1", "", "0000000000", "9١٦١٢٣٤٥٦٧", "+٣٨٠٩١٢٣٤٥"]
)
def test_what_is_not_a_phone_is_not_normalised(typed):
    assert normalise_phone(typed) is None


def test_masked_phone_shows_the_last_four_digits_only():
    assert mask_phone("+79161234567") == "•••45-67"


@pytest.mark.parametrize("typed", ["иванова", "ИВАНОВА", "Иванова Ан", "bdfyjdf", "  иванова   анна "])
def test_name_is_found_in_any_case_and_layout(typed):
    anna = make_patient()
    make_patient("Петрова", "Вера", "+79160000001")

    found = find(typed)

    assert (found.found_by, found.patients) == (FoundBy.NAME, (anna,))
    assert found.layout_corrected is (typed == "bdfyjdf")


@pytest.mark.parametrize("typed", ["Семёнов", "семенов"])
def test_yo_and_ye_are_the_same_letter(typed):
    person = make_patient("Семёнов", "Пётр")

    assert find(typed).patients == (person,)


def test_card_is_found_by_its_digits_with_a_space():
    anna = make_patient()
    card = Card.objects.get(patient=anna)

    found = find(f"{card.number[:4]} {card.number[4:]}")

    assert (found.found_by, found.patients) == (FoundBy.CARD, (anna,))


def test_blocked_card_finds_nobody_and_says_why():
    anna = make_patient()
    card = Card.objects.get(patient=anna)
    block_card(card=card, reason="потеря", at=LONG_AGO)

    found = find(card.number)

    assert (found.patients, found.closed_card.close_reason) == ((), "потеря")


def test_name_search_stays_within_the_clinics_but_a_full_phone_does_not():
    other = make_clinic("yekaterinburg", name="Екатеринбург")
    vera = make_patient("Петрова", "Вера", "+79160000001", clinic=other)

    assert find("Петрова").patients == ()
    assert find("+79160000001").patients == (vera,)


def test_more_than_ten_matches_are_cut_and_said_so():
    for number in range(11):
        make_patient("Иванова", f"Анна{number}", f"+79160000{number:03d}")

    found = find("иванова")

    assert (len(found.patients), found.has_more) == (10, True)


def test_search_takes_one_query(django_assert_num_queries):
    make_patient()
    make_clinic()

    with django_assert_num_queries(2):  # the clinic of the test itself, and the search
        find("иванова")
