"""Reports by e-mail: on their day, to each what they may see, once; to nobody who may not see it any more."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.core import mail as outbox

from loyalty.models import ReportLetter, ReportMail
from loyalty.reports.mailing import next_day, send_due
from tests.admin.two_clinics import make_receipt
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db
PAGE = "/admin/reports/receipts/mail/"
MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # 07:00 in Moscow, the day after NOON


@pytest.fixture
def olga(program):
    """The owner, of two clinics."""
    olga = make_staff("olga", "owner", clinics=[make_clinic(), make_clinic("omsk", name="Омск")])
    olga.email = "olga@clinic.ru"
    olga.save()
    return olga


def set_up(client, *people, day="WEEK-1", query="period=last_30_days"):
    return client.post(f"{PAGE}?{query}", {"day": day, "recipients": [person.pk for person in people]})


def send(at):
    send_due(now=lambda: at)


@pytest.mark.parametrize(
    ("every", "day", "after", "next_on"),
    [
        ("WEEK", 1, date(2026, 11, 22), date(2026, 11, 23)),
        ("WEEK", 1, date(2026, 11, 23), date(2026, 11, 30)),
        ("MONTH", 1, date(2026, 11, 22), date(2026, 12, 1)),
        ("MONTH", 15, date(2026, 12, 15), date(2027, 1, 15)),
    ],
)
def test_next_day_is_after_this_one(every, day, after, next_on):
    assert next_day(every=every, day=day, after=after) == next_on


def test_report_is_sent_on_its_morning_and_once(maria, olga):
    receipt = make_receipt(make_patient(), clinic=make_clinic("omsk"), actor=None)
    set_up(maria, olga)

    send(MONDAY - timedelta(minutes=1))
    assert outbox.outbox == []
    send(MONDAY)
    send(MONDAY + timedelta(hours=1))

    [letter] = outbox.outbox
    assert (letter.to, letter.subject) == (["olga@clinic.ru"], "Отчёт «Чеки»")
    [(name, content, _type)] = letter.attachments
    assert name == "loyalty_2026-10-25_2026-11-23_all_receipts.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(content))["Чеки"]
    # Of both of her clinics, though Maria who set it up sees one; names stay out.
    assert sheet.cell(2, 1).value == str(receipt.pk)
    assert "Пациент" not in [cell.value for cell in sheet[1]]
    assert ReportMail.objects.get().next_on == date(2026, 11, 30)


def test_who_may_not_see_it_any_more_gets_nothing(maria, olga):
    set_up(maria, olga)
    olga.groups.clear()

    send(MONDAY)

    assert outbox.outbox == []
    assert ReportLetter.objects.get().state == "FAILED"


def test_letter_that_fails_is_tried_once_more(maria, olga, monkeypatch):
    set_up(maria, olga)
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: 1 / 0)

    send(MONDAY)

    letter = ReportLetter.objects.get()
    assert (letter.state, letter.attempts) == ("FAILED", 2)


def test_days_missed_by_downtime_become_one_letter(maria, olga):
    set_up(maria, olga)

    send(MONDAY + timedelta(weeks=3, days=2))

    assert len(outbox.outbox) == 1
    assert ReportMail.objects.get().next_on == date(2026, 12, 21)


def test_colleagues_are_chosen_by_their_names(maria, olga):
    olga.first_name, olga.last_name = "Ольга", "Фёдорова"
    olga.save()

    page = maria.get(PAGE)

    assert [str(choice.choice_label) for choice in page.context["form"]["recipients"]] == ["Ольга Фёдорова"]


def test_strangers_cannot_be_chosen_and_nobody_is_refused_in_words(maria, program):
    stranger = make_staff("vera", "manager", clinics=[make_clinic("omsk", name="Омск")])
    stranger.email = "vera@clinic.ru"
    stranger.save()

    for people in ([stranger], []):
        assert set_up(maria, *people).status_code == 422
    assert not ReportMail.objects.exists()


def test_person_who_gets_it_may_stop_it_and_others_may_not(maria, olga, client, settings):
    set_up(maria, olga)
    mail = ReportMail.objects.get()
    client.force_login(make_staff("mark", "manager"), backend=settings.AUTHENTICATION_BACKENDS[0])
    assert client.post(f"{PAGE}{mail.pk}/stop/").status_code == 404
    client.force_login(olga, backend=settings.AUTHENTICATION_BACKENDS[0])
    client.post(f"{PAGE}{mail.pk}/stop/")

    assert not ReportMail.objects.exists()
    assert NOON.day == 22
