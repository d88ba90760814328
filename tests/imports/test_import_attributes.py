"""Tags, social groups and origin of imported patients; doctors of imported receipts."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinics.models import Doctor
from loyalty.models import Receipt, ReceiptLine
from patients.models import Patient, PatientSourceKey, SocialGroupRecord
from tests.imports.files import run, write_csv, write_xlsx
from tests.people import (
    make_clinic,
    make_doctor,
    make_patient,
    make_service,
    make_social_group,
    make_tag,
    put_into_group,
)
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
HEADER = "key;last_name;phone;source;tags;social_group;social_group_document;social_group_until"
ANNA = "17;Иванова;+79161234567;telegram;has-children, ortho;pensioner;Пенсионное 123;31.03.2027"


@pytest.fixture(autouse=True)
def codes(monkeypatch):
    make_clinic()
    publish_preset("dentistry")
    make_tag()
    make_tag("ortho", "Ортодонтия")
    make_social_group()
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)


def import_rows(tmp_path, *rows, header=HEADER, **options):
    return run("import_patients", write_csv(tmp_path / "p.csv", header, *rows), **options)


def attributes():
    return {
        patient.last_name: (
            patient.source,
            sorted(patient.tags.values_list("code", flat=True)),
            list(patient.social_groups.values_list("group__code", "document", "valid_until")),
        )
        for patient in Patient.objects.all()
    }


ANNAS = ("telegram", ["has-children", "ortho"], [("pensioner", "Пенсионное 123", date(2027, 3, 31))])


def test_new_patient_comes_with_tags_group_and_origin(tmp_path):
    import_rows(tmp_path, ANNA)

    assert attributes() == {"Иванова": ANNAS}
    record = SocialGroupRecord.objects.get()
    assert (record.seen_by, record.seen_at) == (None, NOON)


def test_columns_may_have_russian_names_and_stand_in_a_workbook(tmp_path):
    path = write_xlsx(
        tmp_path / "p.xlsx",
        ["Код", "Фамилия", "Источник", "Метки", "Льгота", "Документ льготы", "Льгота до"],
        [17, "Иванова", "telegram", "has-children,ortho", "pensioner", "Пенсионное 123", date(2027, 3, 31)],
    )

    run("import_patients", path)

    assert attributes() == {"Иванова": ANNAS}


def test_file_without_the_columns_is_imported_as_before(tmp_path):
    import_rows(tmp_path, "17;Иванова", header="key;last_name")

    assert attributes() == {"Иванова": ("oldcrm", [], [])}


def test_rerun_changes_nothing(tmp_path):
    import_rows(tmp_path, ANNA)
    record = SocialGroupRecord.objects.get()

    out, _err = import_rows(tmp_path, ANNA)

    assert "1 строка ничего не изменила." in out
    assert (attributes(), SocialGroupRecord.objects.get()) == ({"Иванова": ANNAS}, record)


def test_known_patient_keeps_what_the_desk_knows_better(tmp_path):
    anna = make_patient(source="site")
    anna.tags.add(make_tag("vip", "VIP"))
    put_into_group(anna)

    import_rows(tmp_path, ANNA)

    assert attributes() == {"Иванова": ("site", ["vip"], [("pensioner", "удостоверение", None)])}


def test_known_patient_gets_what_is_still_empty(tmp_path):
    make_patient()

    import_rows(tmp_path, ANNA)

    assert attributes() == {"Иванова": ANNAS}


def test_customer_known_by_receipts_learns_where_they_came_from(tmp_path):
    receipts = write_csv(tmp_path / "r.csv", "customer;date;amount", "17;2026-03-01;1000")
    run("import_receipts", receipts, program=1)

    import_rows(tmp_path, ANNA)

    assert attributes() == {"Иванова": ANNAS}


def test_two_keys_of_one_merged_patient_bring_one_group(tmp_path):
    anna, double = make_patient(), make_patient("Иванова", "Аня", "+79160000001")
    Patient.objects.filter(pk=double.pk).update(merged_into=anna)
    for key, patient in (("17", anna), ("18", double)):
        PatientSourceKey.objects.create(patient=patient, source="oldcrm", key=key)

    import_rows(tmp_path, *(f"{key};Иванова;;;ortho;pensioner;Пенсионное;" for key in ("17", "18")))

    assert (anna.tags.count(), anna.social_groups.count(), double.social_groups.count()) == (1, 1, 0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (";;космос, ortho;;;", "tags: Метки «космос» нет."),
        (";;;donor;Удостоверение;", "social_group: Социальной группы «donor» нет."),
        (";;;pensioner;;", "social_group_document: Для социальной группы нужен предъявленный документ."),
        (";;;pensioner;=1+1;", "social_group_document: Формула вместо значения: «=1+1»."),
        (";;;;Удостоверение;", "social_group: Значение не указано."),
        (";;;pensioner;Удостоверение;32.01.2027", "social_group_until: «32.01.2027» — не дата."),
        (";из телеграма;;;;", "source: «из телеграма» — не код"),
        (f";;;pensioner;{'9' * 121};", "social_group_document: Текст длиннее 120 знаков."),
    ],
    ids=["tag", "group", "no document", "formula", "no group", "day", "source", "long document"],
)
def test_wrong_attribute_leaves_the_row_out_and_names_the_column(tmp_path, row, says):
    _out, err = import_rows(tmp_path, f"17;Иванова;{row}")

    assert f"Строка 2, {says}" in err
    assert (Patient.objects.count(), SocialGroupRecord.objects.count()) == (0, 0)


def test_dry_run_writes_no_attribute(tmp_path):
    make_patient()

    out, _err = import_rows(tmp_path, ANNA, dry_run=True)

    assert "обновим 1" in out
    assert attributes() == {"Иванова": ("", [], [])}


def test_queries_do_not_grow_with_the_rows(tmp_path):
    import_rows(tmp_path, ANNA)  # from now on the program is compiled
    costs = []
    for first, count in ((100, 1), (200, 20)):
        rows = [f"{n};Иванова{n};;;ortho;pensioner;Документ {n};" for n in range(first, first + count)]
        with CaptureQueriesContext(connection) as captured:
            import_rows(tmp_path, *rows)
        costs.append(len(captured))

    assert costs[0] == costs[1]
    assert SocialGroupRecord.objects.count() == 22


def test_receipt_line_keeps_its_doctor(tmp_path):
    make_doctor()
    make_service("caries", "therapy")
    rows = ("A-7;2026-03-01;N-1;caries;5000;petrov", "A-7;2026-03-01;N-1;caries;700;")
    header = "customer;date;document;service;amount;Врач"

    run("import_receipts", write_csv(tmp_path / "r.csv", header, *rows), program=1)

    lines = ReceiptLine.objects.order_by("position").values_list("receipt__document", "doctor__code")
    assert list(lines) == [("N-1", "petrov"), ("N-1", None)]


@pytest.mark.parametrize("code", ["unknown", "petrov"])
def test_doctor_who_is_unknown_or_has_left_is_an_error_of_the_row(tmp_path, code):
    make_doctor()
    Doctor.objects.update(is_active=False)

    path = write_csv(tmp_path / "r.csv", "customer;date;amount;doctor", f"A-7;2026-03-01;5000;{code}")
    _out, err = run("import_receipts", path, program=1)

    assert f"Строка 2, doctor: Среди действующих врачей нет «{code}»." in err
    assert Receipt.objects.count() == 0
