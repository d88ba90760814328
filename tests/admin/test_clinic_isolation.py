"""Who works at one clinic meets no row of another: in lists, searches, filters, popups, histories, fields."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.forms.models import ModelChoiceField
from django.urls import reverse

from clinics.models import Clinic, StaffMember
from loyalty.models import Account, Receipt, Refund
from notifications.models import OutboxMessage
from patients.models import Household, Patient
from tests.admin.two_clinics import ROLES, make_receipt
from tests.people import make_clinic, make_patient

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
# What a person would type to find the other clinic's row: name, phone, its last digits.
TYPED = ("Чужова", "xe;jdf", "+79160000001", "Омск", "stranger")
OTHERS_WORDS = ("Чужова", "Омск", "•••00-01")


def url_of(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def scoped(world):
    return [model for model in MODELS if world.has_clinic(model)]


def rows_on(page):
    return [row.pk for row in page.context["cl"].result_list]


@pytest.mark.parametrize("role", ROLES)
def test_lists_searches_filters_and_popups_hold_the_own_clinic_only(world, browser_of, role):
    browser = browser_of(role)
    seen = 0
    for model in scoped(world):
        url, own, other = url_of(model, "changelist"), world.own[model], world.other[model]
        page = browser.get(url)
        if page.status_code == 403:
            continue
        seen += 1
        assert own.pk in rows_on(page), model
        for query in queries(other.pk, clinic=world.other[Clinic].pk):
            page = browser.get(f"{url}?{query}")
            if page.status_code == 200:
                assert other.pk not in rows_on(page), (model, query)
            else:
                # A filter that the page does not offer is refused, or sent back as a wrong one.
                assert page.status_code in {302, 400}, (model, query)
    assert seen == {"receptionist": 11, "senior": 13, "marketer": 10, "manager": 22, "owner": 23}[role]


def queries(pk, *, clinic):
    names = ("clinic", "home_clinic", "home_clinic__id__exact", "clinics__id__exact")
    return [
        "_popup=1&_to_field=id",
        f"q={pk}",
        *(f"q={typed}" for typed in TYPED),
        *(f"{name}={clinic}" for name in names),
        *(f"{name}={pk}" for name in ("id", "id__exact", "pk__in")),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_no_page_of_an_own_row_names_the_other_clinic(world, browser_of, role):
    browser = browser_of(role)
    for model in scoped(world):
        for page in ("change", "history"):
            for query in ("", "?_popup=1"):
                answer = browser.get(url_of(model, page, world.own[model].pk) + query)
                text = answer.content.decode()
                assert [word for word in OTHERS_WORDS if word in text] == [], (model, page)


@pytest.mark.parametrize("role", ROLES)
def test_rows_of_the_other_clinic_do_not_open_in_a_popup_either(world, browser_of, role):
    browser = browser_of(role)
    for model in scoped(world):
        for page in ("change", "history", "delete"):
            answer = browser.get(url_of(model, page, world.other[model].pk) + "?_popup=1&_to_field=id")
            assert answer.status_code in {302, 403, 404}, (model, page)


@pytest.mark.parametrize("role", ROLES)
def test_autocomplete_offers_the_own_clinic_only(world, browser_of, role):
    browser = browser_of(role)
    asked = [(page.model, name) for page in admin.site._registry.values() for name in page.autocomplete_fields]
    assert asked != []
    for model, name in asked:
        remote = model._meta.get_field(name).remote_field.model
        for term in ("", *TYPED):
            answer = browser.get(
                "/admin/autocomplete/",
                {
                    "term": term, "app_label": model._meta.app_label, "model_name": model._meta.model_name,
                    "field_name": name,
                },
            )  # fmt: skip
            if answer.status_code != 200:
                assert answer.status_code == 403
            elif world.has_clinic(remote):
                offered = {row["id"] for row in answer.json()["results"]}
                assert str(world.other[remote].pk) not in offered, (model, name, term)


@pytest.mark.parametrize("role", ROLES)
def test_fields_of_forms_take_rows_of_the_own_clinic_only(world, browser_of, role):
    browser = browser_of(role)
    looked_at = 0
    for model in MODELS:
        for url in (url_of(model, "change", world.own[model].pk), url_of(model, "add")):
            answer = browser.get(url)
            if answer.status_code != 200 or not answer.context or "adminform" not in answer.context:
                continue
            for name, field in answer.context["adminform"].form.fields.items():
                remote = getattr(getattr(field, "queryset", None), "model", None)
                if isinstance(field, ModelChoiceField) and remote in world.own and world.has_clinic(remote):
                    looked_at += 1
                    assert not field.queryset.filter(pk=world.other[remote].pk).exists(), (model, name)
    assert looked_at > 0 or role == "marketer"


def test_patient_is_not_put_into_a_household_of_another_clinic(world, browser_of):
    anna = world.own[Patient]
    browser = browser_of("receptionist")
    url = url_of(Patient, "change", anna.pk)
    form = browser.get(url).context["adminform"].form
    fields = {name: form[name].value() or "" for name in form.fields if name not in {"tags", "household"}}
    inlines = {
        f"{prefix}-{count}": "0"
        for prefix in ("social_groups", "cards", "consents")
        for count in ("TOTAL_FORMS", "INITIAL_FORMS")
    }

    page = browser.post(url, fields | inlines | {"household": world.other[Household].pk})

    assert "household" in page.context["adminform"].form.errors
    assert Patient.objects.get(pk=anna.pk).household_id == world.own[Household].pk


def test_control_a_list_without_the_scope_shows_the_other_clinic(world, browser_of, monkeypatch):
    page = admin.site._registry[Receipt]
    monkeypatch.setattr(page, "get_queryset", lambda request: Receipt.objects.all())

    shown = rows_on(browser_of("receptionist").get(url_of(Receipt, "changelist")))

    assert world.other[Receipt].pk in shown


def test_receipt_of_an_own_patient_at_another_clinic_is_that_clinics(world, browser_of):
    away = make_receipt(world.own[Patient], clinic=world.other[Clinic], actor=None)
    browser = browser_of("manager")

    assert away.pk not in rows_on(browser.get(url_of(Receipt, "changelist")))
    assert browser.get(url_of(Receipt, "change", away.pk)).status_code == 302


def test_manager_of_two_clinics_sees_both(world, browser_of):
    member = StaffMember.objects.get(user=world.people["manager"])
    member.clinics.add(world.other[Clinic])
    browser = browser_of("manager")

    for model in (Patient, Receipt, Refund, Account, OutboxMessage):
        shown = rows_on(browser.get(url_of(model, "changelist")))
        assert {world.own[model].pk, world.other[model].pk} <= set(shown), model


@pytest.mark.parametrize("role", ROLES)
def test_staff_without_a_clinic_see_nobody(world, browser_of, role):
    StaffMember.objects.get(user=world.people[role]).clinics.clear()
    browser = browser_of(role)

    for model in scoped(world):
        page = browser.get(url_of(model, "changelist"))
        if page.status_code == 200 and model is not User:
            assert rows_on(page) == [], model


def test_a_clinic_that_opened_later_is_not_seen_by_itself(world, browser_of):
    new = make_clinic("tver", name="Тверь")
    make_patient("Тверская", "Ольга", "+79160000009", clinic=new)

    text = browser_of("owner").get(url_of(Patient, "changelist")).content.decode()

    assert "Тверская" not in text
