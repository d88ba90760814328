"""The visit is over: one press at the posting, after it, or on the patient's strip."""

import pytest

from clinics.models import AuditEvent
from loyalty.models import Entry, Receipt, Standing
from tests.desk.desk_pages import form_data, line, open_patient, quote, text_of
from tests.people import make_clinic, make_staff
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db

POINTS = {"value_kopecks": 100, "life": {"kind": "months", "months": 2}, "pending_from": "visit_closed"}


def bill():
    return [line("hygiene-full", "6500")]


@pytest.fixture
def waits(anna):
    """Anna is gold: 9 % of 6 500 are 585 points, and they wait for her visit to be closed."""
    publish_preset(has_welcome=False, starts_at=anna.created_at, points=POINTS)
    return anna


def post(client, who, **fields):
    answer = quote(client, who, bill())
    token = answer.context["page"].panel.token
    return client.post("/admin/desk/confirm/", form_data(who, bill(), quote=token, **fields), follow=True)


def balance(patient):
    account = Standing.objects.get(patient=patient).account
    return account.balance, account.pending


def test_the_quote_says_that_points_wait_and_offers_to_close_the_visit(client, rita, waits):
    text = text_of(quote(client, open_patient(client), bill()))

    assert "585 баллов станут доступны, когда визит будет завершён." in text
    assert "Провести и завершить визит" in text


def test_posting_leaves_the_visit_open_and_offers_to_close_it(client, rita, waits):
    text = text_of(post(client, open_patient(client)))

    assert "начислено 585. Баланс 3 450." in text
    assert "585 баллов станут доступны, когда визит будет завершён." in text
    assert "Завершить визит" in text
    assert balance(waits) == (3450, 585)


def test_the_other_button_posts_and_closes_at_once(client, rita, waits):
    text = text_of(post(client, open_patient(client), visit="closed"))

    assert "начислено 585. Баланс 4 035." in text
    assert "когда визит будет завершён" not in text
    assert balance(waits) == (4035, 0)


def test_the_strip_shows_the_open_visit_and_closes_it(client, rita, waits):
    post(client, open_patient(client))
    receipt = Receipt.objects.get()
    who = open_patient(client)
    text = text_of(client.get("/admin/desk/", {"who": who}))
    assert "ещё 585, когда визит будет завершён" in text
    assert f"Завершить визит по чеку {receipt.pk}" in client.get("/admin/desk/", {"who": who}).content.decode()

    answer = client.post(f"/admin/desk/visit/{receipt.pk}/", {"who": who}, follow=True)

    text = text_of(answer)
    assert f"✓ Визит по чеку {receipt.pk} завершён. Баланс 4 035." in text
    assert "когда визит будет завершён" not in text
    assert answer.context["page"].strip.name == "Иванова Анна"
    assert balance(waits) == (4035, 0)
    assert AuditEvent.objects.get(code="receipt.visit_closed").actor == rita


def test_closing_again_says_so_and_changes_nothing(client, rita, waits):
    post(client, open_patient(client), visit="closed")
    receipt, before = Receipt.objects.get(), Entry.objects.count()

    text = text_of(client.post(f"/admin/desk/visit/{receipt.pk}/", follow=True))

    assert f"Визит по чеку {receipt.pk} уже завершён, 22 ноября. Ничего не изменилось." in text
    assert Entry.objects.count() == before


def test_a_visit_of_another_clinic_is_not_there(client, rita, waits):
    post(client, open_patient(client))
    receipt = Receipt.objects.get()
    stranger = make_staff("stranger", "receptionist", clinics=[make_clinic("other")])
    client.force_login(stranger)

    answer = client.post(f"/admin/desk/visit/{receipt.pk}/")

    assert answer.status_code == 404
    assert Receipt.objects.get().visit_closed_at is None


def test_an_address_alone_closes_nothing(client, rita, waits):
    post(client, open_patient(client))
    receipt = Receipt.objects.get()

    assert client.get(f"/admin/desk/visit/{receipt.pk}/").status_code == 405
    assert Receipt.objects.get().visit_closed_at is None
