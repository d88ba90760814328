"""Social groups: what the database refuses, what the audit keeps, what they are called."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.utils.translation import override

from clinics.models import AuditEvent
from patients.models import SocialGroup, SocialGroupRecord
from patients.social_groups import see_document, withdraw_group
from tests.people import LONG_AGO, make_patient, make_rita, make_social_group, put_into_group
from tests.programs import NOON

pytestmark = pytest.mark.django_db


def test_first_groups_come_with_the_portal_in_both_languages():
    groups = {group.code: group for group in SocialGroup.objects.all()}

    with override("ru"):
        assert {code: str(group) for code, group in groups.items()} == {
            "pensioner": "Пенсионер",
            "large_family": "Многодетная семья",
        }
    with override("en"):
        assert str(groups["large_family"]) == "Large family"


def test_group_without_an_english_name_is_called_the_same_everywhere():
    group = SocialGroup(code="donor", name="Донор крови")

    with override("en"):
        assert str(group) == "Донор крови"


def test_database_refuses_a_group_without_a_document():
    anna, group = make_patient(), make_social_group()

    with pytest.raises(IntegrityError, match="social_group_document_seen"), transaction.atomic():
        SocialGroupRecord.objects.create(patient=anna, group=group, document="", seen_at=NOON)

    assert SocialGroupRecord.objects.count() == 0


def test_database_refuses_a_second_row_of_one_group():
    anna = make_patient()
    put_into_group(anna)

    with pytest.raises(IntegrityError, match="patient_id, group_id"), transaction.atomic():
        put_into_group(anna)

    assert SocialGroupRecord.objects.count() == 1


def test_seen_document_is_kept_with_the_person_and_the_moment():
    anna, rita = make_patient(), make_rita()
    record = put_into_group(anna, valid_until=date(2027, 3, 31))
    assert (record.seen_by, record.seen_at) == (None, LONG_AGO)

    see_document(record, actor=rita, at=NOON)

    record.refresh_from_db()
    assert (record.seen_by, record.seen_at) == (rita, NOON)
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.target_id) == ("patient.social_group_seen", rita, str(anna.pk))
    assert event.details == {"group": "pensioner", "valid_until": "2027-03-31"}


def test_group_taken_off_leaves_a_trace_in_the_audit():
    anna, rita = make_patient(), make_rita()
    record = put_into_group(anna)

    withdraw_group(record, actor=rita, at=NOON)

    assert SocialGroupRecord.objects.count() == 0
    event = AuditEvent.objects.get()
    assert (event.code, event.actor, event.details) == (
        "patient.social_group_withdrawn", rita, {"group": "pensioner"},
    )  # fmt: skip
