"""Words the message about a gift: how many points, for what, and until when."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics.calendar import local_date
from clinics.number_texts import day_text, number_text
from loyalty.messages.events import GIFT_GIVEN
from loyalty.models import Lot, ProgramVersion
from loyalty.program.versions import compiled_version
from loyalty.texts.explanations import rule_title
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage


def compose_gift(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """None once nothing of the gift is left: it has been spent, taken back, or has burnt."""
    lots = Lot.objects.filter(entry__operation=message.context["operation"], remaining__gt=0)
    lot = lots.select_related("entry__operation").first()
    version = ProgramVersion.objects.filter(pk=message.context["version"]).first()
    if lot is None or version is None:
        return None
    explanation = lot.entry.operation.explanation or {}
    words = {
        "points": number_text(lot.amount),
        "gift": rule_title(compiled_version(version), explanation.get("rule", "")),
    }
    text = ngettext(
        "%(gift)s: we give you %(points)s bonus point.",
        "%(gift)s: we give you %(points)s bonus points.",
        lot.amount,
    )
    text %= words
    if lot.last_day is not None:
        today = local_date(at, message.patient.home_clinic.tz)
        text += " " + _("They work until %(day)s.") % {"day": day_text(lot.last_day, today=today)}
    return ComposedText(subject=_("A gift for you"), body=text, short=text)


GIFT_GIVEN_EVENT = EventSpec(
    code=GIFT_GIVEN, kind=MessageKind.SERVICE, title=gettext_lazy("Gift given"), compose=compose_gift
)
