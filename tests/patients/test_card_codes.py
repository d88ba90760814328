"""The rotating code: the published vectors, one minute a code, one patient a key."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from patients.card_codes import card_code, find_step, is_late, qr_payload, shown_code, step_at
from patients.hotp import hotp
from patients.search import find_patients
from patients.search_text import FoundBy
from patients.typed_codes import TypedCode, is_bare_card, read_code, read_qr
from tests.people import make_patient

MINUTE = timedelta(minutes=1)
HALF_PAST = datetime(2026, 11, 22, 9, 0, 30, tzinfo=UTC)
ANNA, VERA = 1, 2


@dataclass(frozen=True)
class Vector:
    """RFC 6238, appendix B: steps of 30 s, SHA-256, eight digits."""

    seconds: int
    password: str


VECTORS = [
    Vector(59, "46119246"),
    Vector(1111111109, "68084774"),
    Vector(1111111111, "67062674"),
    Vector(1234567890, "91819424"),
    Vector(2000000000, "90698825"),
    Vector(20000000000, "77737706"),
]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector.seconds))
def test_passwords_are_those_of_the_standard(vector):
    key = b"12345678901234567890123456789012"

    assert hotp(key, counter=vector.seconds // 30, digits=8) == vector.password


def test_code_is_six_digits_and_another_one_in_the_next_minute():
    codes = [card_code(ANNA, step=step) for step in range(29_000_000, 29_000_100)]

    assert {len(code) for code in codes} == {6}
    assert all(code.isdecimal() for code in codes)
    assert len(set(codes)) == 100


def test_codes_of_two_patients_have_nothing_in_common():
    step = step_at(HALF_PAST)

    assert find_step(card_code(ANNA, step=step), patient_id=VERA, now=HALF_PAST) is None


def test_codes_depend_on_the_secret_of_the_portal(settings):
    before = card_code(ANNA, step=1)
    settings.SECRET_KEY = "another one"  # not a secret

    assert card_code(ANNA, step=1) != before


def test_shown_code_is_of_this_minute_with_the_seconds_left():
    shown = shown_code(ANNA, now=HALF_PAST)

    assert (shown.code, shown.seconds_left) == (card_code(ANNA, step=step_at(HALF_PAST)), 30)
    assert shown_code(ANNA, now=HALF_PAST.replace(second=59, microsecond=999_999)).seconds_left == 1
    assert shown_code(ANNA, now=HALF_PAST.replace(second=0)).seconds_left == 60


@pytest.mark.parametrize(("minutes", "late"), [(-1, False), (0, False), (1, False), (2, True), (10, True)])
def test_code_is_taken_one_step_around_and_then_called_late(minutes, late):
    step = step_at(HALF_PAST)
    now = HALF_PAST + minutes * MINUTE

    found = find_step(card_code(ANNA, step=step), patient_id=ANNA, now=now)

    assert found == step
    assert is_late(step, now=now) is late


@pytest.mark.parametrize("minutes", [-2, 12])
def test_code_of_a_far_minute_is_nobodys(minutes):
    code = card_code(ANNA, step=step_at(HALF_PAST))

    assert find_step(code, patient_id=ANNA, now=HALF_PAST + minutes * MINUTE) is None


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("123456", TypedCode("123456")),
        (" 123 456 ", TypedCode("123456")),
        ("4821", TypedCode("4821")),
        ("00001420123456", TypedCode("123456", card="00001420")),
        ("0000 1420 123456", TypedCode("123456", card="00001420")),
        ("00001421123456", None),  # the check digit is wrong
        ("00001420", None),
        ("12345", None),
        ("12345a", None),
        ("١٢٣٤٥٦", None),
        ("", None),
    ],
)
def test_typed_code_is_read_or_refused(typed, expected):
    assert read_code(typed) == expected


def test_payload_is_digits_that_read_back():
    payload = qr_payload("00001420", "123456")

    assert payload == "00001420123456"
    assert read_qr(payload) == TypedCode("123456", card="00001420")
    assert is_bare_card(qr_payload("00001420"))


@pytest.mark.django_db
def test_scanned_qr_finds_the_patient_and_leaves_its_code_to_be_looked_at():
    anna = make_patient()
    number = anna.cards.get().number

    found = find_patients(number + "123456", clinic_ids=[])

    assert (found.found_by, found.patients, found.scanned) == (
        FoundBy.QR,
        (anna,),
        TypedCode("123456", card=number),
    )
