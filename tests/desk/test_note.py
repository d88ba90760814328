"""The note of a receipt goes to the patient: sums only, once for a press of the button."""

import re

import pytest

from loyalty.models import Receipt, Refund
from loyalty.refunds.refunding import RefundWish, refund_receipt
from notifications import relay
from notifications.models import OutboxMessage
from patients.models import ConsentRecord
from tests.desk.desk_pages import open_patient, open_with_qr, picture_lines, quote_and_confirm, text_of
from tests.desk.written import written
from tests.people import make_clinic, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def receipt(client, rita, anna):
    quote_and_confirm(client, open_with_qr(client, anna), picture_lines(), spend="maximum")
    return Receipt.objects.get()


def send(client, receipt, key="pressed-once"):
    return client.post(f"/admin/desk/note/{receipt.pk}/", {"key": key}, follow=True)


def notes():
    return OutboxMessage.objects.filter(event="receipt.note")


def test_note_says_the_sums_and_names_no_service(client, receipt):
    text = text_of(send(client, receipt))
    relay.send_due(at=NOON)

    assert "Справку отправляем пациенту: СМС, •••45-67." in text
    assert notes().get().body == (f"Чек {receipt.pk}: деньгами 47 200 ₽, баллами 1 300. Начислено баллов: 4 248.")


def test_letter_has_every_sum_in_a_line_of_its_own(client, receipt, anna):
    anna.email, anna.preferred_channel = "anna@example.org", "EMAIL"
    anna.save(update_fields=["email", "preferred_channel"])

    send(client, receipt)
    relay.send_due(at=NOON)

    body = notes().get().body.replace("\u00a0", " ")
    assert (
        f"Чек {receipt.pk}\nСумма чека: 48 500 ₽\nОплачено баллами: −1 300 ₽\nДеньгами: 47 200 ₽\n"
        "Начислено баллов: +4 248\nНе фискальный документ"
    ) in body
    assert "Гигиена" not in body


def test_one_press_is_one_note_and_the_next_another(client, receipt):
    send(client, receipt)
    send(client, receipt)
    page = send(client, receipt, key="pressed-again")

    assert notes().count() == 2
    key = re.search('name="key" value="([^"]+)"', page.content.decode())[1]
    assert key not in {"pressed-once", "pressed-again"}


def test_patient_who_wants_no_messages_gets_none_and_the_desk_says_so(client, receipt, anna):
    ConsentRecord.objects.create(
        patient=anna, kind="SERVICE", granted=False, source=ConsentRecord.Source.DESK, at=NOON
    )
    before = written()

    text = text_of(send(client, receipt))

    assert "Справка не отправлена: пациент не соглашался на сообщения. Напечатайте её." in text
    assert written() == before


def test_nothing_is_sent_of_a_receipt_that_was_refunded_meanwhile(client, receipt, rita):
    send(client, receipt)
    refund_receipt(RefundWish(receipt.pk, "refund", Refund.Reason.CANCELLED), actor=rita, at=NOON)

    relay.send_due(at=NOON)

    assert (notes().get().status, notes().get().skip_reason) == ("SKIPPED", "NOTHING_TO_SAY")


def test_receipt_of_a_foreign_clinic_is_not_there(client, rita, anna):
    quote_and_confirm(client, open_patient(client), picture_lines())
    client.force_login(make_staff("sonya", "receptionist", clinics=[make_clinic("omsk", name="Омск")]))

    assert send(client, Receipt.objects.get()).status_code == 404
    assert notes().count() == 0


def test_an_address_alone_sends_nothing(client, receipt):
    assert client.get(f"/admin/desk/note/{receipt.pk}/").status_code == 405
    assert notes().count() == 0


def test_note_is_printed_on_a_narrow_roll_or_on_a_sheet(client, receipt):
    narrow = client.get(f"/admin/desk/slip/{receipt.pk}/").content.decode()
    sheet = client.get(f"/admin/desk/slip/{receipt.pk}/?paper=a4").content.decode()

    assert "slip-a4.css" not in narrow
    assert "?paper=a4" in narrow
    assert "slip-a4.css" in sheet
