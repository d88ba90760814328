"""What the desk says after an act: a receipt posted or refunded, a visit closed. Addresses carry only a number."""

import secrets

from django.utils.translation import gettext as _

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, signed_text
from loyalty.desk.access import Desk
from loyalty.desk.page import DeskPage
from loyalty.desk.quote_panel import waiting_text
from loyalty.messages.notes import NoteHasNoRoute, note_route
from loyalty.models import Lot, Receipt, Refund, Standing
from notifications.addresses import mask_address
from notifications.channels.registry import LABELS
from notifications.models import SkipReason
from patients.search import active_patients


def put_receipt(page: DeskPage, *, desk: Desk, number: int, is_repeated: bool) -> None:
    receipts = Receipt.objects.filter(clinic__in=desk.clinic_ids, pk=number)
    receipt = receipts.select_related("patient", "treated").first()
    if receipt is None:
        return
    values = {
        "number": receipt.pk,
        "spent": number_text(receipt.points_spent),
        "earned": number_text(receipt.points_earned),
        "balance": _balance_text(receipt),
    }
    if is_repeated:
        page.notices.append(("warn", _("This receipt is posted already: %(number)s.") % values))
    text = _("✓ Receipt %(number)s is posted: spent %(spent)s, earned %(earned)s. Balance %(balance)s.") % values
    if receipt.treated is not None:
        people = _("Treated: %(treated)s. Pays: %(payer)s.")
        text = f"{text} {people % {'treated': receipt.treated, 'payer': receipt.patient}}"
    page.extra["result"] = {
        "text": text,
        "receipt_id": receipt.pk,
        "may_refund": True,
        # One press of the button is one note, however often its form arrives.
        "note_key": secrets.token_urlsafe(9),
        "waiting": "" if receipt.visit_closed_at else waiting_text(_waiting_points(receipt)),
    }


def put_note(page: DeskPage, *, desk: Desk, number: int, is_repeated: bool) -> None:
    """The receipt again, with where its note goes or why it does not."""
    put_receipt(page, desk=desk, number=number, is_repeated=False)
    patients = active_patients().select_related("household__contact")
    patient = patients.filter(receipts__clinic__in=desk.clinic_ids, receipts__pk=number).first()
    if patient is None:
        return
    try:
        route = note_route(patient)
    except NoteHasNoRoute as refusal:
        page.notices.append(("warn", _no_note_text(refusal)))
    else:
        text = _("The note goes to the patient: %(channel)s, %(address)s.")
        values = {"channel": LABELS[route.channel.code], "address": mask_address(route.address)}
        page.notices.append(("ok", text % values))


def put_refund(page: DeskPage, *, desk: Desk, number: int, is_repeated: bool) -> None:
    refunds = Refund.objects.filter(receipt__clinic__in=desk.clinic_ids, pk=number)
    refund = refunds.select_related("receipt").first()
    if refund is None:
        return
    values = {
        "number": refund.receipt_id,
        "money": money_text(to_kopecks(refund.money)),
        "returned": signed_text(refund.points_returned),
        "taken": signed_text(-refund.points_taken),
        "balance": _balance_text(refund.receipt),
    }
    if is_repeated:
        page.notices.append(("warn", _("This refund is posted already: receipt %(number)s.") % values))
    text = _(
        "✓ Receipt %(number)s is refunded: %(money)s in money, points %(returned)s and %(taken)s. "
        "Balance %(balance)s."
    )
    page.extra["result"] = {
        "text": text % values,
        "receipt_id": refund.receipt_id,
        "may_refund": False,
        "may_enter_again": refund.is_complete and refund.receipt.clinic_id == desk.clinic.pk,
    }


def put_visit(page: DeskPage, *, desk: Desk, number: int, is_repeated: bool) -> None:
    receipts = Receipt.objects.filter(clinic__in=desk.clinic_ids, pk=number, visit_closed_at__isnull=False)
    receipt = receipts.select_related("patient__home_clinic", "clinic").first()
    if receipt is None or receipt.visit_closed_at is None:
        return
    closed_on = local_date(receipt.visit_closed_at, receipt.clinic.tz)
    values = {
        "number": receipt.pk,
        "day": day_text(closed_on, today=closed_on),
        "balance": _balance_text(receipt),
    }
    if is_repeated:
        text = _("The visit of receipt %(number)s is closed already, on %(day)s. Nothing has changed.") % values
        page.notices.append(("warn", text))
        return
    text = _("✓ The visit of receipt %(number)s is closed. Balance %(balance)s.") % values
    page.extra["result"] = {"text": text, "receipt_id": receipt.pk, "may_refund": True}


def _no_note_text(refusal: NoteHasNoRoute) -> str:
    texts = {
        SkipReason.NO_ADDRESS: _("The note is not sent: neither a phone nor an e-mail is known. Print it."),
        SkipReason.NO_CONSENT: _("The note is not sent: the patient has not agreed to messages. Print it."),
    }
    return texts.get(refusal.reason, _("The note is not sent: no channel is set up. Print it."))


def _waiting_points(receipt: Receipt) -> int:
    lots = Lot.objects.filter(entry__operation=receipt.earn_operation_id, available_at=None)
    return sum(lots.values_list("remaining", flat=True))


def _balance_text(receipt: Receipt) -> str:
    account = Standing.objects.select_related("account").get(patient=receipt.patient_id).account
    return number_text(account.balance - account.debt)
