"""Importing the receipts of a previous system."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.core.management import CommandError

from loyalty.models import Account, Award, Entry, Lot, Operation, Receipt, ReceiptLine, Standing
from patients.models import Patient, PatientSourceKey
from tests.imports.files import run, write_csv, write_xlsx
from tests.people import make_clinic, make_patient, make_service
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
HEADER = "customer;date;amount"


@pytest.fixture(autouse=True)
def at_noon(monkeypatch):
    make_clinic()
    publish_preset("dentistry")
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)


def import_rows(tmp_path, *rows: str, header: str = HEADER, **options) -> tuple[str, str]:
    return run("import_receipts", write_csv(tmp_path / "r.csv", header, *rows), program=1, **options)


def everything() -> tuple[int, ...]:
    tables = (Patient, PatientSourceKey, Account, Standing, Operation, Entry, Lot, Receipt, ReceiptLine, Award)
    return tuple(table.objects.count() for table in tables)


def test_unknown_customer_becomes_a_contact_with_what_they_earned(tmp_path):
    import_rows(tmp_path, "A-7;2026-03-01;10000", "A-7;2026-05-01;5000")

    contact = Patient.objects.get()
    standing = Standing.objects.select_related("account").get(patient=contact)
    assert (contact.status, contact.phone, contact.source_keys.get().key) == ("CONTACT", None, "A-7")
    assert (standing.account.balance, standing.visits, standing.turnover) == (750, 2, Decimal(15_000))
    assert (standing.account.rolling_until, standing.tier) == (date(2028, 5, 1), "standart")
    assert standing.last_paid_at == datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
    assert set(Operation.objects.values_list("kind", "source")) == {("EARN", "IMPORT")}


def test_known_customer_is_found_by_the_key_of_the_source(tmp_path):
    anna = make_patient()
    PatientSourceKey.objects.create(patient=anna, source="oldcrm", key="A-7")

    import_rows(tmp_path, "A-7;2026-03-01;10000")

    assert (Patient.objects.count(), Standing.objects.get().patient_id) == (1, anna.pk)


def test_rows_are_replayed_by_date_whatever_their_order_and_tiers_rise_on_the_way(tmp_path):
    import_rows(tmp_path, "A-7;2026-05-01;10000", "A-7;2026-03-01;60000")

    earned = Receipt.objects.order_by("paid_at").values_list("tier", "points_earned")
    assert list(earned) == [("standart", 3_000), ("silver", 700)]


def test_points_burn_on_the_way_and_at_the_end(tmp_path):
    publish_preset("cosmetology", starts_at=NOON)
    path = write_csv(tmp_path / "r.csv", HEADER, "A;2025-12-31;10000", "A;2026-03-01;2000", "A;2026-10-01;1000")
    run("import_receipts", path, program=2)

    burnt = Operation.objects.filter(kind="BURN").order_by("effective_at")
    assert [(operation.effective_at, operation.entries.get().units) for operation in burnt] == [
        (datetime(2026, 2, 28, 21, 0, tzinfo=UTC), -500),  # 31 Dec + 2 months: 28 Feb, to its midnight in Moscow
        (datetime(2026, 5, 1, 21, 0, tzinfo=UTC), -100),
    ]
    assert Account.objects.get().balance == 50


def test_identical_rows_are_different_receipts(tmp_path):
    import_rows(tmp_path, "A-7;2026-03-01;100", "A-7;2026-03-01;100")

    documents = Receipt.objects.order_by("document").values_list("document", flat=True)
    assert list(documents) == ["A-7/2026-03-01/1", "A-7/2026-03-01/2"]


def test_zero_amount_is_a_visit_that_earns_and_prolongs_nothing(tmp_path):
    import_rows(tmp_path, "A-7;2026-03-01;1000", "A-7;2026-06-01;0")

    standing = Standing.objects.select_related("account").get()
    assert (standing.visits, standing.account.balance) == (2, 50)
    assert (standing.account.rolling_until, standing.last_paid_at.month) == (date(2028, 3, 1), 3)


def test_lines_of_one_document_are_one_receipt(tmp_path):
    make_service("hygiene", "prevention")
    make_service("crown", "orthopaedics")
    header = "customer;date;document;service;amount;items"
    rows = ("A;01.03.2026 14:30;N-1;hygiene;6500;1", "A;01.03.2026 14:30;N-1;crown;42000,50;2")
    import_rows(tmp_path, *rows, header=header)

    receipt = Receipt.objects.get()
    lines = receipt.lines.order_by("position").values_list("service__code", "price", "quantity")
    assert (receipt.document, receipt.paid, receipt.points_earned) == ("N-1", Decimal("48500.50"), 2_425)
    assert receipt.paid_at == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)
    assert list(lines) == [("hygiene", Decimal(6_500), 1), ("crown", Decimal("42000.50"), 2)]


def test_unpaid_rows_are_left_out_and_counted(tmp_path):
    out, _err = import_rows(tmp_path, "A;2026-03-01;1000;да", "A;2026-03-02;1000;нет", header=HEADER + ";is_paid")

    assert Receipt.objects.count() == 1
    assert "не оплачено 1" in out


def test_workbook_is_read_like_a_csv(tmp_path):
    wall_clock = datetime(2026, 3, 1, 14, 30)  # noqa: DTZ001  # a workbook knows no time zones
    path = write_xlsx(tmp_path / "r.xlsx", ["Клиент", "Дата", "Сумма"], [17, wall_clock, 1000.5])

    run("import_receipts", path, program=1)

    receipt = Receipt.objects.get()
    assert (receipt.document, receipt.paid) == ("17/2026-03-01/1", Decimal("1000.50"))
    assert receipt.paid_at == datetime(2026, 3, 1, 11, 30, tzinfo=UTC)


def test_rerun_changes_nothing(tmp_path):
    rows = ("A;2026-03-01;1000", "A;2026-03-01;1000", "B;2026-03-02;0")
    import_rows(tmp_path, *rows)
    before = (everything(), list(Standing.objects.values_list("turnover", "visits", "account__balance")))

    out, _err = import_rows(tmp_path, *rows)

    after = (everything(), list(Standing.objects.values_list("turnover", "visits", "account__balance")))
    assert after == before
    assert "загружено раньше 3" in out


def test_next_months_file_continues_where_the_last_one_ended(tmp_path):
    import_rows(tmp_path, "A;2026-03-01;60000")

    import_rows(tmp_path, "A;2026-03-01;60000", "A;2026-04-01;1000")

    standing = Standing.objects.select_related("account").get()
    assert (standing.visits, standing.tier, standing.account.balance) == (2, "silver", 3_070)


def test_dry_run_counts_and_writes_nothing(tmp_path):
    before = everything()

    out, _err = import_rows(tmp_path, "A;2026-03-01;1000", "B;2026-03-01;-5", dry_run=True)

    assert out == (
        "Прочитали 2 строки: новых чеков 1, новых контактов 1, загружено раньше 0, не оплачено 0, с ошибкой 1."
        " Ничего ещё не записали.\n"
    )
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("A;31.02.2026;100", "Строка 2, date: «31.02.2026» — не дата."),
        ("A;2027-01-01;100", "Строка 2, date: Дата 2027-01-01 ещё не наступила."),
        ("A;2026-03-01;-100", "Строка 2, amount: Сумма отрицательная: -100."),
        ("A;2026-03-01;0.001", "Строка 2, amount: В сумме 0.001 доли копейки."),
        ("A;2026-03-01;ten", "Строка 2, amount: «ten» — не число."),
        ("A;2026-03-01;", "Строка 2, amount: Значение не указано."),
        (";2026-03-01;100", "Строка 2, customer: Значение не указано."),
        ("=1+1;2026-03-01;100", "Строка 2, customer: Формула вместо значения"),
    ],
)
def test_wrong_row_names_its_column_and_writes_nothing(tmp_path, row, reason):
    before = everything()

    _out, err = import_rows(tmp_path, row)

    assert reason in err
    assert everything() == before


def test_repeated_document_number_is_an_error_of_the_second_row(tmp_path):
    rows = ("A;2026-03-01;100;N-1", "B;2026-03-02;100;N-1")
    _out, err = import_rows(tmp_path, *rows, header=HEADER + ";document")

    assert "Строка 3, document: Номер документа N-1 уже есть в строке 2." in err
    assert list(PatientSourceKey.objects.values_list("key", flat=True)) == ["A"]


def test_document_number_of_another_receipt_imported_before_is_an_error(tmp_path):
    import_rows(tmp_path, "A;2026-03-01;100;N-1", header=HEADER + ";document")
    before = everything()

    _out, err = import_rows(tmp_path, "A;2026-03-01;200;N-1", header=HEADER + ";document")

    assert "Раньше загрузили другой чек с номером документа N-1." in err
    assert everything() == before


def test_document_with_one_wrong_line_is_left_out_whole(tmp_path):
    make_service("hygiene", "prevention")
    rows = ("A;2026-03-01;100;N-1;hygiene", "A;2026-03-01;100;N-1;massage", "A;2026-03-02;100;N-2;hygiene")
    _out, err = import_rows(tmp_path, *rows, header=HEADER + ";document;service")

    assert "Строка 3, service: В прейскуранте нет услуги «massage»." in err
    assert "Строка 2, document: В другой строке документа N-1 ошибка: строка 3." in err
    assert list(Receipt.objects.values_list("document", flat=True)) == ["N-2"]


def test_receipt_from_before_the_accounts_last_movement_is_refused(tmp_path):
    anna = make_member()
    PatientSourceKey.objects.create(patient=anna, source="oldcrm", key="A")
    give_points(anna, 100, at=datetime(2026, 5, 1, tzinfo=UTC))
    before = everything()

    _out, err = import_rows(tmp_path, "A;2026-04-30;1000")

    assert "Строка 2, date: После этого чека баллы пациента уже двигались (01.05.2026)" in err
    assert everything() == before


def test_erased_customer_is_not_brought_back(tmp_path):
    import_rows(tmp_path, "A;2026-03-01;100")
    Patient.objects.update(erased_at=NOON)
    before = everything()

    _out, err = import_rows(tmp_path, "A;2026-04-01;100")

    assert "Строка 2, customer: Данные этого человека удалены" in err
    assert everything() == before


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("customer;date", "Не хватает столбца: amount / сумма. В первой строке: «customer | date»."),
        ("customer|date|amount", "В первой строке нет известных столбцов: «customer|date|amount»."),
    ],
)
def test_wrong_header_names_what_was_found(tmp_path, header, reason):
    with pytest.raises(CommandError, match="столбц") as refused:
        import_rows(tmp_path, "A;2026-03-01;100", header=header)

    assert str(refused.value).startswith(reason)
    assert Receipt.objects.count() == 0


@pytest.mark.parametrize("options", [{"unit_roubles": "0"}, {"unit_roubles": "x"}, {"as_of": "yesterday"}])
def test_wrong_option_is_refused_and_nothing_is_written(tmp_path, options):
    with pytest.raises(CommandError):
        import_rows(tmp_path, "A;2026-03-01;100", **options)

    assert Receipt.objects.count() == 0


def test_draft_of_a_program_is_refused(tmp_path):
    with pytest.raises(CommandError, match="версии программы 9 нет"):
        run("import_receipts", write_csv(tmp_path / "r.csv", HEADER, "A;2026-03-01;1"), program=9)
    assert Receipt.objects.count() == 0
