"""Kill -9 in the middle of an import, then run it again: the same as a run that was left in peace."""

import sys
from pathlib import Path

import pytest
from django.db import connection
from django.db.models import Sum

from loyalty.ledger.audit import breaches
from loyalty.models import Account, ImportedOpening, Operation, Receipt, Standing
from patients.models import Card, Patient, PatientSourceKey
from tests.imports.files import run, write_csv
from tests.killed import run_killed
from tests.people import make_clinic
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db(transaction=True)


def killed_import(command: str, path: Path, *arguments: str, fail_point: str) -> None:
    child = [
        *(sys.executable, "-m", "tests.imports.command_child", connection.settings_dict["NAME"]),
        *(command, str(path), "--clinic", "mytishchi", "--source", "oldcrm", *arguments),
    ]
    run_killed(child, fail_point=fail_point, seconds=120)


@pytest.mark.parametrize(
    ("fail_point", "written"),
    [
        ("imports.patients.in_batch", 0),
        ("imports.patients.after_batch", 500),
        ("imports.patients.in_batch:3", 1_000),
    ],
)
def test_killed_import_of_patients_is_completed_by_the_next_run(tmp_path, fail_point, written):
    make_clinic()
    publish_preset("dentistry")
    rows = [f"{n};Иванова{n};+7916{n:07d};{n % 7 * 10};{n * 100}" for n in range(1_200)]
    path = write_csv(tmp_path / "p.csv", "key;last_name;phone;balance;turnover", *rows)

    killed_import("import_patients", path, fail_point=fail_point)
    assert Patient.objects.count() == written
    run("import_patients", path)

    for table in (Patient, Card, PatientSourceKey):
        assert table.objects.count() == 1_200
    # Row 0 brings neither points nor turnover; every seventh row brings no points.
    assert (ImportedOpening.objects.count(), Operation.objects.count()) == (1_199, 1_028)
    assert Account.objects.aggregate(Sum("balance"))["balance__sum"] == sum(n % 7 * 10 for n in range(1_200))
    assert Standing.objects.aggregate(Sum("turnover"))["turnover__sum"] == sum(n * 100 for n in range(1_200))
    assert Standing.objects.filter(tier="silver").count() == 700


@pytest.mark.parametrize(
    ("fail_point", "customers"),
    [
        ("imports.receipts.in_batch", 0),
        ("imports.receipts.after_batch", 200),
        ("imports.receipts.in_batch:3", 400),
    ],
)
def test_killed_import_of_receipts_leaves_whole_customers_and_is_completed(tmp_path, fail_point, customers):
    make_clinic()
    publish_preset("dentistry")
    # Every customer comes twice; the second time they are in the second tier.
    rows = [f"{n};2020-0{month}-01;60000" for month in (3, 4) for n in range(500)]
    path = write_csv(tmp_path / "r.csv", "customer;date;amount", *rows)

    killed_import("import_receipts", path, "--program", "1", "--as-of", "2020-04-30", fail_point=fail_point)
    assert (Patient.objects.count(), Receipt.objects.count()) == (customers, 2 * customers)
    run("import_receipts", path, program=1, as_of="2020-04-30")

    assert (Patient.objects.count(), Card.objects.count(), Receipt.objects.count()) == (500, 500, 1_000)
    assert Operation.objects.count() == 1_000
    figures = set(Standing.objects.values_list("visits", "turnover", "tier", "account__balance"))
    assert figures == {(2, 120_000, "silver", 3_000 + 4_200)}
    assert list(breaches()) == []
