"""The main job: a paid receipt earns, a reminder calls the patient back, the desk spends, the rest burns."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from clinics import clock
from loyalty.ledger.audit import breaches
from loyalty.models import Account
from loyalty.nightly.night import repeat_nights
from notifications.models import OutboxMessage
from notifications.relay import send_due
from tests.cabinet.pages import log_in
from tests.cabinet.pages import text_of as cabinet_text
from tests.cabinet.sms import open_sms_box
from tests.desk.desk_pages import NBSP, line, open_patient, open_with_qr, quote_and_confirm, text_of
from tests.people import make_rita, make_service
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db
MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.fixture
def clock_at():
    """Moves the whole process to a moment in Moscow."""
    travels = []

    def move(*parts: int) -> None:
        while travels:
            travels.pop().stop()
        travels.append(time_machine.travel(datetime(*parts, tzinfo=MOSCOW), tick=False))
        travels[-1].start()

    yield move
    while travels:
        travels.pop().stop()


def the_night_and_the_relay():
    repeat_nights(at=clock.now())
    while send_due(at=clock.now()).claimed:
        pass


def balance():
    return Account.objects.get().balance


def test_points_bring_the_patient_back_before_they_burn(client, clock_at, monkeypatch):
    cache.clear()
    sms = open_sms_box(monkeypatch)
    reminders = {"days_before": [14, 5], "holdout_percent": 0, "attribution_days": 14}
    clock_at(2026, 11, 22, 12, 0)
    publish_preset("cosmetology", reminders=reminders)
    anna = make_member(at=clock.now())
    course = make_service("course", "courses", 10_000)
    rita = make_rita()
    client.force_login(rita, backend="clinics.role_backend.RoleBackend")

    # The visit: 10 % of 10 000 for two months.
    visit = quote_and_confirm(client, open_patient(client), [line(course.code, "10000")])
    assert visit.status_code == 302
    assert balance() == 1000

    # Anna looks at her phone and sees what the desk sees.
    phone = Client(HTTP_ACCEPT_LANGUAGE="ru")
    log_in(phone, sms)
    assert "1 000" in cabinet_text(phone.get("/")).replace(NBSP, " ")

    # Fourteen days before the last day she is reminded, once.
    clock_at(2027, 1, 8, 12, 0)
    the_night_and_the_relay()
    the_night_and_the_relay()
    reminder = OutboxMessage.objects.get(event="points.burning_soon")
    assert reminder.status == "SENT"
    assert reminder.body.replace(NBSP, " ").startswith("1 000 бонусных рублей сгорят 22.01")

    # She comes, shows the QR of her card, and pays 30 % of the bill with points; the rest earns.
    clock_at(2027, 1, 10, 12, 0)
    client.force_login(rita, backend="clinics.role_backend.RoleBackend")
    who = open_with_qr(client, anna)
    assert "1 000 сгорят 22 января" in text_of(client.get("/admin/desk/", {"who": who}))
    quote_and_confirm(client, who, [line(course.code, "2000")], spend="maximum")
    assert balance() == 1000 - 600 + 140

    # What she left burns at the end of its last day, not a moment before.
    clock_at(2027, 1, 22, 23, 59)
    the_night_and_the_relay()
    assert balance() == 540
    clock_at(2027, 1, 23, 4, 0)
    the_night_and_the_relay()
    assert balance() == 140
    assert list(breaches()) == []
