"""Who may work at the desk, at which clinic; how many queries an act costs."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import Clinic
from loyalty.models import Receipt
from patients.models import SpendProof
from tests.desk.desk_pages import (
    confirm,
    find,
    form_data,
    open_patient,
    open_with_qr,
    picture_lines,
    quote,
    quote_and_confirm,
    text_of,
    token_of,
)
from tests.desk.written import written
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON
from tests.proofs import code_of, qr_of

pytestmark = pytest.mark.django_db
ADDRESSES = ["", "find/", "clinic/", "phone/", "quote/", "confirm/", "suggest/", "register/", "enrol/",
             "code/", "override/"]  # fmt: skip
TRANSACTION = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("role", ["marketer", "manager"])
def test_role_without_the_permission_is_refused(client, anna, role, address):
    client.force_login(make_staff("maria", role))
    before = written()

    answers = [client.get(f"/admin/desk/{address}"), client.post(f"/admin/desk/{address}", {"q": "иванова"})]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert written() == before


@pytest.mark.parametrize("address", ADDRESSES)
def test_stranger_is_sent_to_the_log_in(client, anna, address):
    answers = [client.get(f"/admin/desk/{address}"), client.post(f"/admin/desk/{address}", {"q": "иванова"})]

    assert all(answer.url.startswith("/admin/login/?next=/admin/desk/") for answer in answers)
    assert "иванова" not in answers[1].url


def test_registration_after_the_session_is_over_leaves_no_name_in_the_address(client, anna):
    answer = client.post("/admin/desk/register/", {"phone": "+79160000001", "last_name": "Петрова", "rules": "on"})

    assert answer.url == "/admin/login/?next=/admin/desk/register/"


def test_receptionist_without_a_clinic_is_refused(client, rita, anna):
    rita.staff_member.clinics.clear()

    assert client.get("/admin/desk/").status_code == 403


def test_reference_made_for_another_person_opens_nobody(client, rita, anna):
    who = open_patient(client)
    client.force_login(make_staff("sonya", "receptionist"))
    before = written()

    page = client.get("/admin/desk/", {"who": who})
    answer = confirm(client, who, picture_lines(), "token")

    assert "Иванова" not in text_of(page)
    assert answer.status_code == 302
    assert written() == before


def test_clinic_is_chosen_once_and_kept(client, noon, anna):
    omsk = make_clinic("omsk", name="Омск", timezone="Asia/Omsk")
    client.force_login(make_staff("rita", "receptionist", clinics=[make_clinic(), omsk]))

    client.post("/admin/desk/clinic/", {"clinic": omsk.pk})
    quote_and_confirm(client, open_patient(client), picture_lines())

    assert Receipt.objects.get().clinic == omsk


def test_foreign_clinic_cannot_be_chosen(client, rita, anna):
    omsk = make_clinic("omsk", name="Омск")

    client.post("/admin/desk/clinic/", {"clinic": omsk.pk})
    quote_and_confirm(client, open_patient(client), picture_lines())

    assert Receipt.objects.get().clinic == Clinic.objects.get(code="mytishchi")


def test_result_of_a_foreign_clinic_is_not_shown(client, rita, anna):
    answer = quote_and_confirm(client, open_patient(client), picture_lines())
    client.force_login(make_staff("sonya", "receptionist", clinics=[make_clinic("omsk", name="Омск")]))

    assert "проведён" not in text_of(client.get(answer.url))


def test_superuser_works_at_any_clinic(client, noon, anna):
    client.force_login(User.objects.create_superuser("root", password="clinic-pass-1"))

    assert quote_and_confirm(client, open_patient(client), picture_lines()).url.startswith("/admin/desk/?done=")


def queries_of(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return [row["sql"] for row in captured.captured_queries if not row["sql"].startswith(TRANSACTION)]


def with_history(client, receipts):
    for _number in range(receipts):
        quote_and_confirm(client, open_patient(client), picture_lines())


COMMON = 4  # session, user, permissions, clinics


@pytest.mark.parametrize("typed", ["+79161234567", "4567", "иванова", "bdfyjdf", "Иванова 4567"])
@pytest.mark.parametrize("receipts", [0, 6])
def test_find_costs_at_most_two_queries_of_its_own(client, rita, anna, receipts, typed):
    client.get("/admin/desk/")  # the first page of a session also chooses the clinic
    with_history(client, receipts)

    found = queries_of(lambda: find(client, typed))

    # It leads to the patient's page and reads no permissions.
    assert len(found) - (COMMON - 1) == (2 if typed == "bdfyjdf" else 1), "\n".join(found)


@pytest.mark.parametrize("receipts", [0, 6])
def test_page_of_the_found_patient_costs_at_most_four_queries_of_its_own(client, rita, anna, receipts):
    with_history(client, receipts)
    who = open_patient(client)

    opened = queries_of(lambda: client.get("/admin/desk/", {"who": who}))

    assert len(opened) - COMMON <= 4, "\n".join(opened)


def test_list_of_those_found_costs_at_most_four_queries_of_its_own(client, rita, anna):
    for number in range(9):
        make_patient("Иванова", f"Яна{number}", f"+79160000{number:03d}")

    listed = queries_of(lambda: find(client, "иванова"))

    assert len(listed) - COMMON <= 4, "\n".join(listed)


@pytest.mark.parametrize("receipts", [0, 6])
@pytest.mark.parametrize("headers", [{}, {"X-Desk-Fragment": "1"}], ids=["page", "fragment"])
def test_quote_costs_at_most_ten_queries(client, rita, anna, receipts, headers):
    with_history(client, receipts)
    data = form_data(open_patient(client), picture_lines(), spend="maximum", entry="гигиена")

    queries = queries_of(lambda: client.post("/admin/desk/quote/", data, headers=headers))

    assert len(queries) <= 10, "\n".join(queries)


@pytest.mark.parametrize("receipts", [0, 6])
def test_confirm_without_spending_costs_at_most_fifteen_queries(client, rita, anna, receipts):
    with_history(client, receipts)
    who, lines = open_patient(client), picture_lines()
    token = token_of(quote(client, who, lines))

    queries = queries_of(lambda: confirm(client, who, lines, token))

    assert len(queries) <= 15, "\n".join(queries)


# To use a proof up is one statement; to judge a typed code are three: lock its guard, remember it, keep the proof.
@pytest.mark.parametrize(("typed", "most"), [(False, 16), (True, 19)], ids=["scanned", "typed code"])
@pytest.mark.parametrize("receipts", [0, 6])
def test_confirm_of_proved_spending_costs_few_queries_more(client, rita, anna, receipts, typed, most):
    with_history(client, receipts)
    who = open_patient(client) if typed else open_with_qr(client, anna)
    lines = picture_lines()[:1]  # the whole bill would reach the next tier, and its notice is one statement more
    token = token_of(quote(client, who, lines, spend="maximum"))
    code = code_of(anna, now=NOON) if typed else ""

    queries = queries_of(lambda: confirm(client, who, lines, token, spend="maximum", code=code))

    assert Receipt.objects.filter(points_spent__gt=0).count() == 1
    assert len(queries) <= most, "\n".join(queries)


def test_scan_that_proves_costs_at_most_four_queries_of_its_own(client, rita, anna):
    client.get("/admin/desk/")  # the first page of a session also chooses the clinic

    queries = queries_of(lambda: find(client, qr_of(anna, now=NOON)))

    assert SpendProof.objects.count() == 1
    assert len(queries) - COMMON <= 4, "\n".join(queries)
