"""The admin wears the portal's theme on every page and needs nothing inline."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.urls import reverse

from tests.people import make_clinic, make_patient, make_rita, make_service, make_staff

pytestmark = pytest.mark.django_db
STYLESHEET = "clinics/admin-theme.css"
OWN_APPS = ("clinics", "patients", "notifications", "loyalty")


@pytest.fixture
def root(client):
    user = User.objects.create_superuser("root", password="clinic-pass-1")
    client.force_login(user)
    return user


def all_models():
    return sorted(admin.site._registry, key=lambda model: model._meta.label)


def test_own_app_stands_before_the_admin():
    labels = [config.label for config in apps.get_app_configs()]

    assert labels.index("clinics") < labels.index("admin")


def test_stylesheet_exists_and_stays_small():
    with open(finders.find(STYLESHEET), encoding="utf-8") as sheet:
        assert len(sheet.read()) < 12_000


@pytest.mark.parametrize("model", all_models(), ids=lambda model: model._meta.label)
def test_every_list_has_the_stylesheet_and_no_word_object(client, root, model):
    make_patient()

    page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))

    text = page.content.decode()
    assert page.status_code == 200
    assert STYLESHEET in text
    assert " object (" not in text
    if model._meta.app_label in OWN_APPS:
        assert "Выберите " not in re.search("<h1>.*</h1>", text)[0]


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/password_change/"])
def test_other_pages_have_the_stylesheet(client, root, address):
    if "login" in address:
        client.logout()

    assert STYLESHEET in client.get(address).content.decode()


def test_card_of_a_patient_has_human_titles_and_a_masked_phone(client, root):
    anna = make_patient()

    text = client.get(reverse("admin:patients_patient_change", args=[anna.pk])).content.decode()

    assert "<h1>Карточка пациента</h1>" in text
    assert "Изменить пациент" not in text
    assert "•••45-67" in text
    assert "79161234567" not in text
    assert " object (" not in text


def test_list_of_patients_has_human_titles(client, root):
    text = client.get(reverse("admin:patients_patient_changelist")).content.decode()

    assert "<h1>Пациенты</h1>" in text
    assert "Завести пациента" in text
    assert "Добавить пациент" not in text


def test_pages_have_no_inline_script_or_style(client, root):
    make_service("hygiene", "hygiene")
    for address in ("/admin/", reverse("admin:patients_patient_change", args=[make_patient().pk])):
        text = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|\sstyle=|\son[a-z]+=\"", text)


def test_receptionist_lands_on_the_desk_and_manager_on_the_reports(client):
    make_rita()
    make_staff("maria", "manager")

    landings = {
        name: client.post("/admin/login/?next=/admin/", {"username": name, "password": "clinic-pass-1"}).url
        for name in ("rita", "maria")
    }

    assert landings == {"rita": "/admin/desk/", "maria": "/admin/reports/"}


def test_address_on_the_way_outweighs_the_desk(client):
    make_rita()

    answer = client.post(
        "/admin/login/?next=/admin/patients/patient/", {"username": "rita", "password": "clinic-pass-1"}
    )

    assert answer.url == "/admin/patients/patient/"


def test_navigation_shows_only_what_the_role_may_see(client):
    client.force_login(make_rita())
    desk_page = client.get("/admin/").content.decode()
    client.force_login(make_staff("mark", "marketer", clinics=[make_clinic()]))
    marketer_page = client.get("/admin/").content.decode()

    assert ">Стойка<" in desk_page
    assert ">Стойка<" not in marketer_page


@pytest.mark.parametrize("address", ["/admin/", "/admin/login/", "/admin/desk/", "/admin/loyalty/receipt/"])
def test_staff_choose_the_language_at_the_foot_of_every_page(client, root, address):
    make_clinic(name="Mytishchi")
    if "login" in address:
        client.logout()
    assert 'name="language" value="en"' in client.get(address).content.decode()

    client.post("/language/", {"language": "en", "next": address})

    page = client.get(address).content.decode()
    assert re.findall("[А-яё]+", page) == ["Русский"]


def test_sections_of_a_library_speak_the_words_of_a_clinic(client, root):
    text = client.get("/admin/").content.decode()

    for title in ("Расписание", "Часы запуска", "Интервалы", "Что запускается само"):
        assert f">{title}</a>" in text
    assert "Crontab</a>" not in text
    assert "Периодические Задачи" not in text


def test_window_that_chooses_a_row_has_no_languages(client, root):
    assert 'name="language"' not in client.get("/admin/patients/tag/?_popup=1").content.decode()
