"""Words the reminder before points burn, at sending, from what the ledger then says.

Nothing medical stands in it: no service, no doctor. Amounts are the points' value in roubles.
"""

from datetime import date, datetime

from django.utils.formats import date_format, number_format
from django.utils.translation import gettext_lazy, ngettext, pgettext

from loyalty.ledger.balance import read_holdings
from loyalty.messages.events import POINTS_BURNING_SOON
from loyalty.messages.letters import letter
from loyalty.program.versions import current_program
from notifications.events import ComposedText, EventSpec
from notifications.models import MessageKind, OutboxMessage
from notifications.sms_parts import count_parts, plain


def compose_burning_soon(message: OutboxMessage, at: datetime) -> ComposedText | None:
    """What burns on the last day of the context and can still be spent; None when that is nothing any more."""
    last_day = date.fromisoformat(message.context["last_day"])
    holdings = read_holdings(account_id=message.context["account"], at=at)
    burning = sum(day.points for day in holdings.schedule if day.last_day == last_day)
    roubles = _roubles(min(burning, holdings.spendable), at)
    if roubles <= 0:
        return None
    clinic = message.patient.home_clinic
    values = {
        "amount": number_format(roubles, force_grouping=True),
        "day": date_format(last_day, "j E"),
        "short_day": date_format(last_day, pgettext("day of a text message", "j M")),
        "link": clinic.booking_url,
    }
    subject = ngettext(
        "%(amount)s bonus rouble burns on %(day)s", "%(amount)s bonus roubles burn on %(day)s", roubles
    )
    lead = ngettext(
        "%(day)s is the last day to spend %(amount)s bonus rouble. It can pay for a part of your visit.",
        "%(day)s is the last day to spend %(amount)s bonus roubles. They can pay for a part of your visit.",
        roubles,
    )
    return ComposedText(
        subject=subject % values,
        body=letter(message.patient, lead % values),
        short=_burning_sms(roubles, values),
    )


def _burning_sms(roubles: int, values: dict[str, str]) -> str:
    """With the booking link if all of it fits into one SMS."""
    short = ngettext(
        "%(amount)s bonus rouble burns on %(short_day)s.",
        "%(amount)s bonus roubles burn on %(short_day)s.",
        roubles,
    )
    with_link = ngettext(
        "%(amount)s bonus rouble burns on %(short_day)s. Book: %(link)s",
        "%(amount)s bonus roubles burn on %(short_day)s. Book: %(link)s",
        roubles,
    )
    text = with_link % values
    return text if values["link"] and count_parts(plain(text)) == 1 else short % values


def _roubles(points: int, at: datetime) -> int:
    """Whole roubles that the points are worth in the program in force."""
    return points * current_program(at=at).program.point_value_kopecks // 100


POINTS_BURNING_SOON_EVENT = EventSpec(
    code=POINTS_BURNING_SOON,
    kind=MessageKind.SERVICE,
    title=gettext_lazy("Points burn soon"),
    compose=compose_burning_soon,
)
