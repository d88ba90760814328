"""Staff activity: exact counts by person, what deserves a look, own clinics only, constant queries."""

from datetime import date, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import StaffMember
from loyalty.models import Receipt
from patients.models import Patient
from patients.registration import NewPatient, register_patient
from tests.admin.two_clinics import make_receipt, make_refund
from tests.people import ALL_CONSENTS, make_clinic, make_patient, make_rita, make_staff
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
PAGE = "/admin/activity/staff/"


@pytest.fixture
def rita(db):
    publish_preset()
    rita = make_rita()
    User.objects.filter(pk=rita.pk).update(first_name="Рита", last_name="Полякова")
    return User.objects.get(pk=rita.pk)


@pytest.fixture
def maria(client, rita):
    client.force_login(make_staff("maria", "manager"), backend="clinics.role_backend.RoleBackend")
    with time_machine.travel(NOON, tick=False):
        yield client


def spend(patient, *, actor, **fields):
    numbers = {"points_value": 100, "paid": 900, "points_spent": 100}
    return make_receipt(patient, clinic=fields.pop("clinic", make_clinic()), actor=actor, **numbers, **fields)


def counts(page):
    names = ("registrations", "receipts", "spends", "overrides", "refunds")
    return {row.user.username: tuple(getattr(row, name) for name in names) for row in page.context["people"]}


def findings(page):
    return [
        (row.kind.value, row.user.username, [r.pk for r in row.receipts])
        for _title, row in page.context["findings"]
    ]


def test_each_figure_is_counted_by_person(maria, rita):
    new = NewPatient(
        last_name="Новая", first_name="", phone="+79160000007", home_clinic=make_clinic(), consents=ALL_CONSENTS
    )
    anna = register_patient(new, at=NOON - timedelta(hours=1), consent_source="DESK", actor=rita)
    receipt = make_receipt(anna, clinic=make_clinic(), actor=rita)
    spend(anna, actor=rita)
    spend(anna, actor=rita, proven_by="OVERRIDE", override_reason="забыла телефон")
    make_refund(receipt, actor=rita)

    page = maria.get(PAGE)

    assert counts(page) == {"rita": (1, 3, 2, 1, 1)}
    assert findings(page) == []
    assert "Ничего необычного за эти дни." in page.content.decode()


def test_imported_receipts_and_days_outside_do_not_count(maria, rita):
    anna = make_patient()
    make_receipt(anna, clinic=make_clinic(), actor=None)
    make_receipt(anna, clinic=make_clinic(), actor=rita, paid_at=NOON - timedelta(days=31))

    assert counts(maria.get(PAGE)) == {}
    assert counts(maria.get(PAGE, {"first": "2026-10-01", "last": "2026-11-22"})) == {"rita": (0, 1, 0, 0, 0)}


def test_last_day_is_inclusive_to_its_midnight(maria, rita):
    anna = make_patient()
    make_receipt(anna, clinic=make_clinic(), actor=rita, paid_at=NOON.replace(day=20, hour=20, minute=59))
    make_receipt(anna, clinic=make_clinic(), actor=rita, paid_at=NOON.replace(day=20, hour=21))

    assert counts(maria.get(PAGE, {"first": "2026-11-20", "last": "2026-11-20"})) == {"rita": (0, 1, 0, 0, 0)}


def test_own_card_is_shown_with_a_link_to_its_receipt(maria, rita):
    own = make_receipt(make_patient("Полякова", "Рита", "+79160000002"), clinic=make_clinic(), actor=rita)

    page = maria.get(PAGE)

    assert findings(page) == [("own_card", "rita", [own.pk])]
    assert f'href="/admin/loyalty/receipt/{own.pk}/change/"' in page.content.decode()


def test_card_with_the_receptionists_phone_is_shown(maria, rita):
    StaffMember.objects.filter(user=rita).update(phone="+79160000003")
    own = make_receipt(make_patient("Другова", "Имя", "+79160000003"), clinic=make_clinic(), actor=rita)
    make_receipt(make_patient(), clinic=make_clinic(), actor=rita)
    make_receipt(make_patient("Малая", "Без", None), clinic=make_clinic(), actor=make_staff("sonya", "senior"))

    assert findings(maria.get(PAGE)) == [("own_phone", "rita", [own.pk])]


@pytest.mark.parametrize(("typed", "kept"), [("8 916 000-00-03", "+79160000003"), ("", ""), ("916", None)])
def test_owner_writes_the_phone_of_the_staff_in_any_spelling(client, rita, typed, kept):
    client.force_login(make_staff("olga", "owner"))
    member, clinic = rita.staff_member, make_clinic()
    form = {"user": rita.pk, "clinics": [clinic.pk], "home_clinic": clinic.pk, "phone": typed}

    page = client.post(f"/admin/clinics/staffmember/{member.pk}/change/", form)

    member.refresh_from_db()
    assert member.phone == (kept or "")
    assert ("Это не полный номер телефона" in page.content.decode()) is (kept is None)


@pytest.mark.parametrize(("number", "shown"), [(4, False), (5, True)])
def test_many_receipts_on_one_card_are_shown_from_five_on(maria, rita, number, shown):
    anna = make_patient()
    receipts = [make_receipt(anna, clinic=make_clinic(), actor=rita).pk for _number in range(number)]

    assert findings(maria.get(PAGE)) == ([("one_card", "rita", receipts)] if shown else [])


@pytest.mark.parametrize(("number", "shown"), [(2, False), (3, True)])
def test_decisions_without_a_code_are_shown_from_three_on(maria, rita, number, shown):
    people = [make_patient("Гостья", str(n), f"+7916000001{n}") for n in range(number)]
    why = {"proven_by": "OVERRIDE", "override_reason": "так"}
    receipts = [spend(patient, actor=rita, **why).pk for patient in people]

    assert findings(maria.get(PAGE)) == ([("overrides", "rita", receipts)] if shown else [])


def test_another_clinics_receipts_are_not_counted(maria, rita):
    omsk = make_clinic("omsk", name="Омск")
    make_receipt(make_patient("Полякова", "Рита", "+79160000002", clinic=omsk), clinic=omsk, actor=rita)

    page = maria.get(PAGE)

    assert (counts(page), findings(page)) == ({}, [])


def test_queries_do_not_grow_with_people_and_receipts(maria, rita):
    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert maria.get(PAGE).status_code == 200
        return len(caught)

    anna = make_patient()
    for _receipt in range(5):
        make_receipt(anna, clinic=make_clinic(), actor=rita)
    queries()
    few = queries()
    for number in range(4):
        sonya = make_staff(f"sonya{number}", "senior")
        for patient in Patient.objects.all():
            for _receipt in range(5):
                make_receipt(patient, clinic=make_clinic(), actor=sonya)

    assert Receipt.objects.count() == 25
    assert queries() == few


@pytest.mark.parametrize("last", ["2026-11-19", "2028-01-01", "вчера", ""])
def test_wrong_period_is_refused_in_words_at_its_field(maria, last):
    page = maria.get(PAGE, {"first": str(date(2026, 11, 20)), "last": last})

    assert list(page.context["form"].errors) == ["last"]
    assert page.context["people"] == []


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_do_not_see_it(client, role):
    client.force_login(make_staff("vera", role), backend="clinics.role_backend.RoleBackend")

    assert client.get(PAGE).status_code == 403
