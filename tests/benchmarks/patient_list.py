"""The list of patients against Django's stock changelist: `python -m tests.benchmarks.patient_list`.

Both over the same 1 000 000 patients, the same columns and rows per page, through the whole handler by the test
client, in turns. Prints markdown: medians of time and CPU, queries, the median of each visit's slowest query.
"""

import argparse
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import include, path

from clinics.admin_pages import PortalAdmin
from clinics.models import Clinic
from config import private_postgres
from config.admin_site import PortalAdminSite
from patients.models import Patient
from tests.benchmarks import harness
from tests.benchmarks.harness import Sample
from tests.people import make_clinic, make_staff

CLINICS = 20
SEEN = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
PHONE_OF = "'+79' || lpad(((n::bigint * 7919) % 1000000000)::text, 9, '0')"
# Every hundredth is an Иванова; the other surnames are 40 000, some 25 people each; one name is of nobody else.
PEOPLE = f"""
    with words as (
      select array['Петров','Сидор','Смирн','Кузнец','Попов','Соколов','Лебед','Козлов','Новиков','Мороз','Волков',
                   'Соловьёв','Васильев','Зайцев','Павлов','Семён','Голуб','Виноград','Богдан','Ежов'] as stems,
             array['Анна','Мария','Елена','Ольга','Иван','Пётр','Сергей','Алексей','Дмитрий','Наталья','Ирина',
                   'Татьяна'] as names,
             array['Ивановна','Петровна','Сергеевна','Алексеевна','Дмитриевна','Андреевна','Игоревна'] as fathers)
    insert into patients_patient (last_name, first_name, middle_name, phone, email, preferred_channel, language,
                                  sex, home_clinic_id, status, joined_at, source, note, created_at)
    select case when n = %(people)s / 2 then 'Редкозубова'
                when n %% 100 = 0 then 'Иванова'
                else stems[1 + n / 3 %% 20] || translate((n / 20 %% 2000)::text, '0123456789', 'абвгдежзик') end,
           names[1 + n / 7 %% 12], fathers[1 + n / 11 %% 7], {PHONE_OF.replace("%", "%%")}, '', 'SMS', 'ru', '',
           (select min(id) from clinics_clinic) + n %% %(clinics)s, 'MEMBER', %(seen)s, '', '', %(seen)s
      from words, generate_series(1, %(people)s) n"""
CARDS = """
    insert into patients_card (patient_id, number, status, issued_at, close_reason)
    select id, lpad(id::text, 8, '0'), 'ACTIVE', %(seen)s, '' from patients_patient"""


class StockPatients(admin.ModelAdmin):
    """What a project writes first; everything else is Django's."""

    list_display = ("last_name", "first_name", "phone", "status", "home_clinic")
    list_filter = ("status",)
    list_select_related = ("home_clinic",)
    search_fields = ("phone", "last_name", "first_name", "middle_name")
    list_per_page = PortalAdmin.list_per_page


# With the addresses that the header of every page names; what is measured is the page's own class.
STOCK = PortalAdminSite("stock")
STOCK.register(Patient, StockPatients)
urlpatterns = [path("stock/", STOCK.urls), path("", include("config.urls"))]


@dataclass(slots=True)
class Measured:
    """One page of one contender. `slowest` holds the milliseconds of the slowest query of each visit."""

    address: str
    client: Client
    at_once: int  # visits that are measured together: one of ours is shorter than a tick of the CPU's clock
    samples: list[Sample] = field(default_factory=list)
    slowest: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def milliseconds(self) -> float:
        return statistics.median(1e3 / sample.per_second for sample in self.samples)

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU, of the web process and the database together."""
        return statistics.median(sample.cpu_us / 1e3 for sample in self.samples)

    def visit(self) -> int:
        for _visit in range(self.at_once):
            with timed_queries() as taken:
                answer = self.client.get(self.address)
            if answer.status_code != 200:
                raise RuntimeError(f"{self.address}: {answer.status_code}")
            self.queries = len(taken)
            self.slowest.append(max(taken))
        return self.at_once


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    settings.ROOT_URLCONF = __name__
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    server = harness.start_server()
    try:
        seed(server, people=options.people)
        compare(server, people=options.people, rounds=options.rounds)
    finally:
        connection.close()
        private_postgres.stop(server)


def seed(server: private_postgres.Server, *, people: int) -> None:
    harness.recreate(server, "patient_list")
    connection.settings_dict["NAME"] = "patient_list"
    call_command("migrate", verbosity=0)
    for number in range(CLINICS):
        make_clinic(f"clinic-{number}", name=f"Клиника {number}")
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE, {"people": people, "clinics": CLINICS, "seen": SEEN})
        cursor.execute(CARDS, {"seen": SEEN})
    connection.close()
    with harness.connect(server, "patient_list") as raw:
        raw.execute("vacuum analyze")
        raw.execute("checkpoint")


def compare(server: private_postgres.Server, *, people: int, rounds: int) -> None:
    one = Patient.objects.get(last_name="Редкозубова")
    phone = str(one.phone)
    cases = {
        "first page": {},
        "whole phone": {"q": phone},
        "last 6 digits of a phone": {"q": phone[-6:]},
        "rare name": {"q": "Редкозубова"},
        "common name (1 of 100)": {"q": "Иванова"},
        "nobody's name": {"q": "Ярославцева"},
        "deepest page": {"p": "100"},
    }
    root = logged_in(User.objects.create_superuser("root", password="clinic-pass-1"))
    rita = logged_in(make_staff("rita", "receptionist", clinics=[Clinic.objects.order_by("id")[0]]))
    print(f"\n{people} patients, {PortalAdmin.list_per_page} rows a page, {rounds} rounds\n")
    print("| page | stock ms | list ms | times faster | stock CPU ms | list CPU ms | times less CPU | queries |"
          " slowest query, ms | one clinic of 20, ms | foreign CPU |")  # fmt: skip
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    for case, query in cases.items():
        address = f"patients/patient/?{urlencode(query)}"
        stock = Measured(f"/stock/{address}", root, at_once=1)
        ours = Measured(f"/admin/{address}", root, at_once=10)
        narrow = Measured(f"/admin/{address}", rita, at_once=10)
        for got in (stock, ours, narrow):
            got.visit()
            got.slowest.clear()
        for _round in range(rounds):
            for got in (stock, ours, narrow):
                got.samples.append(harness.measure(server, got.visit))
        print_row(case, stock=stock, ours=ours, narrow=narrow)


def print_row(case: str, *, stock: Measured, ours: Measured, narrow: Measured) -> None:
    pairs = list(zip(stock.samples, ours.samples, strict=True))
    faster = statistics.median(other.per_second / base.per_second for base, other in pairs)
    foreign = statistics.median(sample.foreign for pair in pairs for sample in pair)
    slowest = max(statistics.median(got.slowest) for got in (ours, narrow))
    print(
        f"| {case} | {stock.milliseconds:.0f} | {ours.milliseconds:.1f} | **{faster:.0f}** | {stock.cpu:.0f} |"
        f" {ours.cpu:.1f} | **{harness.median_ratio(stock.samples, ours.samples):.0f}** | {ours.queries} |"
        f" {slowest:.1f} | {narrow.milliseconds:.1f} | {foreign:.2f} |"
    )


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="clinics.role_backend.RoleBackend")
    return client


@contextmanager
def timed_queries() -> Iterator[list[float]]:
    """Milliseconds of every query, as the client waits for it."""
    taken: list[float] = []

    def wrapper(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            taken.append((time.perf_counter() - started) * 1e3)

    with connection.execute_wrapper(wrapper):
        yield taken


if __name__ == "__main__":
    main()
