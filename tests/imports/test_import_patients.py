"""Importing the patients of a previous system."""

import csv
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from loyalty.models import Account, ImportedOpening, Lot, Operation, Standing
from patients.models import Card, ConsentRecord, Household, Patient, PatientSourceKey
from tests.imports.files import run, write_csv, write_xlsx
from tests.people import make_clinic, make_patient
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
HEADER = "key;last_name;first_name;phone;birth_date;balance;balance_last_day;turnover;discount_percent"
ANNA = "17;Иванова;Анна;8 916 123-45-67;10.06.1990;450;31.01.2027;60 000,50;0"


@pytest.fixture(autouse=True)
def clinic_with_program(time_machine_at_noon):
    make_clinic()
    publish_preset("dentistry")


@pytest.fixture
def time_machine_at_noon(monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)


def everything() -> tuple[int, ...]:
    tables = (Patient, Card, PatientSourceKey, ConsentRecord, Household, Account, Standing, Operation, Lot)
    return tuple(table.objects.count() for table in tables)


def test_new_patient_comes_with_card_key_balance_turnover_and_tier(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, ANNA))

    anna = Patient.objects.get()
    assert (anna.full_name, anna.phone, anna.birth_date) == ("Иванова Анна", "+79161234567", date(1990, 6, 10))
    assert (anna.status, anna.source, anna.joined_at) == ("CONTACT", "oldcrm", None)
    assert Card.objects.get(patient=anna).status == "ACTIVE"
    standing = Standing.objects.select_related("account").get(patient=anna)
    assert (str(standing.turnover), standing.tier, standing.account.balance) == ("60000.50", "silver", 450)
    operation = Operation.objects.get()
    assert (operation.kind, operation.source, operation.key) == ("OPENING", "IMPORT", "import:oldcrm:opening:17")
    assert Lot.objects.get().last_day == date(2027, 1, 31)


def test_balance_without_a_day_lives_as_the_program_says(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, "17;Иванова;Анна;;;450;;;"))

    account = Account.objects.get()
    assert (Lot.objects.get().last_day, account.rolling_until) == (None, date(2028, 11, 22))


def test_imported_contact_gets_no_welcome_points_and_no_account_without_need(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", "key;last_name;phone", "17;Иванова;+79161234567"))

    assert (Patient.objects.count(), Account.objects.count(), Operation.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize(
    ("percent", "tier"), [("4", "standart"), ("5", "standart"), ("8", "silver"), ("9", "gold"), ("50", "premium")]
)
def test_discount_card_becomes_the_highest_tier_whose_cashback_it_covers(tmp_path, percent, tier):
    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, f"17;Иванова;Анна;;;;;;{percent}"))

    assert Standing.objects.get().tier == tier


def test_consents_make_a_member_who_may_be_written_to(tmp_path):
    header = "key;last_name;joined_on;consent_rules;consent_personal_data;consent_advertising_email"
    run("import_patients", write_csv(tmp_path / "p.csv", header, "17;Иванова;01.03.2024;да;да;да"))

    anna = Patient.objects.get()
    given = set(anna.consents.values_list("kind", "channel", "granted", "source"))
    assert (anna.status, anna.joined_at.date()) == ("MEMBER", date(2024, 3, 1))
    assert given == {
        ("RULES", "", True, "IMPORT"),
        ("PERSONAL_DATA", "", True, "IMPORT"),
        ("ADVERTISING", "EMAIL", True, "IMPORT"),
    }
    assert Account.objects.get().balance == 0


def test_import_never_renews_a_consent_that_was_withdrawn(tmp_path):
    anna = make_patient(consents=())
    ConsentRecord.objects.create(
        patient=anna, kind="ADVERTISING", granted=False, at=NOON, source=ConsentRecord.Source.UNSUBSCRIBE
    )

    row = "17;Иванова;+79161234567;да"
    run("import_patients", write_csv(tmp_path / "p.csv", "key;last_name;phone;consent_advertising", row))

    assert list(anna.consents.values_list("kind", "granted")) == [("ADVERTISING", False)]


def test_known_patient_is_found_by_phone_and_keeps_what_the_desk_wrote(tmp_path):
    anna = make_patient(email="")

    header = "key;last_name;first_name;phone;email;birth_date"
    row = "17;ИВАНОВА;Анна;89161234567;anna@example.com;10.06.1990"
    out, _err = run("import_patients", write_csv(tmp_path / "p.csv", header, row))

    anna.refresh_from_db()
    assert (Patient.objects.count(), anna.last_name, anna.email) == (1, "Иванова", "anna@example.com")
    assert anna.source_keys.get().key == "17"
    assert "1 пациент" in out


def test_phone_of_another_person_is_a_row_error_that_offers_the_household(tmp_path):
    anna = make_patient()
    before = everything()

    path = write_csv(tmp_path / "p.csv", HEADER, "18;Петров;Борис;+79161234567;;;;;")
    _out, err = run("import_patients", path)

    assert f"Строка 2, phone: Телефон принадлежит другому человеку, пациент № {anna.pk}." in err
    assert "household_phone" in err
    assert everything() == before


def test_errors_stand_on_lines_of_their_own_without_blank_ones(tmp_path):
    rows = ["1;Иванова;Анна;12", "2;Петрова;Вера;13"]

    _out, err = run("import_patients", write_csv(tmp_path / "p.csv", "key;last_name;first_name;phone", *rows))

    assert [line.partition(":")[0] for line in err.splitlines()] == ["Строка 2, phone", "Строка 3, phone"]


def test_one_phone_in_two_rows_is_an_error_of_the_second(tmp_path):
    rows = ("17;Иванова;Анна;+79161234567", "18;Иванов;Борис;89161234567")
    _out, err = run("import_patients", write_csv(tmp_path / "p.csv", "key;last_name;first_name;phone", *rows))

    assert "Строка 3, phone: Телефон уже есть в строке 2." in err
    assert list(Patient.objects.values_list("first_name", flat=True)) == ["Анна"]


def test_child_with_a_relatives_phone_joins_the_household(tmp_path):
    rows = ("17;Иванова;Анна;+79161234567;", "18;Иванов;Пётр;;89161234567")
    header = "key;last_name;first_name;phone;household_phone"
    run("import_patients", write_csv(tmp_path / "p.csv", header, *rows))

    anna, child = Patient.objects.order_by("id")
    assert (child.phone, child.household.contact, anna.household) == (None, anna, child.household)


def test_rerun_changes_nothing(tmp_path):
    header = HEADER + ";card_number;household_phone;consent_rules"
    path = write_csv(
        tmp_path / "p.csv", header, ANNA + ";A-1;;да", "18;Иванов;Пётр;;;;;;;;+79161234567;", ";Сидоров;;;;;;;;;;"
    )
    run("import_patients", path)
    before = (everything(), Account.objects.get().balance, str(Standing.objects.get().turnover))

    out, _err = run("import_patients", path)

    assert (everything(), Account.objects.get().balance, str(Standing.objects.get().turnover)) == before
    assert "3 строки ничего не изменили." in out


def test_another_opening_for_the_same_person_is_an_error_and_changes_nothing(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, ANNA))

    _out, err = run("import_patients", write_csv(tmp_path / "p.csv", HEADER, ANNA.replace(";450;", ";900;")))

    assert "balance" in err
    assert (Account.objects.get().balance, ImportedOpening.objects.get().points) == (450, 450)


def test_erased_person_is_not_imported_again(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, ANNA))
    Patient.objects.update(erased_at=NOON, phone=None)
    before = everything()

    _out, err = run("import_patients", write_csv(tmp_path / "p.csv", HEADER, ANNA))

    assert "Строка 2, key" in err
    assert everything() == before


def test_dry_run_counts_and_writes_nothing(tmp_path):
    make_patient("Петрова", "Вера", "+79160000001", consents=())
    before = everything()
    path = write_csv(tmp_path / "p.csv", HEADER, ANNA, "18;Петрова;Вера;+79160000001;;;;;", "19;Сидоров;;нет;;;;;")

    out, _err = run("import_patients", path, dry_run=True)

    assert out == "Прочитали 3 строки: новых 1, обновим 1, с ошибкой 1. Ничего ещё не записали.\n"
    assert everything() == before


def test_errors_file_names_row_column_and_reason(tmp_path):
    path = write_csv(tmp_path / "p.csv", HEADER, "18;Петров;;12345;31.02.1990;-5;;;", ANNA)
    run("import_patients", path, errors=tmp_path / "errors.csv")

    content = (tmp_path / "errors.csv").read_bytes()
    rows = list(csv.reader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert content.startswith(b"\xef\xbb\xbf")
    assert rows == [
        ["строка", "столбец", "причина"],
        ["2", "phone", "«12345» — не номер телефона целиком."],
        ["2", "birth_date", "«31.02.1990» — не дата. Пишите так: 31.12.2025 или 2025-12-31."],
        ["2", "balance", "Сумма отрицательная: -5."],
    ]


def test_workbook_and_csv_give_the_same_patient(tmp_path):
    path = write_xlsx(
        tmp_path / "p.xlsx",
        ["Код", "ФИО", "Телефон", "Дата рождения", "Баланс", "Оборот"],
        [17, "Иванова Анна Сергеевна", 79161234567, date(1990, 6, 10), 450.0, 60000.5],
    )

    run("import_patients", path)

    anna = Patient.objects.get()
    assert (anna.full_name, anna.phone, anna.birth_date) == (
        "Иванова Анна Сергеевна", "+79161234567", date(1990, 6, 10),
    )  # fmt: skip
    assert (Account.objects.get().balance, str(Standing.objects.get().turnover)) == (450, "60000.50")


def test_card_of_the_old_system_is_kept_as_a_key(tmp_path):
    run("import_patients", write_csv(tmp_path / "p.csv", "key;last_name;card_number", "17;Иванова;A-1"))

    keys = set(PatientSourceKey.objects.values_list("source", "key"))
    assert keys == {("oldcrm", "17"), ("oldcrm-card", "A-1")}


def test_errors_file_may_not_be_the_imported_file(tmp_path):
    path = write_csv(tmp_path / "p.csv", HEADER, ANNA)
    content = path.read_bytes()

    with pytest.raises(CommandError, match="--errors"):
        run("import_patients", path, errors=path)
    assert (path.read_bytes(), Patient.objects.count()) == (content, 0)


def test_row_of_a_customer_known_by_receipts_completes_the_contact(tmp_path):
    run("import_receipts", write_csv(tmp_path / "r.csv", "customer;date;amount", "17;2026-03-01;1000"), program=1)

    run("import_patients", write_csv(tmp_path / "p.csv", HEADER, "17;Иванова;Анна;+79161234567;;;;;"))

    anna = Patient.objects.get()
    assert (anna.full_name, anna.phone, anna.name_key) == ("Иванова Анна", "+79161234567", "иванова анна")
    assert Account.objects.get(patient=anna).balance == 50


def test_unknown_clinic_is_named_with_those_that_exist(tmp_path):
    path = write_csv(tmp_path / "p.csv", HEADER, ANNA)

    with pytest.raises(CommandError, match="mytishchi"):
        call_command("import_patients", path, clinic="nowhere", source="oldcrm")
    assert Patient.objects.count() == 0
