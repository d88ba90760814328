"""The doctor of a line: the engine learns the code, the receipt keeps the person, who has left is refused."""

import pytest

from clinics.models import Doctor
from loyalty.checkout.catalogue import UnknownDoctor, line_facts, read_catalogue
from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft, read_ticket
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import ReceiptLine
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_doctor, make_rita, make_service
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    publish_preset(has_welcome=False)
    return make_member()


def draft_for(patient, *lines):
    return ReceiptDraft(
        patient_id=patient.pk,
        clinic_code=make_clinic().code,
        lines=lines,
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )


def treated_by(doctor_id):
    return DraftLine(price_kopecks=500_000, service_id=make_service("caries", "therapy").pk, doctor_id=doctor_id)


def test_engine_is_told_the_code_of_each_lines_doctor():
    lines = [treated_by(make_doctor().pk), DraftLine(price_kopecks=100), treated_by(make_doctor("orlov").pk)]

    facts = line_facts(lines, catalogue=read_catalogue(lines))

    assert [(line.service, line.doctor) for line in facts] == [
        ("caries", "petrov"), (None, None), ("caries", "orlov"),
    ]  # fmt: skip


def test_amount_without_a_service_may_have_a_doctor():
    lines = [DraftLine(price_kopecks=100, doctor_id=make_doctor().pk)]

    assert line_facts(lines, catalogue=read_catalogue(lines))[0].doctor == "petrov"


def test_doctor_travels_with_the_quote_into_the_receipt(anna):
    quoted = quote_receipt(draft_for(anna, treated_by(make_doctor().pk), treated_by(None)), at=NOON)

    confirm_receipt(quoted.token, clinic=make_clinic(), actor=make_rita(), at=NOON)

    assert read_ticket(quoted.token).draft == quoted.draft
    assert list(ReceiptLine.objects.order_by("position").values_list("doctor__code", flat=True)) == [
        "petrov",
        None,
    ]


@pytest.mark.parametrize("who", ["unknown", "dismissed"])
def test_line_of_a_doctor_who_is_not_there_is_named(anna, who):
    doctor = make_doctor()
    Doctor.objects.update(is_active=who != "dismissed")
    number = 999_999 if who == "unknown" else doctor.pk

    with pytest.raises(UnknownDoctor) as refusal:
        quote_receipt(draft_for(anna, treated_by(None), treated_by(number)), at=NOON)

    assert refusal.value.position == 2


def test_doctors_are_read_with_the_services(anna, django_assert_num_queries):
    draft = draft_for(anna, treated_by(make_doctor().pk), treated_by(make_doctor("orlov").pk))

    with django_assert_num_queries(4):
        quote_receipt(draft, at=NOON)
