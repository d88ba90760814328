"""Files that can't be imported: one clear message each, and nothing written."""

import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError

from loyalty.models import Receipt
from patients.models import Patient, PatientSourceKey
from tests.imports.files import run, write_csv, write_xlsx
from tests.people import make_clinic, make_service
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db
HEADER = "key;last_name;phone"


@pytest.fixture(autouse=True)
def clinic_with_program():
    make_clinic()
    publish_preset("dentistry")


def refusal(path: Path, command: str = "import_patients") -> str:
    with pytest.raises(CommandError) as refused:
        run(command, path)
    assert (Patient.objects.count(), PatientSourceKey.objects.count()) == (0, 0)
    return str(refused.value)


def test_empty_file(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(b"")

    assert refusal(path) == "Файл пустой. В первой строке нужны названия столбцов."


def test_header_without_rows(tmp_path):
    assert refusal(write_csv(tmp_path / "p.csv", HEADER)) == "В файле нет строк, кроме заголовка."


def test_missing_file(tmp_path):
    assert refusal(tmp_path / "none.csv").startswith("Файл не открывается")


@pytest.mark.parametrize("encoding", ["utf-16", "koi8-r", "cp866"])
def test_wrong_encoding(tmp_path, encoding):
    path = write_csv(tmp_path / "p.csv", HEADER, "17;Иванова;", "18;Щёголева;", encoding=encoding)

    assert refusal(path).startswith("Кодировка не UTF-8 и не Windows-1251")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_usual_encodings_and_separators_are_recognised(tmp_path, encoding, separator):
    lines = [line.replace(";", separator) for line in ("Код;Фамилия;Телефон", "17;Иванова;89161234567")]

    run("import_patients", write_csv(tmp_path / "p.csv", *lines, encoding=encoding))

    assert Patient.objects.get().full_name == "Иванова"


def test_wrong_separator_names_the_header_found(tmp_path):
    path = write_csv(tmp_path / "p.csv", "key|last_name|phone", "17|Иванова|89161234567")

    assert "«key|last_name|phone»" in refusal(path)


def test_missing_column_is_named_with_the_header_found(tmp_path):
    path = write_csv(tmp_path / "p.csv", "key;phone", "17;89161234567")

    assert refusal(path) == "Не хватает столбца: last_name / full_name. В первой строке: «key | phone»."


def test_column_given_twice(tmp_path):
    path = write_csv(tmp_path / "p.csv", "last_name;Фамилия", "Иванова;Петрова")

    assert refusal(path).startswith("Столбец last_name указан дважды.")


def test_unclosed_quotation_mark_after_good_rows(tmp_path):
    rows = [f"{number};Иванова;" for number in range(600)]
    path = write_csv(tmp_path / "p.csv", HEADER, *rows, '700;"Петрова;')

    assert refusal(path).startswith("Таблица испорчена около строки")


def test_picture_instead_of_a_table(tmp_path):
    path = tmp_path / "p.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")

    assert refusal(path).startswith(("Это не текстовая таблица", "Кодировка"))


def test_old_excel(tmp_path):
    path = tmp_path / "p.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512)

    assert refusal(path).startswith("Это старый файл Excel")


def test_archive_that_is_no_workbook(tmp_path):
    with zipfile.ZipFile(tmp_path / "p.xlsx", "w") as archive:
        archive.writestr("readme.txt", "hello")

    assert refusal(tmp_path / "p.xlsx").startswith("Это архив, но не книга Excel")


def test_broken_workbook(tmp_path):
    path = write_xlsx(tmp_path / "p.xlsx", ["last_name"], ["Иванова"])
    path.write_bytes(path.read_bytes()[:-40])

    assert refusal(path).startswith("Книга Excel не читается")


def bomb(path: Path, *, megabytes: int) -> Path:
    write_xlsx(path, ["last_name"], ["Иванова"])
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet9.xml", "w", force_zip64=True) as part,
    ):
        for _megabyte in range(megabytes):
            part.write(b" " * (1 << 20))
    return path


def test_zip_bomb_is_refused_by_its_size_before_it_is_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr("loyalty.imports.xlsx_file.load_workbook", None)

    assert "велика" in refusal(bomb(tmp_path / "p.xlsx", megabytes=257))


def test_zip_bomb_is_refused_by_its_ratio(tmp_path):
    assert "подозрительно сильно сжата" in refusal(bomb(tmp_path / "p.xlsx", megabytes=2))


def test_workbook_with_a_document_type_is_refused(tmp_path):
    path = write_xlsx(tmp_path / "p.xlsx", ["last_name"], ["Иванова"])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/extra.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>')

    assert "подозрительно" in refusal(path)


def test_formula_in_a_name_is_a_row_error(tmp_path):
    row = '17;"=HYPERLINK(""http://example.com"")";89161234567'
    _out, err = run("import_patients", write_csv(tmp_path / "p.csv", HEADER, row))

    assert "Строка 2, last_name: Формула вместо значения: «=HYPERLINK(" in err
    assert Patient.objects.count() == 0


def test_formula_of_a_workbook_is_a_row_error(tmp_path):
    path = write_xlsx(tmp_path / "p.xlsx", ["key", "last_name", "balance"], [17, "Иванова", "=1+1"])

    _out, err = run("import_patients", path)

    assert "Строка 2, balance: Формула вместо значения: «=1+1»" in err
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("start", ["+", "-", "@", "="])
def test_reason_in_the_errors_file_is_never_a_formula(tmp_path, start):
    path = write_csv(tmp_path / "p.csv", HEADER, f"17;{start}cmd;")

    run("import_patients", path, errors=tmp_path / "errors.csv")

    cells = (tmp_path / "errors.csv").read_text("utf-8-sig").splitlines()[1].split(";")
    assert not any(cell.lstrip('"').startswith(("=", "+", "-", "@")) for cell in cells)
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("balance_last_day", "31.12.9999", "Дата 31.12.9999 позже 2100 года. Если это «никогда», оставьте пусто."),
        ("email", "a" * 60 + "@" + "b." * 110 + "ru", "Текст длиннее 254 знаков."),
        ("turnover", "1000000001", "«1000000001» — не число."),
    ],
)
def test_value_that_no_column_holds_is_a_row_error(tmp_path, column, value, says):
    path = write_csv(tmp_path / "p.csv", f"key;last_name;balance;{column}", f"17;Иванова;100;{value}")

    _out, err = run("import_patients", path)

    assert f"Строка 2, {column}: {says}" in err
    assert Patient.objects.count() == 0


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (["A-7;2026-03-01;999999999;;"], {"unit_roubles": "100"}, "Сумма 999999999 больше миллиарда рублей."),
        (["A-7;2026-03-01;900000000;care;Z-1"] * 12, {}, "Сумма 10800000000.00 больше миллиарда рублей."),
    ],
)
def test_receipt_that_no_column_holds_is_a_row_error(tmp_path, rows, options, says):
    make_service("care", "care")
    header = "customer;date;amount;category;document"

    _out, err = run("import_receipts", write_csv(tmp_path / "r.csv", header, *rows), program=1, **options)

    assert says in err
    assert (Receipt.objects.count(), Patient.objects.count()) == (0, 0)
