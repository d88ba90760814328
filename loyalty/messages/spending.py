"""Words the code by which a patient agrees to spend, and the notice that a senior spent without one.

Nothing medical stands in them. The digits of a code are not kept in the outbox: the staff may read it.
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.number_texts import number_text
from loyalty.messages.events import SPEND_CODE, SPEND_OVERRIDDEN
from loyalty.models import Receipt
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage
from patients.models import SpendCode
from patients.spend_codes import code_digits

HIDDEN_DIGITS = "••••"


def compose_spend_code(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """None once the code has been used: it came too late to be wanted."""
    code = SpendCode.objects.select_related("proof").get(pk=message.context["code"])
    if hasattr(code, "proof"):
        return None
    text = _code_text(code_digits(code))
    return ComposedText(subject=_("Code to spend points"), body=text, short=text, kept=_code_text(HIDDEN_DIGITS))


def _code_text(digits: str) -> str:
    return _("Code %(code)s to spend your points. Tell it to the receptionist.") % {"code": digits}


def compose_spend_overridden(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """A refund does not take the notice back: the patient must know that it was possible."""
    receipt = Receipt.objects.select_related("clinic").get(pk=message.context["receipt"])
    values = {"points": number_text(receipt.points_spent), "phone": receipt.clinic.phone}
    short = ngettext(
        "%(points)s point was spent without your code.",
        "%(points)s points were spent without your code.",
        receipt.points_spent,
    )
    parts = [short % values]
    if receipt.clinic.phone:
        parts.append(_("Was it not you? Call %(phone)s") % values)
    text = " ".join(parts)
    return ComposedText(subject=_("Points were spent without a code"), body=text, short=text)


SPEND_CODE_EVENT = EventSpec(
    code=SPEND_CODE,
    kind=MessageKind.CODE,
    title=gettext_lazy("Code to spend points"),
    compose=compose_spend_code,
)
SPEND_OVERRIDDEN_EVENT = EventSpec(
    code=SPEND_OVERRIDDEN,
    kind=MessageKind.SERVICE,
    title=gettext_lazy("Points spent without a code"),
    compose=compose_spend_overridden,
)
