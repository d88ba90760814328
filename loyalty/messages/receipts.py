"""Words the message after a receipt: what was spent and earned, and the balance at the moment of sending."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.number_texts import number_text
from loyalty.messages.events import POINTS_EARNED
from loyalty.models import Receipt
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage


def compose_receipt_posted(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """None once the receipt has been refunded in full: there is nothing to tell any more."""
    receipt = (
        Receipt.objects.filter(pk=message.context["receipt"]).select_related("patient__standing__account").first()
    )
    if receipt is None or receipt.refunds.filter(is_complete=True).exists():
        return None
    sentences = []
    if receipt.points_spent:
        sentences.append(
            ngettext("%(points)s point spent.", "%(points)s points spent.", receipt.points_spent)
            % {"points": number_text(receipt.points_spent)}
        )
    if receipt.points_earned:
        sentences.append(
            ngettext("%(points)s point earned.", "%(points)s points earned.", receipt.points_earned)
            % {"points": number_text(receipt.points_earned)}
        )
    if receipt.visit_closed_at is None:
        sentences.append(_("They can be spent once the visit is closed."))
    balance = receipt.patient.standing.account.balance
    sentences.append(_("Balance: %(balance)s.") % {"balance": number_text(balance)})
    text = " ".join(sentences)
    return ComposedText(subject=_("Your points after the visit"), body=text, short=text)


POINTS_EARNED_EVENT = EventSpec(
    code=POINTS_EARNED,
    kind=MessageKind.SERVICE,
    title=gettext_lazy("Points earned"),
    compose=compose_receipt_posted,
)
