"""Tags and social groups in the admin: on the patient's card and as lists of their own."""

import json
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from clinics.audit_titles import act_title
from clinics.models import AuditEvent
from patients.models import SocialGroup, SocialGroupRecord, Tag
from tests.patient_card import card_form, change_url
from tests.people import (
    LONG_AGO,
    make_clinic,
    make_patient,
    make_rita,
    make_social_group,
    make_staff,
    make_tag,
    put_into_group,
)
from tests.programs import NOON

pytestmark = pytest.mark.django_db
CATALOGUES = ("tag", "socialgroup")


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def with_group(patient, record=None, **row):
    """The card's form with one row of social groups, a new one unless a record is given."""
    sent = {"group": make_social_group().pk, "document": "", "valid_until": "", **row}
    if record is not None:
        sent |= {"id": record.pk, "patient": patient.pk}
    counts = {"social_groups-TOTAL_FORMS": "1", "social_groups-INITIAL_FORMS": "1" if record else "0"}
    return card_form(patient, **counts, **{f"social_groups-0-{name}": value for name, value in sent.items()})


def records():
    return list(SocialGroupRecord.objects.values_list("patient", "group__code", "document", "valid_until"))


def test_card_keeps_tags_and_its_history_says_who_put_them(client):
    anna, tag = make_patient(), make_tag()
    client.force_login(make_rita())

    client.post(change_url(anna), card_form(anna, tags=[tag.pk]))

    assert list(anna.tags.all()) == [tag]
    newest = anna.history.first()
    assert [row.tag for row in newest.tags.all()] == [tag]
    assert newest.history_user.username == "rita"
    history = client.get(reverse("admin:patients_patient_history", args=[anna.pk])).content.decode()
    assert "Есть дети" in history


def test_tags_are_looked_up_by_their_names_while_they_are_typed(client):
    make_tag()
    client.force_login(make_rita())

    answer = client.get(
        "/admin/autocomplete/",
        {"term": "дети", "app_label": "patients", "model_name": "patient", "field_name": "tags"},
    )

    assert [row["text"] for row in answer.json()["results"]] == ["Есть дети"]


def test_social_group_is_saved_with_who_saw_the_document_and_when(client):
    anna, rita = make_patient(), make_rita()
    client.force_login(rita)

    client.post(change_url(anna), with_group(anna, document="Пенсионное 123", valid_until="31.03.2027"))

    assert records() == [(anna.pk, "pensioner", "Пенсионное 123", date(2027, 3, 31))]
    record = SocialGroupRecord.objects.get()
    assert (record.seen_by, record.seen_at) == (rita, NOON)
    assert AuditEvent.objects.get().code == "patient.social_group_seen"


def test_button_under_the_groups_says_what_it_adds(client):
    client.force_login(make_rita())

    page = client.get(change_url(make_patient()))

    data = json.loads(page.context["inline_admin_formsets"][0].inline_formset_data())
    assert data["options"]["addText"] == "Добавить еще один Документ социальной группы"


@pytest.mark.parametrize("document", ["", "   "], ids=["empty", "spaces"])
def test_social_group_without_the_document_is_refused_at_its_field(client, document):
    anna = make_patient()
    client.force_login(make_rita())

    page = client.post(change_url(anna), with_group(anna, document=document) | {"last_name": "Другая"})

    assert "Обязательное поле." in page.content.decode()
    anna.refresh_from_db()
    assert (records(), anna.last_name, AuditEvent.objects.count()) == ([], "Иванова", 0)


def test_new_document_that_is_over_is_refused(client):
    anna = make_patient()
    client.force_login(make_rita())

    page = client.post(change_url(anna), with_group(anna, document="Удостоверение", valid_until="21.11.2026"))

    assert "Этот документ уже не действует. Попросите новый." in page.content.decode()
    assert records() == []


def test_document_is_good_on_its_last_day(client):
    anna = make_patient()
    client.force_login(make_rita())

    client.post(change_url(anna), with_group(anna, document="Удостоверение", valid_until="22.11.2026"))

    assert records() == [(anna.pk, "pensioner", "Удостоверение", date(2026, 11, 22))]


def test_second_row_of_the_same_group_is_refused(client):
    anna = make_patient()
    put_into_group(anna)
    client.force_login(make_rita())

    page = client.post(change_url(anna), with_group(anna, document="Ещё одно"))

    assert "с такими значениями полей" in page.content.decode()
    assert records() == [(anna.pk, "pensioner", "удостоверение", None)]


def test_group_is_ended_by_its_last_day(client):
    anna, rita = make_patient(), make_rita()
    record = put_into_group(anna)
    client.force_login(rita)

    client.post(change_url(anna), with_group(anna, record, document="удостоверение", valid_until="21.11.2026"))

    assert records() == [(anna.pk, "pensioner", "удостоверение", date(2026, 11, 21))]
    assert SocialGroupRecord.objects.get().seen_by == rita


def test_row_that_nobody_touched_stays_theirs_who_saw_it(client):
    anna = make_patient()
    record = put_into_group(anna)
    client.force_login(make_rita())

    client.post(change_url(anna), with_group(anna, record, document="удостоверение"))

    record.refresh_from_db()
    assert (record.seen_by, record.seen_at, AuditEvent.objects.count()) == (None, LONG_AGO, 0)


@pytest.mark.parametrize(("role", "left"), [("receptionist", 1), ("manager", 0), ("owner", 0)])
def test_mistaken_group_is_taken_off_by_a_manager_only(client, role, left):
    anna = make_patient()
    record = put_into_group(anna)
    client.force_login(make_staff("maria", role))

    client.post(change_url(anna), with_group(anna, record, document="удостоверение", DELETE="on"))

    assert len(records()) == left
    assert AuditEvent.objects.filter(code="patient.social_group_withdrawn").count() == 1 - left


def test_marketer_sees_the_card_without_the_documents(client):
    anna = make_patient()
    put_into_group(anna)
    client.force_login(make_staff("mark", "marketer"))

    assert "удостоверение" not in client.get(change_url(anna)).content.decode()


def test_group_is_not_put_on_a_patient_of_another_clinic(client):
    vera = make_patient("Чужова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    client.force_login(make_rita())

    answer = client.post(change_url(vera), with_group(vera, document="Удостоверение"))

    assert (answer.status_code, records()) == (302, [])


def test_manager_adds_a_tag_and_a_social_group(client):
    client.force_login(make_staff("maria", "manager"))

    client.post("/admin/patients/tag/add/", {"code": "braces", "name": "Брекеты", "kind": "DIRECTION"})
    client.post("/admin/patients/socialgroup/add/", {"code": "donor", "name": "Донор крови", "name_en": ""})

    assert Tag.objects.values_list("code", "kind").get() == ("braces", "DIRECTION")
    assert SocialGroup.objects.get(code="donor").name == "Донор крови"


@pytest.mark.parametrize("name", CATALOGUES)
@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_look_at_the_words_and_change_none(client, name, role):
    row = {"tag": make_tag, "socialgroup": make_social_group}[name]()
    before = row.name
    client.force_login(make_staff("rita", role))
    address = f"/admin/patients/{name}/"

    answers = [
        client.get(address),
        client.post(f"{address}{row.pk}/change/", {"code": row.code, "name": "Другое", "kind": "OTHER"}),
        client.post(f"{address}add/", {"code": "new", "name": "Новое", "kind": "OTHER"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403]
    row.refresh_from_db()
    assert row.name == before


@pytest.mark.parametrize("name", CATALOGUES)
def test_nobody_of_the_staff_deletes_a_word_that_rules_may_use(client, name):
    row = {"tag": make_tag, "socialgroup": make_social_group}[name]()
    client.force_login(make_staff("olga", "owner"))

    assert client.post(f"/admin/patients/{name}/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()


def test_acts_on_social_groups_have_titles():
    assert act_title("patient.social_group_seen") == "Документ социальной группы предъявлен"
    assert act_title("patient.social_group_withdrawn") == "Социальная группа снята с пациента"
