"""One parser finds anybody: phone in any spelling, card, name, wrong keyboard layout."""

import pytest

from patients.cards import block_card
from patients.models import Card, Patient
from patients.names import Layout, in_other_layout, name_key
from patients.phone import mask_phone, normalise_phone
from patients.search import find_patients
from patients.search_text import FoundBy
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


@pytest.mark.parametrize(
    "typed",
    [
        "иванова",
        "ИВАНОВА",
        "Иванова Ан",
        "bdfyjdf",
        "  иванова   анна ",
        "Анна Иванова",
        "Ан Иванова",
        "Иванова, Анна",
    ],
)
def test_name_is_found_in_any_case_and_layout(typed):
    anna = make_patient()
    make_patient("Петрова", "Вера", "+79160000001")

    found = find(typed)

    assert (found.found_by, found.patients) == (FoundBy.NAME, (anna,))
    assert found.wrong_layout is (Layout.ENGLISH if typed == "bdfyjdf" else None)


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


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("иванова", 1),
        ("bdfyjdf", 2),
        ("+79161234567", 1),
        ("4567", 1),
        ("Иванова 4567", 1),
        ("12345671", 0),
        ("и", 0),
    ],
)
def test_finding_takes_at_most_two_queries(django_assert_num_queries, typed, queries):
    clinic = make_clinic()
    make_patient()

    with django_assert_num_queries(queries):
        find(typed, clinic)


@pytest.mark.parametrize("typed", ["4567", "34567", "234567", "1234567", "45-67", "234 567", "(1234) 567"])
def test_end_of_a_phone_is_found(typed):
    anna = make_patient()
    make_patient("Петрова", "Вера", "+79160004568")

    found = find(typed)

    assert (found.found_by, found.patients, found.phone) == (FoundBy.PHONE, (anna,), None)


def test_end_of_a_phone_lists_all_whom_it_fits():
    people = [make_patient("Иванова", f"Анна {n}", f"+7916{n}234567") for n in range(3)]

    assert find("4567").patients == tuple(people)


@pytest.mark.parametrize(
    "typed", ["Иванова 4567", "иванова ан 4567", "bdfyjdf 4567", "Иванова 45-67", "Анна Иванова, 4567"]
)
def test_end_of_a_phone_narrows_a_name_down(typed):
    anna = make_patient()
    make_patient("Иванова", "Анна", "+79160000001")
    make_patient("Петрова", "Анна", "+79160004567")

    assert find(typed).patients == (anna,)


def test_end_of_a_phone_never_leaves_the_clinics():
    make_patient(clinic=make_clinic("yekaterinburg", name="Екатеринбург"))

    assert find("4567").patients == ()


@pytest.mark.parametrize("typed", ["123", "456789012", "+7916", "12", "+7 ... 4567", "-;-"])
def test_neither_an_end_nor_a_whole_phone_finds_nobody(typed):
    make_patient()

    assert find(typed).found_by is FoundBy.NOTHING


@pytest.mark.parametrize("typed", ["12345671", "1234 5671", "12345671123456"])
def test_wrong_check_digit_is_no_card(typed):
    assert find(typed).wrong_card == "12345671"


def test_name_typed_with_the_russian_layout_is_found_too():
    smith = make_patient("Smith", "John")

    found = find("Ыьшер")

    assert (found.patients, found.wrong_layout) == ((smith,), Layout.RUSSIAN)


KEYS = {
    "bdfyjdf": "иванова", ";erjd": "жуков", ",jhbcjd": "борисов", "{jkjljd": "холодов", ":erjd": "жуков",
    "<jhbcjd": "борисов", '"qltkmvfy': "эйдельман", "`hibyf": "ёршина", "~hibyf": "ёршина", ">lbyf": "юдина",
}  # fmt: skip


@pytest.mark.parametrize("keys", KEYS)
def test_every_key_of_a_letter_is_read_in_the_other_layout(keys):
    assert in_other_layout(keys) == (KEYS[keys], Layout.ENGLISH)


@pytest.mark.parametrize("text", ["Иванова Anna", "4567", "--"])
def test_text_of_both_alphabets_or_of_none_has_no_other_layout(text):
    assert in_other_layout(text) is None


def test_surname_that_begins_with_a_punctuation_key_is_found():
    zhukov = make_patient("Жуков", "Пётр")

    assert find(";erjd gtnh").patients == (zhukov,)


NAMES = [
    ("Семёнова", "Алёна", "Игоревна"), ("ЁЛКИНА", "ЯНА", ""), ("О’Нил-Петрова", "Анна Мария", ""),
    ("Smith", "JOHN", "O'Neil"), ("Иванова,", " Анна;", "\u00a0К."), ("ЩЁКИНА-ЪЫЬЭЮЯ", "", ""),
    ("Петров2", "", ""),
]  # fmt: skip


@pytest.mark.parametrize("names", NAMES, ids=lambda names: names[0])
def test_database_and_parser_spell_names_alike(names):
    patient = make_patient("Имя")
    Patient.objects.filter(pk=patient.pk).update(last_name=names[0], first_name=names[1], middle_name=names[2])

    assert Patient.objects.get().name_key == name_key(*names)


def test_changed_name_and_phone_are_found_at_once_whoever_writes_them():
    anna = make_patient()

    Patient.objects.update(last_name="Семёнова", phone="+79160000042")

    assert find("семенова").patients == find("0042").patients == (anna,)
    assert find("иванова").patients == find("4567").patients == ()
