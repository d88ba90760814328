"""Reports asked without a page: the scope of a person's filters, rows as lists."""

from django.http import QueryDict

from loyalty.reports.registry import find_report
from tests.programs import NOON


def scope_of(user, code, query="", *, at=NOON):
    report = find_report(code)
    filters = report.filters(QueryDict(query), user=user, permissions=report.permissions, at=at)
    assert filters.is_valid(), filters.errors
    return filters.scope()


def rows_of(user, code, query="", *, at=NOON):
    return [tuple(row) for row in find_report(code).rows(scope_of(user, code, query, at=at))]


def totals_of(user, code, query="", *, at=NOON):
    return tuple(find_report(code).totals(scope_of(user, code, query, at=at)))
