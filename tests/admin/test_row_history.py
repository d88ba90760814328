"""The history of a row says in people's words who changed what; an old version says that it is old."""

import pytest
import time_machine
from django.contrib.auth.models import User
from django.urls import reverse

from tests.desk.desk_pages import text_of
from tests.patient_card import card_form, change_url
from tests.people import make_patient, make_rita, make_tag
from tests.programs import NOON

pytestmark = pytest.mark.django_db
INLINE = (" style=", "<style", "onclick")


@pytest.fixture
def rita(client):
    rita = make_rita()
    User.objects.filter(pk=rita.pk).update(first_name="Рита", last_name="Полякова")
    client.force_login(rita)
    return rita


def history(client, patient):
    return client.get(reverse("admin:patients_patient_history", args=[patient.pk]))


def test_patients_history_says_when_who_and_what_in_words(client, rita):
    with time_machine.travel(NOON, tick=False):
        anna = make_patient()
        client.force_login(rita)
        form = card_form(
            anna, last_name="Семёнова", birth_date="10.06.1990", preferred_channel="EMAIL", tags=[make_tag().pk]
        )
        client.post(change_url(anna), form)

    page = history(client, anna)

    text, html = text_of(page), page.content.decode()
    assert "История изменений: Семёнова Анна" in text
    assert "Когда Кто Что изменилось" in text
    assert "22.11.2026 12:00 Рита Полякова" in text
    for change in (
        "Фамилия: Иванова → Семёнова",
        "Дата рождения: — → 10.06.1990",
        "Как лучше связаться: СМС → электронная почта",
        "Метки: — → Есть дети",
    ):
        assert change in text, text
    assert "Добавлено" in text
    assert [word for word in ("MEMBER", "None", "SMS", "EMAIL", "Changes", "History") if word in text] == []
    assert [sign for sign in INLINE if sign in html] == []


def test_old_version_is_called_so_and_its_crumbs_lead_back(client, rita):
    anna = make_patient()
    client.post(change_url(anna), card_form(anna, last_name="Семёнова"))
    oldest = anna.history.earliest("history_id")

    page = client.get(reverse("admin:patients_patient_simple_history", args=[anna.pk, oldest.pk]))

    text = text_of(page)
    assert "Карточка пациента до следующих изменений" in text
    assert "Начало › Пациенты › Пациенты › Иванова Анна › История ›" in text
    assert "Historical" not in text
