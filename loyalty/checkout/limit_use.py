"""Counts what limited rules have given: budgets are never overspent, also in parallel.

A quote reads the counts without a lock; posting adds to them by one statement that refuses to pass a limit, so
the last points of a budget go to one of two desks and the other one sees a new quote. Points of earning rules,
kopecks of promotions.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Greatest

from clinics import audit
from clinics.models import Clinic
from loyalty.models import LimitUse
from loyalty.rules.limits import Limit, LimitKind, Used, period_start

WARNING_PERCENT = 80
# Sorted: two postings lock budgets in one order.
ADD = """
    insert into loyalty_limituse (rule_code, kind, patient_id, clinic_id, period_start, used, amount)
    select rule_code, kind, patient_id, clinics_clinic.id, period_start, given, amount
      from unnest(%s::text[], %s::text[], %s::bigint[], %s::text[], %s::date[], %s::bigint[], %s::bigint[])
           as wanted (rule_code, kind, patient_id, clinic, period_start, given, amount)
      left join clinics_clinic on clinics_clinic.code = wanted.clinic
     order by kind, rule_code, patient_id, clinic, period_start
    on conflict on constraint limit_use_place do update
       set used = loyalty_limituse.used + excluded.used, amount = excluded.amount"""
TAKE = f"""{ADD}
     where loyalty_limituse.used + excluded.used <= excluded.amount
    returning rule_code, kind, used, amount"""


class LimitUsedUp(Exception):
    """Since the quote somebody else has taken what was left. Nothing was counted."""


@dataclass(frozen=True, slots=True)
class ReceiptPlace:
    """Whose receipt it is, where and when: decides which counts it adds to. `day` is the clinic's."""

    patient_id: int
    clinic: str  # code
    day: date


class UsePlace(NamedTuple):
    """Which count a limit has: the identity of a row."""

    rule_code: str
    kind: LimitKind
    patient_id: int | None
    clinic: str | None
    period_start: date


def use_place(limit: Limit, place: ReceiptPlace) -> UsePlace:
    """Where a receipt counts against a limit."""
    return UsePlace(
        rule_code=limit.rule_code,
        kind=limit.kind,
        patient_id=place.patient_id if limit.kind is LimitKind.PATIENT else None,
        clinic=place.clinic if limit.per_clinic else None,
        period_start=period_start(limit.period, place.day),
    )


def read_used(limits: Iterable[Limit], place: ReceiptPlace) -> Used:
    """What limits have given before, by one query; none when there are no limits. Locks nothing."""
    keys = {use_place(limit, place): limit.key for limit in limits}
    if not keys:
        return {}
    rows = LimitUse.objects.filter(
        Q(patient=None) | Q(patient_id=place.patient_id),
        rule_code__in={where.rule_code for where in keys},
        period_start__in={where.period_start for where in keys},
    )
    found = counts(rows)
    return {key: found[where] for where, key in keys.items() if where in found}


def counts(uses: QuerySet[LimitUse]) -> dict[UsePlace, int]:
    """What is used, by place."""
    rows = uses.values_list("rule_code", "kind", "patient_id", "clinic__code", "period_start", "used")
    return {
        UsePlace(code, LimitKind(kind), patient_id, clinic, start): used
        for code, kind, patient_id, clinic, start, used in rows
    }


def take(limits: Iterable[Limit], given: Callable[[str], int], place: ReceiptPlace, *, at: datetime) -> None:
    """Count what rules give, by rule code; in the caller's transaction, after the account's lock.

    Locks the counts it adds to, in one order. Raises LimitUsedUp.
    """
    wanted = sorted(
        ((limit, amount) for limit in limits if (amount := given(limit.rule_code))),
        key=lambda item: (item[0].kind, item[0].rule_code),
    )
    if not wanted:
        return
    with connection.cursor() as cursor:
        rows = [(use_place(limit, place), amount, limit.amount) for limit, amount in wanted]
        cursor.execute(TAKE, columns_of(rows))
        counted = cursor.fetchall()
    if len(counted) < len(wanted):
        raise LimitUsedUp
    given_by = {limit.key: amount for limit, amount in wanted}
    for code, kind, used, amount in counted:
        if kind == LimitKind.BUDGET:
            before = used - given_by[code, LimitKind.BUDGET]
            _warn(code, before=before, used=used, amount=amount, clinic=place.clinic, at=at)


def give_back(limits: Iterable[Limit], returned: Mapping[str, int], place: ReceiptPlace) -> None:
    """Uncount what a refund takes back, by rule code; in the caller's transaction, after the account's lock.

    `limits` are those of the program version that posted the receipt, `place` is the receipt's own.
    """
    for limit in sorted(limits, key=lambda limit: (limit.kind, limit.rule_code)):
        amount = returned.get(limit.rule_code, 0)
        if amount:
            where = use_place(limit, place)
            uses = LimitUse.objects.filter(
                rule_code=where.rule_code,
                kind=where.kind.value,
                clinic__code=where.clinic,
                period_start=where.period_start,
            )
            if where.patient_id is not None:
                uses = uses.filter(patient=where.patient_id)
            uses.update(used=Greatest(F("used") - amount, 0))


def columns_of(rows: Iterable[tuple[UsePlace, int, int]]) -> list[list[object]]:
    """Arguments of ADD and TAKE: where, how much is given, and the limit as it is now."""
    flat = [(where.rule_code, where.kind.value, *where[2:], given, amount) for where, given, amount in rows]
    return [list(column) for column in zip(*flat, strict=True)]


def _warn(code: str, *, before: int, used: int, amount: int, clinic: str, at: datetime) -> None:
    """Once when a budget passes 80 %, and once when it is spent."""
    for event, percent in (("budget.warning", WARNING_PERCENT), ("budget.spent", 100)):
        if before * 100 < amount * percent <= used * 100:
            details = {"rule": code, "used": used, "amount": amount}
            audit.record(code=event, at=at, actor=None, clinic=Clinic.objects.get(code=clinic), details=details)
