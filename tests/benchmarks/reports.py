"""Reports at scale on PostgreSQL: `python -m tests.benchmarks.reports [--entries 10000000]`.

Two years of points by month and kind, and what was open at the end of a day by the month it burns, through the
product against raw scans of the ledger, equal to the point; one day of rollups counted anew; a spreadsheet of
100 000 rows by 12 columns against XlsxWriter by itself. Medians of turns; memory is what the writing adds to its
process.
"""

import argparse
import functools
import io
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.core.management import call_command
from django.db import connection
from django.db.models import Sum

from clinics.calendar import end_of_day
from clinics.models import Clinic
from config import private_postgres
from loyalty.models import PointsDay
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.files.question import Question
from loyalty.reports.files.xlsx_file import FORMATS, OPTIONS, write_xlsx
from loyalty.reports.filters import ClinicFilters
from loyalty.reports.report import Report
from loyalty.reports.scope import Days, Scope
from loyalty.rollups.cohort_days import cohort_differences, read_cohorts
from loyalty.rollups.counting import (
    count_changed_days,
    differences,
    repair_cohort_days,
    repair_days,
    repair_open_days,
)
from loyalty.rollups.open_reading import open_points_on
from loyalty.rollups.reading import points_by_month
from tests.benchmarks import harness
from tests.people import make_clinic

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DAYS = 730
PATIENTS = 20_000
FIRST, LAST = date(2024, 11, 1), date(2026, 11, 30)
ROWS = 100_000
# In the order of time, groups of nine operations of one account: three earnings, spent twice and burnt from the
# earnings of the account's group before, a gift, an opening, the gift of before taken back by hand. A third of the
# lots burn by the account's date, the rest by days of their own.
LEDGER = """
    set session_replication_role = replica;
    insert into patients_patient (last_name, first_name, middle_name, email, preferred_channel, language, sex,
                                  home_clinic_id, status, source, note, created_at)
    select 'Иванова', 'Анна', n::text, '', 'SMS', 'ru', '', {clinic}, 'CONTACT', '', '', '{now}'
      from generate_series(1, {patients}) n;
    insert into loyalty_account (id, patient_id, unit, opened_at, rolling_until, rolling_expires_at, rolling_months)
    select id, id, 'POINTS', '{now}'::timestamptz - interval '{days} days', '2028-05-31', '2028-06-01', 24
      from patients_patient;
    insert into loyalty_operation (id, key, kind, source, reason, effective_at, recorded_at)
    select n, 'seed:' || n, (array['EARN','EARN','EARN','SPEND','SPEND','BURN','GIFT','OPENING','ADJUST'])[1 + n % 9],
           'DESK', '', '{now}'::timestamptz - ({last} - n) * interval '{days} days' / {last}, '{now}'
      from generate_series(9, {last}) n where n % 9 not in (3, 4, 5, 8) or n / 9 > {patients};
    insert into loyalty_entry (id, operation_id, account_id, units)
    select n, n, 1 + n / 9 % {patients},
           case when n % 9 in (3, 4, 5, 8) then -(1 + (n / 9 - {patients}) % 977) else 1 + n / 9 % 977 end
      from generate_series(9, {last}) n where n % 9 not in (3, 4, 5, 8) or n / 9 > {patients};
    insert into loyalty_lot (id, account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at)
    select n, 1 + n / 9 % {patients}, n, 1 + n / 9 % 977,
           case when n % 9 = 7 or n / 9 > {last} / 9 - {patients} then 1 + n / 9 % 977 else 0 end, true,
           '{now}', day, (day + 1)::timestamptz
      from generate_series(9, {last}) n
     cross join lateral (
           select case when n / 9 % 3 > 0 then '{now}'::date + 30 + n / 9 % 700 end as day) life
     where n % 9 not in (3, 4, 5, 8);
    insert into loyalty_allocation (entry_id, lot_id, units)
    select n, n - 9 * {patients} - (case when n % 9 = 8 then 2 else 3 end), -(1 + (n / 9 - {patients}) % 977)
      from generate_series(9, {last}) n where n % 9 in (3, 4, 5, 8) and n / 9 > {patients};
    set session_replication_role = origin;
"""  # noqa: E501
RAW = """
    select date_trunc('month', o.effective_at at time zone 'Europe/Moscow')::date, o.kind,
           coalesce(sum(e.units) filter (where e.units > 0), 0)::bigint,
           coalesce(sum(e.units) filter (where e.units < 0), 0)::bigint
      from loyalty_entry e join loyalty_operation o on o.id = e.operation_id
     group by 1, 2"""
# Of every lot what was not taken by the end of the day. Nothing was ever paid here: the account's date stays.
RAW_OPEN = """
    select date_trunc('month', coalesce(l.last_day, a.rolling_until))::date, sum(l.amount + coalesce(taken.units, 0))::bigint
      from loyalty_lot l
      join loyalty_account a on a.id = l.account_id
      join loyalty_entry e on e.id = l.entry_id
      join loyalty_operation o on o.id = e.operation_id
      left join (
           select x.lot_id, sum(x.units) as units
             from loyalty_allocation x
             join loyalty_entry e on e.id = x.entry_id
             join loyalty_operation o on o.id = e.operation_id
            where o.effective_at < %(end)s group by x.lot_id) taken on taken.lot_id = l.id
     where o.effective_at < %(end)s and l.amount + coalesce(taken.units, 0) > 0
     group by 1"""  # noqa: E501


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        clinic = seed(server, entries=options.entries)
        print_months(clinic, rounds=options.rounds)
        print_open_points(clinic, rounds=options.rounds)
        print_one_day(clinic, rounds=options.rounds * 4)
        print_spreadsheet(rounds=options.rounds)
    finally:
        private_postgres.stop(server)


def seed(server: private_postgres.Server, *, entries: int) -> Clinic:
    connection.close()
    database = connection.settings_dict
    database.update(NAME="reports", HOST=str(server.socket_dir), USER=private_postgres.SERVER_ROLE)
    harness.recreate(server, "reports")
    call_command("migrate", verbosity=0)
    clinic = make_clinic()
    started = time.perf_counter()
    rows = LEDGER.format(
        clinic=clinic.pk,
        patients=min(PATIENTS, entries // 90),
        last=entries // 9 * 9 + 8,  # whole groups
        days=DAYS,
        now=NOW.isoformat(),
    )
    with connection.cursor() as cursor:
        for statement in rows.split(";"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("vacuum analyze")
    print(f"{entries} entries written in {time.perf_counter() - started:.0f} s", flush=True)
    started = time.perf_counter()
    days = count_changed_days(clinic=clinic, at=NOW)
    print(f"{len(days)} days counted at first in {time.perf_counter() - started:.0f} s", flush=True)
    return clinic


def print_months(clinic: Clinic, *, rounds: int) -> None:
    def through_product() -> Any:
        months = points_by_month(clinic_ids=[clinic.pk], first=FIRST, last=LAST)
        return {(month, kind): (m.credit, m.debit) for month, kinds in months.items() for kind, m in kinds.items()}

    def raw() -> Any:
        with connection.cursor() as cursor:
            cursor.execute(RAW)
            return {(month, kind): (credit, debit) for month, kind, credit, debit in cursor.fetchall()}

    assert through_product() == raw()
    product_ms, raw_ms = medians([through_product, raw], rounds=rounds)
    print(f"| points by month and kind, 24 months | {product_ms:.1f} ms | raw scan {raw_ms:.0f} ms |"
          f" {raw_ms / product_ms:.0f}x |")  # fmt: skip


def print_open_points(clinic: Clinic, *, rounds: int) -> None:
    def through_product(day: date) -> Any:
        return {one.month: one.points for one in open_points_on(day, clinics=[clinic])}

    def raw(day: date) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(RAW_OPEN, {"end": end_of_day(day, clinic.tz)})
            return dict(cursor.fetchall())

    for name, day in (("a past day", LAST - timedelta(days=200)), ("today", NOW.date())):
        assert through_product(day) == raw(day)
        product_ms, raw_ms = medians(
            [functools.partial(through_product, day), functools.partial(raw, day)], rounds=rounds
        )
        print(f"| open points of {name} by the month they burn | {product_ms:.1f} ms | raw scan {raw_ms:.0f} ms |"
              f" {raw_ms / product_ms:.0f}x |")  # fmt: skip


def print_one_day(clinic: Clinic, *, rounds: int) -> None:
    day, yesterday = LAST - timedelta(days=200), NOW.date() - timedelta(days=1)
    moved_ms, open_ms, cohort_ms = medians(
        [
            lambda: repair_days(clinic=clinic, days=[day], at=NOW),
            lambda: repair_open_days(clinic=clinic, first=yesterday, last=yesterday, at=NOW),
            lambda: repair_cohort_days(clinic=clinic, days=[day], at=NOW),
        ],
        rounds=rounds,
    )
    assert not [*differences(clinic=clinic, first=FIRST, last=LAST)]
    assert not [*cohort_differences(clinic=clinic, first=FIRST, last=LAST)]
    entries = PointsDay.objects.filter(clinic=clinic, day=day).aggregate(sum=Sum("entries"))["sum"]
    print(f"| one day of points counted anew, {entries} entries of it | {moved_ms:.1f} ms | | |")
    print(f"| the same day of points by month of issue | {cohort_ms:.1f} ms | | |")
    print(f"| yesterday's open points stored anew | {open_ms:.1f} ms | | |")
    [read_ms] = medians([lambda: read_cohorts([clinic])], rounds=rounds)
    print(f"| issued, burnt and open points by month of issue | {read_ms:.1f} ms | | |")


class Wide(Report):
    code = "wide"
    title = "Строки"
    filters = ClinicFilters
    columns = tuple(
        Column(f"c{number}", f"Столбец {number}", unit)
        for number, unit in enumerate(
            [Unit.TEXT, Unit.MOMENT, Unit.TEXT, Unit.TEXT, Unit.PHONE, *[Unit.MONEY] * 6, Unit.POINTS]
        )
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        return plain_rows()


def plain_rows() -> Iterator[Row]:
    money = [Decimal(number).scaleb(-2) for number in range(1, 7)]
    for number in range(ROWS):
        yield (str(number), NOW, "Мытищи", f"Иванова Анна {number}", "+79161234567", *money, number)


def print_spreadsheet(*, rounds: int) -> None:
    scope = Scope(clinics=tuple(Clinic.objects.all()), days=Days(FIRST, LAST), at=NOW)
    question = Question(report=Wide(), scope=scope, has_personal_data=True)

    def product() -> None:
        write_xlsx(io.BytesIO(), [question], asked_by="")

    before = memory_mb()
    product()
    grown = memory_mb() - before
    product_ms, own_ms = medians([product, xlsxwriter_alone], rounds=rounds)
    print(f"| xlsx of {ROWS} rows by 12 columns | {product_ms / 1000:.1f} s, {grown:.0f} MB |"
          f" XlsxWriter alone {own_ms / 1000:.1f} s | {product_ms / own_ms:.2f} of its time |")  # fmt: skip


def xlsxwriter_alone() -> None:
    """The same cells, written by hand in the order of the columns."""
    with xlsxwriter.Workbook(io.BytesIO(), OPTIONS) as workbook:
        sheet = workbook.add_worksheet()
        moment, money, points = (
            workbook.add_format({"num_format": FORMATS[unit]}) for unit in (Unit.MOMENT, Unit.MONEY, Unit.POINTS)
        )
        for row, (number, at, clinic, patient, phone, *sums, earned) in enumerate(plain_rows()):
            sheet.write_string(row, 0, number)
            sheet.write_datetime(row, 1, at.replace(tzinfo=None), moment)
            sheet.write_string(row, 2, clinic)
            sheet.write_string(row, 3, patient)
            sheet.write_string(row, 4, phone)
            for column, value in enumerate(sums, start=5):
                sheet.write_number(row, column, value, money)
            sheet.write_number(row, 11, earned, points)


def medians(acts: list[Callable[[], Any]], *, rounds: int) -> list[float]:
    """Milliseconds, of acts that take turns."""
    times: list[list[float]] = [[] for _act in acts]
    for _round in range(rounds):
        for number, act in enumerate(acts):
            started = time.perf_counter()
            act()
            times[number].append((time.perf_counter() - started) * 1000)
    return [statistics.median(one) for one in times]


def memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
