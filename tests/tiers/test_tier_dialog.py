"""The dialog of a tier by hand on the patient's card: who may open it, what it says, what it refuses."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from loyalty.models import ManualTier, Standing
from tests.desk.desk_pages import text_of
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import make_member
from tests.tiers.paying import moscow, run_tiers, standing_of

pytestmark = pytest.mark.django_db
NOON = moscow(2026, 11, 22, 12, 0)
WISH = {"tier": "gold", "ends_on": "2026-12-31", "reason": "Мама врача"}


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def anna():
    run_tiers()
    return make_member(at=moscow(2026, 1, 15, 12, 0))


def dialog(patient):
    return reverse("admin:patients_patient_tier", args=[patient.pk])


def card(patient):
    return reverse("admin:patients_patient_change", args=[patient.pk])


@pytest.mark.parametrize(("role", "status"), [("manager", 200), ("owner", 200)])
def test_manager_and_owner_open_it_from_the_card(client, anna, role, status):
    client.force_login(make_staff("maria", role))

    page = client.get(card(anna)).content.decode()

    assert f'href="{dialog(anna)}"' in page
    assert client.get(dialog(anna)).status_code == status


def test_it_opens_with_the_tier_that_the_patient_has(client, anna):
    Standing.objects.update(tier="silver")
    client.force_login(make_staff("maria", "manager"))

    assert '<option value="silver" selected>Серебро</option>' in client.get(dialog(anna)).content.decode()


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_neither_see_nor_open_it(client, anna, role):
    client.force_login(make_staff("rita", role))

    assert dialog(anna) not in client.get(card(anna)).content.decode()
    assert client.get(dialog(anna)).status_code == 403
    assert client.post(dialog(anna), WISH).status_code == 403
    assert ManualTier.objects.count() == 0


def test_patient_of_another_clinic_is_not_found(client, anna):
    client.force_login(make_staff("maria", "manager", clinics=[make_clinic("omsk", name="Омск")]))

    assert client.post(dialog(anna), WISH).status_code == 404
    assert ManualTier.objects.count() == 0


def test_given_tier_is_said_on_the_card_with_its_last_day(client, anna):
    client.force_login(make_staff("maria", "manager"))

    answer = client.post(dialog(anna), WISH, follow=True)

    assert answer.redirect_chain == [(card(anna), 302)]
    text = text_of(answer)
    assert "Уровень не ниже «Золото» до 31 декабря включительно." in text
    assert "Уровень установлен клиникой до 31 декабря включительно." in text
    assert standing_of(anna).tier == "gold"


def test_open_one_is_shown_with_author_and_reason_and_can_be_ended(client, anna):
    maria = make_staff("maria", "manager")
    maria.first_name, maria.last_name = "Мария", "Петрова"
    maria.save()
    client.force_login(maria)
    client.post(dialog(anna), WISH)

    text = text_of(client.get(dialog(anna)))
    ended = client.post(dialog(anna), {"end": "1"}, follow=True)
    again = client.post(dialog(anna), {"end": "1"}, follow=True)

    assert "«Золото» держится до 31 декабря включительно." in text
    assert "Установил: Мария Петрова. Причина: Мама врача" in text
    assert "Уровень вручную снят: действует заработанный." in text_of(ended)
    assert "Уровня вручную уже нет: он закончился раньше." in text_of(again)
    assert standing_of(anna).tier == "standart"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"ends_on": "2026-11-21"}, "Выберите день с 22.11.2026 по 29.11.2036."),
        ({"ends_on": "9999-12-31"}, "Выберите день с 22.11.2026 по 29.11.2036."),
        ({"ends_on": "завтра"}, "Введите правильную дату."),
        ({"ends_on": ""}, "Обязательное поле."),
        ({"reason": "  "}, "Обязательное поле."),
        ({"reason": "а" * 201}, "не более 200"),
        ({"tier": "platinum"}, "Выберите корректный вариант."),
    ],
    ids=str,
)
def test_wrong_value_is_named_beside_its_field_and_the_rest_stays(client, anna, wrong, said):
    client.force_login(make_staff("maria", "manager"))

    answer = client.post(dialog(anna), WISH | wrong)

    assert said in text_of(answer)
    assert WISH["reason"] in answer.content.decode() or "reason" in wrong
    assert ManualTier.objects.count() == 0


def test_nothing_can_be_given_to_a_person_without_an_account(client):
    run_tiers()
    vera = make_patient("Лебедева", "Вера", "+79167654321")
    client.force_login(make_staff("maria", "manager"))

    assert client.get(dialog(vera)).status_code == 404
    assert dialog(vera) not in client.get(card(vera)).content.decode()


def test_list_of_tiers_by_hand_shows_the_own_clinics_only(client, anna):
    maria = make_staff("maria", "manager")
    client.force_login(maria)
    client.post(dialog(anna), WISH)
    omsk = make_clinic("omsk", name="Омск")
    vera = make_member("Лебедева", "Вера", "+79167654321", clinic=omsk, at=moscow(2026, 1, 15, 12, 0))
    ManualTier.objects.create(
        patient=vera, tier="gold", ends_on=date(2026, 12, 31), reason="Р", author=maria, granted_at=NOON
    )

    text = text_of(client.get("/admin/loyalty/manualtier/"))

    assert "Иванова Анна" in text
    assert "Лебедева" not in text
