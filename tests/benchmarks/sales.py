"""Tiles and reports of sales over many receipts: `python -m tests.benchmarks.sales [--receipts 1000000]`.

Three years at two clinics: ten receipts a patient, three lines each of sixty doctors, one receipt in 33 refunded,
a third of the refunds in full. A tile is asked for its days and for the days before them; a report for its rows
and totals. Milliseconds, medians of turns.
"""

import argparse
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from django.core.management import call_command
from django.db import connection

from clinics.models import Clinic
from config import private_postgres
from loyalty.models import ProgramVersion
from loyalty.reports.registry import all_figures, all_reports
from loyalty.reports.report import Report
from loyalty.reports.scope import Days, Scope
from tests.benchmarks import harness
from tests.benchmarks.reports import medians
from tests.people import make_clinic
from tests.programs import publish_preset

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
TILES = ("revenue", "rpr", "aov", "effective_discount", "crr", "ltv")
REPORTS = (
    "summary", "revenue", "program_panel", "launch", "retention", "cohorts", "identification", "tiers",
    "doctor_returns", "channels",
)  # fmt: skip
SPANS = {
    "a day": Days(date(2026, 11, 20), date(2026, 11, 20)),
    "a month": Days(date(2026, 10, 1), date(2026, 10, 31)),
    "12 months": Days(date(2025, 12, 1), date(2026, 11, 30)),
}
# Receipts lie in the order of time; whose they are and what they cost follows from their number.
SALES = """
    set session_replication_role = replica;
    insert into clinics_doctor (id, code, name, is_active)
    select n, 'd' || n, 'Врач ' || n, true from generate_series(1, 60) n;
    insert into patients_patient (last_name, first_name, middle_name, email, preferred_channel, language, sex,
                                  home_clinic_id, status, source, note, created_at)
    select 'Иванова', 'Анна', n::text, '', 'SMS', 'ru', '', {clinic} + n % 2, 'CONTACT',
           (array['', 'site', 'telegram', 'partner'])[1 + n % 4], '', '{now}'
      from generate_series(1, {patients}) n;
    insert into loyalty_receipt (id, clinic_id, patient_id, source_system, document, revision, identified_by, channel,
                                 booked_online, paid_at, visit_closed_at, recorded_at, program_version_id, tier, price,
                                 discount, points_value, paid, points_spent, points_earned, proven_by, override_reason,
                                 explanation)
    select n, {clinic} + who % 2, first_id + who, 'desk', n::text, 1,
           (array['QR', 'CARD', 'PHONE', 'PHONE', 'NAME'])[1 + n % 5],
           (array['', 'site', 'telegram', 'partner'])[1 + who % 4], false, at, at, at, {version},
           (array['silver', 'gold'])[1 + who % 2], 3 * price, 3 * discount, 3 * points, 3 * (price - discount - points),
           3 * points, 0, '', '', '{{}}'
      from generate_series(1, {receipts}) n
     cross join (select min(id) as first_id from patients_patient) people
     cross join lateral (
           select mod(n::bigint * 7919 + n / {patients} * 31, {patients}) as who,
                  '{now}'::timestamptz - ({receipts} - n) * interval '1095 days' / {receipts} as at,
                  (500 + n % 977)::numeric as price, (n % 5 * 10)::numeric as discount, (n % 3 * 20)::numeric as points) one;
    insert into loyalty_receiptline (id, receipt_id, position, doctor_id, quantity, price, discount, points_value, paid,
                                     points_spent)
    select 3 * r.id + place, r.id, place, nullif((r.patient_id + place * (1 + r.id % 3)) % 61, 0), 1, r.price / 3,
           r.discount / 3, r.points_value / 3, r.paid / 3, r.points_spent / 3
      from loyalty_receipt r cross join generate_series(1, 3) place order by r.id, place;
    insert into loyalty_refund (id, receipt_id, key, portion, at, recorded_at, reason, note, money, points_returned,
                                points_taken, is_complete)
    select r.id, r.id, r.id::text, '{{}}', at, at, 'OTHER', '', case when r.id % 99 = 0 then r.paid else r.paid / 3 end,
           case when r.id % 99 = 0 then r.points_spent else r.points_spent / 3 end, 0, r.id % 99 = 0
      from loyalty_receipt r
     cross join lateral (select least(r.paid_at + (r.id % 40) * interval '1 day', '{now}') as at) back
     where r.id % 33 = 0;
    insert into loyalty_refundline (refund_id, line_id, price, money, points_returned)
    select f.id, l.id, l.price - l.discount, l.paid, l.points_spent
      from loyalty_refund f join loyalty_receiptline l on l.receipt_id = f.receipt_id
     where f.is_complete or l.position = 1;
    set session_replication_role = origin;
"""  # noqa: E501


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receipts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    server = harness.start_server()
    try:
        clinics = seed(server, receipts=options.receipts)
        for name, days in SPANS.items():
            print_times(name, _scope(clinics, days), rounds=options.rounds)
    finally:
        private_postgres.stop(server)


def seed(server: private_postgres.Server, *, receipts: int) -> tuple[Clinic, ...]:
    connection.close()
    database = connection.settings_dict
    database.update(NAME="sales", HOST=str(server.socket_dir), USER=private_postgres.SERVER_ROLE)
    harness.recreate(server, "sales")
    call_command("migrate", verbosity=0)
    clinics = make_clinic(), make_clinic("omsk", name="Омск")
    version: ProgramVersion = publish_preset()
    started = time.perf_counter()
    rows = SALES.format(
        clinic=clinics[0].pk,
        version=version.pk,
        patients=receipts // 10,
        receipts=receipts,
        now=NOW.isoformat(),
    )
    with connection.cursor() as cursor:
        for statement in rows.split(";"):
            if statement.strip():
                cursor.execute(statement)
        cursor.execute("vacuum analyze")
    print(f"{receipts} receipts written in {time.perf_counter() - started:.0f} s", flush=True)
    return clinics


def print_times(name: str, scope: Scope, *, rounds: int) -> None:
    def rows_and_totals(report: Report) -> None:
        for _row in report.rows(scope):
            pass
        report.totals(scope)

    acts: dict[str, Callable[[], Any]] = {
        f"tile {code}": partial(all_figures()[code].values, scope) for code in TILES
    } | {f"report {code}": partial(rows_and_totals, all_reports()[code]) for code in REPORTS}
    for title, act in acts.items():
        [took_ms] = medians([act], rounds=rounds)
        print(f"| {title}, {name} | {took_ms:.0f} ms |", flush=True)


def _scope(clinics: tuple[Clinic, ...], days: Days) -> Scope:
    return Scope(clinics=clinics, days=days, at=NOW, compared=days.before)


if __name__ == "__main__":
    main()
