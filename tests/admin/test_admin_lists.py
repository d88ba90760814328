"""Every list of the admin stays cheap with two thousand rows; a new list has to be described in `many_rows`."""

import pytest
from django.contrib import admin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple, RelatedFieldWidgetWrapper
from django.contrib.auth.models import User
from django.db import connection
from django.forms import ModelChoiceField, Select
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinics.admin_pages import BoundedPaginator
from loyalty.models import Account, ManualDiscount, ManualTier, Receipt, Refund, ReminderPlan
from patients.models import Card, Patient
from tests.admin.many_rows import ROWS, Many

pytestmark = pytest.mark.django_db
OWN_APPS = ("clinics", "patients", "notifications", "loyalty")
EVERY = sorted(admin.site._registry, key=lambda model: model._meta.label)
OWN = [model for model in EVERY if model._meta.app_label in OWN_APPS]
MOST_QUERIES = 15
# A network has dozens of clinics, five roles and a few kinds of social group; all else grows.
SMALL = {"clinics.Clinic", "auth.Group", "patients.SocialGroup"}


@pytest.fixture
def root(client):
    user = User.objects.create_superuser("root", password="clinic-pass-1")
    client.force_login(user)
    return user


def label(model):
    return model._meta.label


@pytest.mark.parametrize("model", EVERY, ids=label)
def test_every_list_costs_few_queries_with_two_thousand_rows(client, root, model):
    many = Many()
    many.rows(model)
    if model is Patient:
        many.rows(Card)

    with CaptureQueriesContext(connection) as captured:
        page = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))

    changelist = page.context["cl"]
    assert changelist.result_count >= ROWS
    assert len(changelist.result_list) >= 50
    assert len(captured) <= MOST_QUERIES, [row["sql"][:200] for row in captured.captured_queries]


@pytest.mark.parametrize("model", OWN, ids=label)
def test_lists_count_no_further_than_needed(model):
    page = admin.site._registry[model]

    assert page.show_full_result_count is False
    assert issubclass(page.paginator, BoundedPaginator)


@pytest.mark.parametrize("model", OWN, ids=label)
def test_no_field_offers_a_whole_table_that_grows(root, model):
    request = RequestFactory().get("/admin/")
    request.user = root
    page = admin.site._registry[model]
    forms = [page.get_form(request, change=True)]
    if page.has_add_permission(request):
        forms.append(page.get_form(request))
    forms += [inline.get_formset(request).form for inline in page.get_inline_instances(request)]

    whole = {
        f"{name} -> {field.queryset.model._meta.label}"
        for form in forms
        for name, field in form.base_fields.items()
        if isinstance(field, ModelChoiceField) and offers_all(field) and label(field.queryset.model) not in SMALL
    }

    assert whole == set()


def offers_all(field):
    widget = field.widget.widget if isinstance(field.widget, RelatedFieldWidgetWrapper) else field.widget
    return isinstance(widget, Select) and not isinstance(widget, AutocompleteSelect | AutocompleteSelectMultiple)


@pytest.mark.parametrize("model", [Account, ManualDiscount, ManualTier, Receipt, Refund, ReminderPlan], ids=label)
def test_facts_are_found_by_whose_they_are(client, root, model):
    many = Many()
    many.rows(model)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")

    with CaptureQueriesContext(connection) as captured:
        page = client.get(address, {"q": "Петров1234"})

    assert list(page.context["cl"].result_list) == [many.one(model, 1234)]
    assert len(captured) <= MOST_QUERIES
