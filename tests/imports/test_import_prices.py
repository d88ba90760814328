"""Importing a price list by the command; the pages call the same code."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from clinics.models import Service, ServiceCategory
from tests.imports.files import write_csv, write_xlsx
from tests.people import make_service

pytestmark = pytest.mark.django_db
HEADER = "code;name;category;price"


def run(path, **options):
    out, err = StringIO(), StringIO()
    call_command("import_prices", path, stdout=out, stderr=err, **options)
    return out.getvalue().replace("\u00a0", " "), err.getvalue()


def prices():
    return dict(Service.objects.values_list("code", "price"))


def test_list_is_written_and_a_second_run_changes_nothing(tmp_path):
    path = write_csv(tmp_path / "p.csv", HEADER, "h1;Гигиена;Гигиена;6 500", "f1;Пломба;терапия;4 200,50")

    first, _err = run(path, new_categories=True)
    second, _err = run(path)

    assert "новых услуг 2, изменено 0. Новых категорий: 2." in first
    assert "новых услуг 0, изменено 0. 2 строки ничего не изменили." in second
    assert prices() == {"h1": Decimal(6500), "f1": Decimal("4200.50")}
    assert set(ServiceCategory.objects.values_list("code", "name")) == {
        ("gigiena", "Гигиена"),
        ("terapiya", "терапия"),
    }


def test_category_is_known_by_its_code_or_name_in_any_case(tmp_path):
    make_service("old", "care")
    ServiceCategory.objects.update(name="Уход")

    run(write_xlsx(tmp_path / "p.xlsx", HEADER.split(";"), ["a", "А", "care", 10], ["b", "Б", "УХОД", 20.5]))

    assert set(Service.objects.values_list("category__code", flat=True)) == {"care"}
    assert prices()["b"] == Decimal("20.50")


def test_categories_that_the_presets_exclude_get_the_codes_of_the_presets(tmp_path):
    rows = ("a;А;Имплантация;10", "b;Б;имплантология;20", "c;В;Протезирование;30")

    run(write_csv(tmp_path / "p.csv", HEADER, *rows), new_categories=True)

    assert dict(Service.objects.values_list("code", "category__code")) == {
        "a": "implantation",
        "b": "implantation",
        "c": "orthopaedics",
    }
    assert ServiceCategory.objects.get(code="implantation").name == "Имплантация"


def test_what_is_not_in_the_file_is_told_and_stays(tmp_path):
    make_service("old", "care", price=100)

    out, _err = run(write_csv(tmp_path / "p.csv", HEADER, "new;Новая;care;5"))

    assert "Нет в файле: old, old" in out
    assert Service.objects.get(code="old").is_active


def test_switched_off_only_when_the_file_says_so(tmp_path):
    for code in ("kept", "closed", "named"):
        make_service(code, "care", price=1)
    Service.objects.filter(code="named").update(is_active=False)

    rows = ("kept;kept;care;1;", "closed;closed;care;1;нет", "named;named;care;1;")
    run(write_csv(tmp_path / "p.csv", f"{HEADER};is_active", *rows))

    assert set(Service.objects.filter(is_active=True).values_list("code", flat=True)) == {"kept"}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ("a;=HYPERLINK(1);care;5", "name", "Формула вместо значения"),
        ("a;Имя;care;=1+1", "price", "Формула вместо значения"),
        ("a;Имя;care;-5", "price", "Сумма отрицательная"),
        ("a;Имя;care;1.005", "price", "доли копейки"),
        ("a;Имя;care;много", "price", "не число"),
        ("a;Имя;care;", "price", "Значение не указано"),
        ("код услуги;Имя;care;5", "code", "не код"),
        ("a;Имя;нет такой;5", "category", "Категории «нет такой» нет."),
        (f"a;{'я' * 201};care;5", "name", "200"),
        ("b;Имя;care;5", "code", "уже стоит в строке 2"),
    ],
)
def test_wrong_row_is_left_out_with_its_number_field_and_reason(tmp_path, row, column, reason):
    make_service("old", "care", price=100)
    errors = tmp_path / "errors.csv"

    run(write_csv(tmp_path / "p.csv", HEADER, "b;Верная;care;7", row), errors=errors)

    (found,) = list(csv.reader(errors.open(encoding="utf-8-sig"), delimiter=";"))[1:]
    assert found[:2] == ["3", column]
    assert reason.lower() in found[2].lower()
    assert prices() == {"old": Decimal(100), "b": Decimal(7)}


def test_dry_run_writes_nothing(tmp_path):
    out, _err = run(write_csv(tmp_path / "p.csv", HEADER, "a;А;Б;5"), dry_run=True, new_categories=True)

    assert "Ничего ещё не записали. Новых категорий: 1." in out
    assert (Service.objects.count(), ServiceCategory.objects.count()) == (0, 0)


def test_file_without_a_required_column_is_refused(tmp_path):
    with pytest.raises(CommandError, match="Не хватает столбц"):
        run(write_csv(tmp_path / "p.csv", "code;name;price", "a;А;5"))
