"""Facts of loyalty in the admin: seen within own clinics, changed by nobody, cheap to list."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from clinics import admin_pages
from clinics.audit_titles import act_title
from clinics.models import Service, ServiceCategory
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import Operation, Receipt, Refund
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from patients.models import Card, Patient
from tests.people import LONG_AGO, make_clinic, make_rita, make_service, make_staff
from tests.programs import NOON, make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db
FACTS = ("account", "operation", "receipt", "refund", "programversion", "nightlyrun", "reminderplan")
OWN_APPS = ("clinics", "patients", "notifications", "loyalty")
LARGE = [model for model in admin.site._registry if model._meta.app_label in OWN_APPS]


@pytest.fixture
def root(client):
    user = User.objects.create_superuser("root", password="clinic-pass-1")
    client.force_login(user)
    return user


@pytest.fixture
def sale(db):
    """Anna's receipt of 6 500 for hygiene, and its refund a day later."""
    publish_preset()
    anna, rita = make_member(), make_rita()
    service = make_service("hygiene-full", "hygiene", 6500)
    draft = ReceiptDraft(
        patient_id=anna.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=650_000, service_id=service.pk),),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=NOON)
    receipt = confirm_with_proof(quoted.token, clinic=make_clinic(), actor=rita, at=NOON).receipt
    wish = RefundWish(receipt_id=receipt.pk, key="test", reason="CANCELLED")
    refund_receipt(wish, actor=rita, at=NOON + timedelta(days=1))
    return receipt


def url(name, page, *args):
    return reverse(f"admin:loyalty_{name}_{page}", args=args)


@pytest.mark.parametrize("name", FACTS)
def test_nobody_adds_facts_by_hand(client, root, name):
    assert client.get(url(name, "add")).status_code == 403
    assert client.post(url(name, "add"), {}).status_code == 403


@pytest.mark.parametrize("name", ["account", "operation", "receipt", "refund", "programversion"])
def test_nobody_changes_or_deletes_facts(client, root, sale, name):
    model = {model._meta.model_name: model for model in admin.site._registry}[name]
    row = model.objects.order_by("pk").first()
    before = list(model.objects.order_by("pk").values())

    answers = [
        client.post(url(name, "change", row.pk), {"balance": "9", "paid": "1", "reason": "OTHER"}),
        client.post(url(name, "delete", row.pk), {"post": "yes"}),
        client.post(url(name, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk]}),
    ]

    assert [answer.status_code for answer in answers[:2]] == [403, 403]
    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("name", ["account", "operation", "receipt", "refund", "programversion"])
def test_fact_pages_have_no_input_for_sums_and_no_word_object(client, root, sale, name):
    model = {model._meta.model_name: model for model in admin.site._registry}[name]

    text = client.get(url(name, "change", model.objects.order_by("pk").first().pk)).content.decode()

    assert " object (" not in text
    for field in ("balance", "units", "paid", "points_earned", "money"):
        assert f'name="{field}"' not in text


def test_receipt_says_why_so_many_points(client, root, sale):
    text = client.get(url("receipt", "change", sale.pk)).content.decode().replace("\u00a0", " ")

    assert "Кешбэк: 5 % от 6 500 ₽." in text
    assert "возвращён полностью" in text


def test_sums_are_written_as_people_read_them(client, root, sale):
    pages = [
        url("receipt", "changelist"),
        url("receipt", "change", sale.pk),
        url("refund", "changelist"),
        url("refund", "change", Refund.objects.get().pk),
    ]

    texts = [client.get(page).content.decode() for page in pages]

    assert ["6\u00a0500\u00a0₽" in text for text in texts] == [True] * 4
    assert ["6500,00" in text for text in texts] == [False] * 4


def test_receipt_of_the_desk_shows_no_keys_of_machines(client, root, sale):
    text = client.get(url("receipt", "change", sale.pk)).content.decode()

    assert '<div class="readonly">стойка</div>' in text
    assert sale.document not in text
    assert "едакция" not in text


def test_imported_receipt_shows_its_document(client, root, sale):
    Receipt.objects.filter(pk=sale.pk).update(source_system="oldcrm", document="A-17")

    text = client.get(url("receipt", "change", sale.pk)).content.decode()

    assert '<div class="readonly">oldcrm</div>' in text
    assert '<div class="readonly">A-17</div>' in text


def test_audit_calls_acts_by_their_titles(client, root, sale):
    text = client.get(reverse("admin:clinics_auditevent_changelist")).content.decode()

    assert "Возврат по чеку" in text
    assert f"Чек {sale.pk}" in text
    assert "receipt.refunded" not in text


def test_act_without_a_title_is_shown_by_its_code():
    assert act_title("moon.landed") == "moon.landed"


@pytest.mark.parametrize("role", ["receptionist", "manager", "owner"])
def test_receipt_and_refund_show_their_lines_to_whoever_may_see_them(client, sale, role):
    client.force_login(make_staff("sonya", role))

    pages = [
        client.get(url("receipt", "change", sale.pk)),
        client.get(url("refund", "change", Refund.objects.get().pk)),
    ]

    assert [len(page.context["inline_admin_formsets"]) for page in pages] == [1, 1]


def test_receipt_names_the_tier_as_people_do(client, root, sale):
    text = client.get(url("receipt", "change", sale.pk)).content.decode()

    assert "Стандарт" in text
    assert "standart" not in text


def test_patient_found_by_name_is_not_found_by_a_title():
    """Other apps translate the bare word for things, as «название»."""
    with override("ru"):
        assert str(Receipt.IdentifiedBy.NAME.label) == "имя"


def test_receipts_of_a_foreign_clinic_are_neither_listed_nor_opened(client, sale):
    client.force_login(make_staff("sonya", "receptionist", clinics=[make_clinic("omsk", name="Омск")]))

    for name, row in (
        ("receipt", sale),
        ("refund", Refund.objects.get()),
        ("operation", Operation.objects.first()),
    ):
        assert list(client.get(url(name, "changelist")).context["cl"].result_list) == []
        assert client.get(url(name, "change", row.pk)).status_code == 302


@pytest.mark.parametrize("typed", ["иванова", "+7 916 123-45-67", "bdfyjdf"])
@pytest.mark.parametrize("name", ["account", "operation", "receipt", "refund"])
def test_facts_are_found_by_their_patient(client, root, sale, name, typed):
    make_member("Петрова", "Вера", "+79160000001")

    found = client.get(url(name, "changelist"), {"q": typed}).context["cl"].result_list
    nobody = client.get(url(name, "changelist"), {"q": "Кузнецов"}).context["cl"].result_list

    assert len(found) > 0
    assert all("Петрова" not in str(getattr(row, "patient", "")) for row in found)
    assert list(nobody) == []


def test_receipt_is_found_by_its_number(client, root, sale):
    assert list(client.get(url("receipt", "changelist"), {"q": str(sale.pk)}).context["cl"].result_list) == [sale]


def test_card_of_the_patient_shows_balance_burn_schedule_and_history(client, root, sale):
    text = client.get(reverse("admin:patients_patient_change", args=[sale.patient_id])).content.decode()

    plain = text.replace("\u00a0", " ")
    assert "<b>250</b>" in plain
    assert "<b>250</b><span>сгорят " in plain
    assert "−325" in plain
    assert "+325" in plain
    assert 'name="balance"' not in text
    assert f"/admin/desk/?patient={sale.patient_id}" in text


@pytest.fixture
def two_thousand(sale):
    """2 000 rows in the tables that grow, by copying the sale."""
    clinic, category = make_clinic(), ServiceCategory.objects.get()
    Service.objects.bulk_create(
        Service(code=f"s{n}", name=f"Услуга {n}", category=category, price=100) for n in range(2000)
    )
    Patient.objects.bulk_create(
        Patient(last_name=f"Петров{n}", name_key=f"петров{n}", home_clinic=clinic, created_at=LONG_AGO)
        for n in range(2000)
    )
    people = list(Patient.objects.order_by("id").values_list("id", flat=True))
    Card.objects.bulk_create(
        Card(patient_id=pk, number=f"{pk + 50_000_000}", issued_at=LONG_AGO) for pk in people[1:]
    )
    Receipt.objects.bulk_create(
        Receipt(
            clinic=clinic, patient_id=people[n % 2000], document=f"d{n}", identified_by="PHONE", paid_at=NOON,
            visit_closed_at=NOON, recorded_at=NOON, program_version=sale.program_version, price=1, points_value=0,
            paid=1, actor=sale.actor, explanation={},
        )
        for n in range(2000)
    )  # fmt: skip
    receipts = Receipt.objects.exclude(pk=sale.pk)
    Refund.objects.bulk_create(
        Refund(
            receipt=receipt, key=f"k{receipt.pk}", at=NOON, recorded_at=NOON, reason="OTHER", money=0,
            points_returned=0, points_taken=0, is_complete=True, actor=sale.actor, portion={},
        )
        for receipt in receipts
    )  # fmt: skip


def test_search_of_receipts_means_everybody_of_the_name(client, root, two_thousand):
    page = client.get(url("receipt", "changelist"), {"q": "петров"})

    assert "Найдено: 1\u00a0999" in page.content.decode()


@pytest.mark.parametrize(
    ("typed", "rows", "queries"),
    [("", 50, 4), ("+79161234567", 1, 5), ("4567", 1, 4), ("иванова", 1, 5), ("петров", 50, 5)],
)
def test_list_of_patients_costs_at_most_five_queries(client, root, two_thousand, typed, rows, queries):
    with CaptureQueriesContext(connection) as captured:
        page = client.get("/admin/patients/patient/", {"q": typed})

    assert len(page.context["cl"].result_list) == rows
    assert len(captured) == queries


def test_pages_of_a_list_hold_every_row_once_and_in_order(client, root, two_thousand):
    shown = [
        row.name_key
        for number in range(1, 42)
        for row in client.get("/admin/patients/patient/", {"p": number}).context["cl"].result_list
    ]

    assert shown == list(Patient.objects.order_by("name_key", "id").values_list("name_key", flat=True))


def test_page_beyond_the_last_leads_back_to_the_first(client, root, two_thousand):
    assert client.get("/admin/patients/patient/", {"p": "42"}).url == "/admin/patients/patient/?e=1"


def test_a_list_with_more_rows_than_its_pages_show_says_so(client, root, two_thousand, monkeypatch):
    monkeypatch.setattr(admin_pages, "MOST_COUNTED", 1500)

    page = client.get(url("receipt", "changelist")).content.decode()

    assert "Показаны первые 1\u00a0500. Уточните поиск или фильтр." in page
    assert "Найдено" not in page


def test_a_list_of_exactly_the_most_rows_is_whole(client, root, two_thousand, monkeypatch):
    monkeypatch.setattr(admin_pages, "MOST_COUNTED", Receipt.objects.count())

    page = client.get(url("receipt", "changelist")).content.decode()

    assert "Найдено: 2\u00a0001" in page
    assert "Показаны первые" not in page


def test_a_list_counts_its_rows_without_declining_their_name(client, root, sale):
    page = client.get(url("receipt", "changelist")).content.decode()

    assert "Найдено: 1" in page
    assert "1 чек" not in page


def test_no_form_offers_hundreds_of_options(client, root, two_thousand):
    for model in LARGE:
        row = model.objects.order_by("pk").first()
        if row is None:
            continue
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        assert client.get(address).content.decode().count("<option") < 200, model
