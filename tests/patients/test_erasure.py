"""Erasure: no table holds the person afterwards, the sums stay, and nobody does it without a role and a reason."""

from datetime import date

import pytest
import time_machine
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.urls import reverse

from clinics.models import AuditEvent
from loyalty.erasing import AlreadyErased, erase_patient
from loyalty.ledger.audit import breaches
from loyalty.models import Account, ManualTier, Standing
from notifications.models import OutboxMessage
from patients.cabinet.users import find_patient, patient_of, user_of
from patients.consents import current_consents
from patients.models import Card, ConsentRecord, Household, Patient, PatientSourceKey
from patients.search import find_patients
from tests.desk.desk_pages import text_of
from tests.patient_card import card_form, change_url
from tests.people import make_clinic, make_patient, make_rita, make_staff, make_tag, put_into_group
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
NAMES = ("Рюрикович", "Аграфена", "Святославовна", "9161234567", "agrafena@", "1951-03-04")
WISH = {"source": "LETTER", "reason": "отозвала согласие", "is_sure": "on"}


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def maria():
    return make_staff("maria", "manager")


@pytest.fixture
def agrafena(maria):
    """With a trace in every table that knows people."""
    publish_preset(has_welcome=False)
    person = make_member(
        "Рюрикович", "Аграфена", middle_name="Святославовна", at=NOON, email="agrafena@example.ru",
        birth_date=date(1951, 3, 4), turnover=282_000,
    )  # fmt: skip
    person.household = Household.objects.create(name="Рюрикович", contact=person)
    person.note = "Аграфена любит чай"
    person.save()
    person.tags.add(make_tag())
    put_into_group(person)
    user_of(person)
    give_points(person, 3450, at=NOON)
    PatientSourceKey.objects.create(patient=person, source="old", key="89161234567")
    message(person, "sent", status="SENT", sent_at=NOON)
    message(person, "waits", status="PENDING")
    ManualTier.objects.create(
        patient=person,
        tier="gold",
        reason="тётя Аграфена",
        ends_on=date(2027, 1, 1),
        author=maria,
        granted_at=NOON,
    )
    for row in (person, person.household):
        LogEntry.objects.create(
            user=maria, content_type=ContentType.objects.get_for_model(row), object_id=row.pk,
            object_repr=str(row), action_flag=CHANGE,
        )  # fmt: skip
    return Patient.objects.get(pk=person.pk)


def message(person, key, **fields):
    OutboxMessage.objects.create(
        key=key, event="points_burning", kind="SERVICE", patient=person, due_at=NOON, next_attempt_at=NOON,
        created_at=NOON, address=person.phone, body="Аграфена, у вас 450 баллов", **fields,
    )  # fmt: skip


def erase(person, actor):
    erase_patient(patient_id=person.pk, source="LETTER", reason="отозвала согласие", actor=actor, at=NOON)


def places_that_hold(words):
    """Every table with a row whose text, all columns together, holds one of the words in either case."""
    likes = [f"%{word}%" for name in words for word in (name, name.lower())]
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = 'public'")
        tables = [table for (table,) in cursor.fetchall()]
        return {table for table in tables if _holds(cursor, table, likes)}


def _holds(cursor, table, likes):
    cursor.execute(f'select exists (select from "{table}" t where t::text like any(%s))', [likes])
    return cursor.fetchone()[0]


def test_control_the_walk_finds_the_person_before(agrafena):
    assert places_that_hold(NAMES) == {
        "patients_patient", "patients_historicalpatient", "patients_household", "patients_patientsourcekey",
        "notifications_outboxmessage", "loyalty_manualtier", "django_admin_log",
    }  # fmt: skip


def test_no_table_holds_the_person_afterwards(agrafena, maria):
    erase(agrafena, maria)

    assert places_that_hold(NAMES) == set()


def test_sums_stay_and_the_ledger_is_clean(agrafena, maria):
    erase(agrafena, maria)

    assert Account.objects.values_list("balance", "pending", "debt").get() == (3450, 0, 0)
    assert Standing.objects.get().turnover == 282_000
    assert list(breaches()) == []


def test_person_is_found_by_nothing_and_enters_nowhere(agrafena, maria):
    number, user = Card.objects.get().number, agrafena.user

    erase(agrafena, maria)

    user.refresh_from_db()
    for text in ("+79161234567", number):
        assert find_patients(text, clinic_ids=[agrafena.home_clinic_id]).patients == ()
    assert (find_patient("+79161234567"), patient_of(user), user.is_active) == (None, None, False)
    assert Card.objects.get().status == "BLOCKED"


def test_consents_are_closed_by_new_rows_and_nothing_waits_to_be_sent(agrafena, maria):
    erase(agrafena, maria)

    assert set(current_consents(agrafena.pk).values()) == {False}
    assert ConsentRecord.objects.filter(granted=False, source="LETTER", actor=maria).count() == 3
    assert list(OutboxMessage.objects.order_by("id").values_list("status", "skip_reason", "body")) == [
        ("SENT", "", ""), ("SKIPPED", "ERASED", ""),
    ]  # fmt: skip


def test_family_that_remains_keeps_its_name_without_a_contact(agrafena, maria):
    child = make_patient("Рюрикович", "Игорь", None)
    Patient.objects.filter(pk=child.pk).update(household=agrafena.household)

    erase(agrafena, maria)

    assert Household.objects.values_list("name", "contact").get() == ("Рюрикович", None)


def test_phone_is_free_for_a_new_patient(agrafena, maria):
    erase(agrafena, maria)

    assert make_patient("Новая", "Вера", "+79161234567").pk != agrafena.pk


def test_cards_merged_into_the_person_go_too(agrafena, maria):
    double = make_patient("Рюрикович", "Груня", "+79161112233")
    Patient.objects.filter(pk=double.pk).update(merged_into=agrafena)

    erase(agrafena, maria)

    double.refresh_from_db()
    assert (double.last_name, double.phone, double.erased_at) == ("", None, NOON)
    assert AuditEvent.objects.get().details == {"duplicates": [double.pk]}


def test_second_erasure_is_refused_and_leaves_one_line_in_the_audit(agrafena, maria):
    erase(agrafena, maria)

    with pytest.raises(AlreadyErased):
        erase(agrafena, maria)

    assert AuditEvent.objects.values_list("code", "reason").get() == ("patient.erased", "отозвала согласие")


# The dialog


def dialog(patient):
    return reverse("admin:patients_patient_erase", args=[patient.pk])


def test_preview_says_what_goes_and_what_stays_and_erases_nothing(client, agrafena, maria):
    client.force_login(maria)

    text = text_of(client.get(dialog(agrafena)))

    for said in ("1 карта будет закрыта", "3 согласия будут закрыты", "3 450 баллов на балансе", "282 000 ₽"):
        assert said in text
    assert Patient.objects.get(pk=agrafena.pk).last_name == "Рюрикович"


@pytest.mark.parametrize("missing", ["reason", "is_sure"])
def test_without_reason_or_tick_nothing_is_erased(client, agrafena, maria, missing):
    client.force_login(maria)

    answer = client.post(dialog(agrafena), {key: value for key, value in WISH.items() if key != missing})

    assert (answer.status_code, Patient.objects.get(pk=agrafena.pk).phone) == (422, "+79161234567")


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_do_not_erase(client, agrafena, role):
    client.force_login(make_staff("rita", role))

    assert client.post(dialog(agrafena), WISH).status_code == 403
    assert Patient.objects.get(pk=agrafena.pk).erased_at is None


def test_patient_of_another_clinic_is_not_found(client, agrafena):
    client.force_login(make_staff("olga", "owner", clinics=[make_clinic("omsk", name="Омск")]))

    assert client.post(dialog(agrafena), WISH).status_code == 404


def test_erased_person_has_no_card_any_more(client, agrafena, maria):
    client.force_login(maria)

    answer = client.post(dialog(agrafena), WISH, follow=True)

    assert f"Данные стёрты. Счёт № {agrafena.pk} теперь без имени." in text_of(answer)
    assert client.get(change_url(agrafena)).status_code == 302


def test_withdrawn_consent_to_personal_data_leads_here(client, agrafena, maria):
    client.force_login(maria)
    said = {"kind": "PERSONAL_DATA", "channel": "", "source": "LETTER", "reason": "заявление", "withdraw": "1"}

    answer = client.post(reverse("admin:patients_patient_consents", args=[agrafena.pk]), said)

    assert answer.url == dialog(agrafena)


def test_form_left_open_over_an_erasure_writes_nothing_back(client, agrafena, maria):
    form = card_form(agrafena, last_name="Рюрикович", note="Аграфена")
    erase(agrafena, maria)
    client.force_login(make_rita())

    client.post(change_url(agrafena), form)

    assert places_that_hold(NAMES) == set()
