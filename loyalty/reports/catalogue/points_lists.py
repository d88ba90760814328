"""Points one by one: open ones by account, issued ones by operation."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Protocol, TypeVar

import django_filters
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clinics.models import Clinic
from loyalty.figures.sold import segment_ids
from loyalty.models import Account
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.filters import DayFilters, PointsFilters, day_filter
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from loyalty.rollups.issued_lots import list_issued_lots
from loyalty.rollups.open_reading import OpenOfAccount, list_open_points

PERMISSIONS = (VIEW_REPORTS, "patients.view_patient")
PORTION = 2_000


class OfAccount(Protocol):
    @property
    def account_id(self) -> int: ...


Kind = TypeVar("Kind", bound=OfAccount)


class OpenFilters(DayFilters):
    month = day_filter(_("Burn in the month of"))
    lasting = django_filters.ChoiceFilter(
        label=_("Day of burning"), empty_label=_("Any"), choices=[("no_day", _("no day"))]
    )


class OpenList(Report):
    code = "open_points"
    title = _("Open points by account")
    lead = _("Who holds the points that are open at the end of the day, and when they burn.")
    section = _("Points")
    order = 291
    opens = "loyalty.account"
    permissions = PERMISSIONS
    filters = OpenFilters
    columns = (
        Column("account", _("Account"), Unit.TEXT),
        Column("month", _("Burn in"), Unit.MONTH, unknown=_("no day")),
        Column("clinic", _("Home clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column(
            "points", _("Points"), Unit.POINTS,
            _("Of a past day points without a day of their own stand in the month that is known now."),
        ),
        Column("waiting", _("Wait for their visit"), Unit.POINTS),
    )  # fmt: skip

    def rows(self, scope: Scope) -> Iterator[Row]:
        for one, account in _with_accounts(self._asked(scope)):
            clinic, name, phone = _owner(account)
            yield (str(one.account_id), one.month, str(clinic or ""), name, phone, one.points, one.waiting)

    def totals(self, scope: Scope) -> Row:
        found = self._asked(scope)
        sums = (sum(one.points for one in found), sum(one.waiting for one in found))
        return (None, None, None, None, None, *sums)

    def count(self, scope: Scope) -> int:
        return len(self._asked(scope))

    def _asked(self, scope: Scope) -> list[OpenOfAccount]:
        month = scope.choices.get("month")
        only_lasting = scope.choices.get("lasting") == "no_day"
        return [
            one
            for one in list_open_points(scope.days.last, clinics=scope.clinics, patient_ids=segment_ids(scope))
            if (month is None or one.month == month.replace(day=1)) and not (only_lasting and one.month)
        ]


class IssuedList(Report):
    code = "issued_points"
    title = _("Points issued and what became of them")
    lead = _("Of each operation that gave points in the period: how many have burnt and how many are still open.")
    section = _("Points")
    order = 292
    opens = "loyalty.operation"
    permissions = (*PERMISSIONS, "loyalty.view_operation")
    filters = PointsFilters
    columns = (
        Column("number", _("Operation"), Unit.TEXT),
        Column("at", _("When"), Unit.MOMENT, _("When it had its effect, by the clock of the home clinic.")),
        Column("clinic", _("Home clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("issued", _("Issued"), Unit.POINTS),
        Column("burnt", _("Burnt"), Unit.POINTS, _("So far, also where the points had moved to another card.")),
        Column("open", pgettext_lazy("of points", "Open"), Unit.POINTS),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        for one, account in _with_accounts(list_issued_lots(scope.spans())):
            clinic, name, phone = _owner(account)
            at = one.at.astimezone(clinic.tz) if clinic is not None else one.at
            yield (
                str(one.operation_id), at, str(clinic or ""), name, phone, one.issued, one.burnt, one.open
            )  # fmt: skip

    def totals(self, scope: Scope) -> Row:
        found = list_issued_lots(scope.spans())
        sums = [sum(getattr(one, name) for one in found) for name in ("issued", "burnt", "open")]
        return (None, None, None, None, None, *sums)

    def count(self, scope: Scope) -> int:
        return len(list_issued_lots(scope.spans()))


def _with_accounts(found: Sequence[Kind]) -> Iterator[tuple[Kind, Account]]:
    """With their owners, read in portions."""
    left = iter(found)
    while portion := list(islice(left, PORTION)):
        accounts = Account.objects.select_related(
            "patient__home_clinic", "household__contact__home_clinic"
        ).in_bulk({one.account_id for one in portion})
        for one in portion:
            yield one, accounts[one.account_id]


def _owner(account: Account) -> tuple[Clinic | None, str, str | None]:
    """Home clinic, name, phone: of a household the clinic of whom to call."""
    if account.patient is not None:
        return account.patient.home_clinic, str(account.patient), account.patient.phone
    contact = account.household.contact if account.household is not None else None
    return (contact.home_clinic if contact is not None else None), str(account.household), None
