"""Kill -9 a worker in the middle of an import asked for in the admin: the next one completes it, counting once."""

import sys

import pytest
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import Now

from clinics.models import AuditEvent
from loyalty.imports.runs import running
from loyalty.imports.runs.asking import NewImport, ask, confirm
from loyalty.models import Account, ImportFile, ImportRow, ImportRun, Receipt
from patients.models import Patient
from tests.killed import run_killed
from tests.people import make_clinic
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db(transaction=True)


def ask_for(kind, header, *rows):
    return ask(
        NewImport(
            kind=kind,
            file_name="file.csv",
            content="\n".join([header, *rows]).encode(),
            clinic=make_clinic(),
            source="oldcrm",
            program_version=publish_preset("dentistry"),
        ),
        actor=None,
        at=NOON,
    )


def work():
    running.run_waiting(now=lambda: NOON)


def killed_worker(fail_point):
    database = connection.settings_dict["NAME"]
    command = [sys.executable, "-m", "tests.imports.run_child", database, NOON.isoformat()]
    run_killed(command, fail_point=fail_point, seconds=120)
    ImportRun.objects.update(claimed_until=Now())


def test_killed_preview_is_done_anew_and_keeps_every_row_once():
    run = ask_for("PATIENTS", "key;last_name", "1;Иванова", "2;Петрова")

    killed_worker("imports.run.before_preview_ends")
    left = ImportRow.objects.count()
    work()

    run.refresh_from_db()
    assert (left, ImportRow.objects.count(), Patient.objects.count()) == (0, 2, 0)
    assert (run.state, run.counts["created"], run.outcomes) == ("DONE", 2, {"NEW": 2})


@pytest.mark.parametrize(
    ("fail_point", "written"),
    [
        ("imports.patients.in_batch:2", 500),
        ("imports.patients.after_batch:2", 1_000),
        ("imports.run.before_writing_ends", 1_001),
    ],
)
def test_killed_writing_is_completed_and_counts_what_was_written_before(fail_point, written):
    rows = [f"{n};Иванова{n};{n % 7 * 10}" for n in range(1_001)]
    run = ask_for("PATIENTS", "key;last_name;balance", *rows, "1001;;5")
    work()
    confirm(run_id=run.pk, actor=None, at=NOON)

    killed_worker(fail_point)
    assert Patient.objects.count() == written
    work()

    run.refresh_from_db()
    assert run.counts == {"read": 1_002, "created": 1_001, "updated": 0, "unchanged": 0, "refused": 1}
    assert (run.state, run.done, run.total, run.attempts) == ("DONE", 1_002, 1_002, 2)
    assert Patient.objects.count() == 1_001
    assert Account.objects.aggregate(Sum("balance"))["balance__sum"] == sum(n % 7 * 10 for n in range(1_001))
    assert (ImportFile.objects.count(), ImportRow.objects.get().number) == (0, 1_003)
    assert AuditEvent.objects.filter(code="patients.imported").count() == 1


def test_killed_import_of_receipts_counts_whole_customers_once():
    rows = [f"{n};2020-03-01;60000" for n in range(250)]
    run = ask_for("RECEIPTS", "customer;date;amount", *rows, "x;2020-03-01;-1")
    work()
    confirm(run_id=run.pk, actor=None, at=NOON)

    killed_worker("imports.receipts.after_batch")
    assert Receipt.objects.count() == 200
    work()

    run.refresh_from_db()
    assert run.counts | {"points": 0} == {
        "rows": 251, "unpaid": 0, "receipts": 250, "free_visits": 0, "known": 0, "contacts": 250, "refused": 1,
        "points": 0,
    }  # fmt: skip
    assert (run.counts["points"], Receipt.objects.count(), Patient.objects.count()) == (250 * 3_000, 250, 250)
