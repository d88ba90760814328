"""Sends a patient the note of a receipt: sums only, no service is named. Not fiscal."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.money import to_kopecks
from clinics.number_texts import money_text, number_text, signed_text
from loyalty.messages.events import RECEIPT_NOTE
from loyalty.messages.letters import letter
from loyalty.models import Receipt
from notifications import outbox
from notifications.event_choices import chosen_kinds
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage, SkipReason
from notifications.routing import Route, find_route
from patients.models import Patient


class NoteHasNoRoute(Exception):
    """Nothing reaches the patient; `reason` says why."""

    def __init__(self, *, reason: SkipReason) -> None:
        super().__init__(reason)
        self.reason = reason


def note_route(patient: Patient) -> Route:
    """Where a note would go now. Raises NoteHasNoRoute."""
    route = find_route(patient=patient, kind=chosen_kinds().get(RECEIPT_NOTE, MessageKind.SERVICE))
    if isinstance(route, SkipReason):
        raise NoteHasNoRoute(reason=route)
    return route


def send_note(*, receipt: Receipt, key: str, at: datetime) -> None:
    """Queue the note; one `key` sends one. Own transaction. Raises NoteHasNoRoute; nothing is written then."""
    note_route(receipt.patient)
    with transaction.atomic():
        outbox.enqueue(
            event=RECEIPT_NOTE,
            patient_id=receipt.patient_id,
            key=f"{RECEIPT_NOTE}:{receipt.pk}:{key}",
            due_at=at,
            context={"receipt": receipt.pk},
            at=at,
        )


def compose_note(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """None once the receipt has been refunded in full: its sums are not what was paid."""
    receipt = Receipt.objects.select_related("patient__home_clinic").get(pk=message.context["receipt"])
    if receipt.refunds.filter(is_complete=True).exists():
        return None
    paid = money_text(to_kopecks(receipt.paid))
    rows = [(_("Amount of the receipt"), money_text(to_kopecks(receipt.price)))]
    if receipt.discount:
        rows.append((_("Discount"), money_text(-to_kopecks(receipt.discount))))
    if receipt.points_value:
        rows.append((_("Paid with points"), money_text(-to_kopecks(receipt.points_value))))
    rows += [(_("In money"), paid), (_("Points given"), signed_text(receipt.points_earned))]
    title = _("Receipt %(number)s") % {"number": receipt.pk}
    body = "\n".join([title, *(f"{name}: {value}" for name, value in rows), _("Not a fiscal document")])
    short = _("%(title)s: %(paid)s in money, %(spent)s in points. Points given: %(earned)s.") % {
        "title": title,
        "paid": paid,
        "spent": number_text(receipt.points_spent),
        "earned": number_text(receipt.points_earned),
    }
    return ComposedText(subject=title, body=letter(message.patient, body), short=short)


RECEIPT_NOTE_EVENT = EventSpec(
    code=RECEIPT_NOTE, kind=MessageKind.SERVICE, title=gettext_lazy("Note of a receipt"), compose=compose_note
)
