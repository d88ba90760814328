"""The printed note splits money and points over the lines, to the kopeck."""

import pytest

from loyalty.models import Receipt
from tests.desk.desk_pages import line, open_patient, open_with_qr, picture_lines, quote_and_confirm, text_of
from tests.people import make_clinic, make_staff

pytestmark = pytest.mark.django_db


def slip(client):
    return client.get(f"/admin/desk/slip/{Receipt.objects.get().pk}/")


def test_note_shows_points_and_money_of_every_line(client, rita, anna):
    quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")

    text = text_of(slip(client))

    assert "Гигиена Цена 6 500 ₽ Оплачено баллами −1 300 ₽ Деньгами 5 200 ₽" in text
    assert "Имплантация, этап 1 Цена 42 000 ₽ Деньгами 42 000 ₽" in text
    assert "Сумма чека 48 500 ₽ Оплачено баллами −1 300 ₽ К оплате 47 200 ₽ Начислено баллов +4 248" in text
    assert "Не фискальный документ" in text
    assert "Иванова" not in text


def test_kopecks_are_kept(client, rita, anna):
    quote_and_confirm(client, open_patient(client), [line(price="999,99")])

    assert "К оплате 999,99 ₽" in text_of(slip(client))


def test_note_of_a_foreign_clinic_is_not_shown(client, rita, anna):
    quote_and_confirm(client, open_patient(client), picture_lines())
    client.force_login(make_staff("sonya", "receptionist", clinics=[make_clinic("omsk", name="Омск")]))

    assert slip(client).status_code == 404
