"""Why a text that was typed finds nobody, or too many to choose from, and what to type instead."""

from django.utils.translation import gettext as _

from clinics import clock
from clinics.calendar import local_date
from clinics.number_texts import day_text
from patients.card_numbers import format_card
from patients.models import Card
from patients.phone import format_phone
from patients.search import SearchResult
from patients.search_text import FoundBy


def missed_text(found: SearchResult) -> str:
    """Empty when there is somebody to choose."""
    if found.closed_card is not None:
        return _closed_card_text(found.closed_card)
    if found.has_more:
        return _too_many_text(found)
    return "" if found.patients else _nobody_text(found)


def _nobody_text(found: SearchResult) -> str:
    if found.phone:
        text = _("Nobody has the number %(phone)s. Check the digits or find by name.")
        return text % {"phone": format_phone(found.phone)}
    if found.wrong_card:
        text = _(
            "The card number %(card)s has a mistake: its last digit does not fit. "
            "Check the digits or find by phone."
        )
        return text % {"card": format_card(found.wrong_card)}
    if found.found_by in {FoundBy.CARD, FoundBy.QR}:
        return _("There is no such card. Check the digits or find by phone.")
    return _("Nothing found. Check the last name or type the phone.")


def _too_many_text(found: SearchResult) -> str:
    if found.found_by is FoundBy.NAME and not found.phone_end:
        return _("More than 10 found. Add the first name or the last 4 digits of the phone.")
    return _("More than 10 found. Add the last name or type the whole phone.")


def _closed_card_text(card: Card) -> str:
    at = clock.now()
    tz = card.patient.home_clinic.tz
    day = day_text(local_date(card.closed_at or at, tz), today=local_date(at, tz))
    if card.close_reason:
        return _("The card was closed on %(day)s: %(reason)s. Find by phone.") % {
            "day": day,
            "reason": card.close_reason,
        }
    return _("The card was closed on %(day)s. Find by phone.") % {"day": day}
