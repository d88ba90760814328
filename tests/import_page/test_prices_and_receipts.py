"""The price list and past receipts from files through the admin, by the same pages."""

from decimal import Decimal

import pytest

from clinics.models import AuditEvent, Service, ServiceCategory
from loyalty.models import Receipt
from patients.models import Patient
from tests.desk.desk_pages import text_of
from tests.import_page.pages import IMPORTS, looked_through, rows_of_everything_else, work, write
from tests.people import make_service

pytestmark = pytest.mark.django_db
PRICES = "код;название;категория;цена"


def page(client, run):
    return client.get(f"{IMPORTS}run/{run.pk}/")


def test_price_list_is_looked_through_then_written(client, maria):
    make_service("hygiene", "care", price=6_000)
    make_service("old", "care", price=100)
    rows = ("hygiene;hygiene;care;6 500,00 ₽", "A16.07.002;Пломба;Терапия;4200", "x;Y;Терапия;дорого")
    before = rows_of_everything_else()

    run = looked_through(client, "prices", PRICES, *rows, creates_categories="on")
    looked = text_of(page(client, run))
    nothing = rows_of_everything_else() == before
    write(client, run)
    work(after_seconds=3)

    assert "Прочитали 3 строки: новых услуг 1, изменим 1, без изменений 0, с ошибкой 1." in looked
    assert "Новых категорий: 1. 1 услуги нет в файле, она останется как есть." in looked
    assert "6 500,00 ₽ было 6 000 ₽" in looked
    assert "цена: «дорого» — не число." in looked
    assert nothing
    assert "Готово за 3 с: новых услуг 1, изменено 1." in text_of(page(client, run))
    listed = Service.objects.order_by("code").values_list("code", "name", "category__code", "price", "is_active")
    assert list(listed) == [
        ("A16-07-002", "Пломба", "terapiya", Decimal(4200), True),
        ("hygiene", "hygiene", "care", Decimal(6500), True),
        ("old", "old", "care", Decimal(100), True),
    ]
    event = AuditEvent.objects.get(code="prices.imported")
    assert (event.actor, event.details["created"], event.details["absent"]) == (maria, 1, 1)


def test_unknown_category_is_an_error_unless_new_ones_are_allowed(client, maria):
    make_service("hygiene", "care")

    run = looked_through(client, "prices", PRICES, "x;Пломба;Терапия;4200")

    assert "категория: Категории «Терапия» нет." in text_of(page(client, run))
    assert "Записать" not in text_of(page(client, run)).split("Ничего ещё не записали.")[1]
    assert ServiceCategory.objects.count() == 1


def test_receipts_are_replayed_by_the_chosen_version(client, maria):
    rows = ("A-7;2026-03-01;10000", "A-7;2026-05-01;0", "A-8;2026-05-01;;")

    run = looked_through(client, "receipts", "customer;date;amount", *rows)
    looked = text_of(page(client, run))
    before = Receipt.objects.count()
    write(client, run)
    work(after_seconds=2)

    assert (
        "Прочитали 3 строки: новых чеков 2, новых контактов 1, загружено раньше 0, не оплачено 0, с ошибкой 1."
        in looked
    )
    assert "по версии 1 программы" in looked
    assert (before, Receipt.objects.count(), Patient.objects.count()) == (0, 2, 1)
    assert "Готово за 2 с: 2 чека, из них визитов без оплаты 1," in text_of(page(client, run))
    assert AuditEvent.objects.get(code="receipts.imported").actor == maria
