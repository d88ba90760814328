"""The patient's whole history: every point that came or went, with its reason, month by month."""

from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from clinics import clock
from loyalty.ledger.balance import read_holdings
from loyalty.ledger.statement import Part
from loyalty.models import Standing
from patients.cabinet.access import patient_page
from patients.cabinet.history_texts import HistoryRow
from patients.cabinet.operations import find_program, read_operations, service_names, worded
from patients.models import Patient
from patients.preferences import preferences_of

PAGE_ROWS = 30
# An entry's number has fewer digits than this.
LONGEST_NUMBER = 18
FILTERS: dict[str, tuple[Part, str | Promise, str | Promise]] = {
    "": (Part.MOVED, pgettext_lazy("operations", "All"), ""),
    "earned": (Part.EARNED, _("Earned"), _("Nothing has been earned yet. The first points come after a visit.")),
    "spent": (
        Part.SPENT,
        _("Spent"),
        _("Nothing has been spent yet. Points can pay for a part of the next visit."),
    ),
    "burnt": (Part.BURNT, pgettext_lazy("points", "Burnt"), _("Nothing has burnt.")),
}


@dataclass(frozen=True, slots=True)
class Month:
    title: str
    rows: list[HistoryRow]


@dataclass(frozen=True, slots=True)
class Filter:
    title: str | Promise
    url: str
    is_current: bool


@require_safe
@patient_page
def history(request: HttpRequest, patient: Patient) -> HttpResponse:
    """One page; the next begins before its last row, so its cost does not grow with the history."""
    chosen = request.GET.get("part", "")
    chosen = chosen if chosen in FILTERS else ""
    before_id = _number(request.GET.get("before", ""))
    rows, older_than = _page(patient, part=FILTERS[chosen][0], before_id=before_id)
    context = {
        "filters": [
            Filter(title=title, url=_address(part=key), is_current=key == chosen)
            for key, (_part, title, _empty) in FILTERS.items()
        ],
        "months": _months(rows),
        "empty": FILTERS[chosen][2],
        "newest_url": _address(part=chosen) if before_id else "",
        "more_url": _address(part=chosen, before=str(older_than)) if older_than else "",
    }
    return render(request, "cabinet/history.html", context)


def _page(patient: Patient, *, part: Part, before_id: int | None) -> tuple[list[HistoryRow], int | None]:
    """The rows, and before which entry the next page begins, if there is one."""
    standing = Standing.objects.filter(patient=patient).select_related("account").first()
    if standing is None:
        return [], None
    at = clock.now()
    operations = read_operations(account_id=standing.account_id, count=PAGE_ROWS, part=part, before_id=before_id)
    rows = worded(
        operations,
        standing=standing,
        holdings=read_holdings(account_id=standing.account_id, at=at),
        program=find_program(at),
        tz=patient.home_clinic.tz,
        at=at,
        services=service_names(operations) if preferences_of(patient.pk).shows_services else {},
    )
    return rows, operations.rows[-1].entry_id if operations.has_more else None


def _months(rows: list[HistoryRow]) -> list[Month]:
    """A page begins with what was written down last: a receipt that came late stands in the month of its visit."""
    by_day = sorted(rows, key=lambda row: row.day, reverse=True)
    return [
        Month(title=month, rows=list(of_month))
        for month, of_month in groupby(by_day, key=lambda row: date_format(row.day, "F Y"))
    ]


def _number(text: str) -> int | None:
    """None for anything that cannot be an entry's number: the page then begins with the newest row."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER else None


def _address(**parameters: str) -> str:
    query = urlencode({key: value for key, value in parameters.items() if value})
    return reverse("cabinet_history") + (f"?{query}" if query else "")
