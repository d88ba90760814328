"""Marketing spend from a file: written whole or not at all, replaced when known, own clinics only."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from clinics.models import AuditEvent
from loyalty.models import MarketingSpend
from tests.people import make_clinic, make_staff

pytestmark = pytest.mark.django_db
PAGE = "/admin/loyalty/marketingspend/import/"


@pytest.fixture
def mark(client, db, settings):
    client.force_login(make_staff("mark", "marketer"), backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def send(client, *lines):
    text = "\n".join(("месяц;канал;сумма;клиника", *lines))
    return client.post(PAGE, {"file": SimpleUploadedFile("spend.csv", text.encode())})


def written():
    rows = MarketingSpend.objects.order_by("month", "source").select_related("clinic")
    return [(row.month, row.source, row.amount, row.clinic and row.clinic.code) for row in rows]


def test_sums_are_written_and_known_ones_replaced(mark):
    MarketingSpend.objects.create(source="site", month=date(2026, 11, 1), amount=5)

    answer = send(mark, "15.10.2026;telegram;12 500,50;mytishchi", "2026-11-01;site;1000;")

    assert answer.status_code == 302
    assert written() == [
        (date(2026, 10, 1), "telegram", Decimal("12500.50"), "mytishchi"),
        (date(2026, 11, 1), "site", Decimal(1_000), None),
    ]
    assert AuditEvent.objects.get(code="spend.imported").details == {"rows": 2}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("вчера;site;5;", "Строка 3, month"),
        ("01.11.2026;сайт;5;", "Строка 3, source"),
        ("01.11.2026;site;-5;", "Строка 3, amount"),
        ("01.11.2026;site;;", "Строка 3, amount: Значение не указано."),
        ("01.11.2026;site;5;omsk", "Строка 3, clinic"),
        ("30.10.2026;maps;5;", "Строка 3, source: Этот канал и месяц уже есть в строке 2."),
    ],
)
def test_wrong_row_is_named_and_nothing_is_written(mark, line, reason):
    make_clinic("omsk", name="Омск")

    answer = send(mark, "01.10.2026;maps;7;", line)

    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert written() == []


def test_what_is_no_table_is_refused_in_words(mark):
    answer = mark.post(PAGE, {"file": SimpleUploadedFile("spend.csv", b"x;y\n1;2")})

    assert answer.status_code == 422
    assert "month" in answer.content.decode()
    assert mark.post(PAGE).status_code == 422


def test_who_enters_no_spend_imports_none(client, settings):
    client.force_login(make_staff("rita", "receptionist"), backend=settings.AUTHENTICATION_BACKENDS[0])

    assert client.get(PAGE).status_code == 403
    assert send(client, "01.11.2026;site;5;").status_code == 403
    assert written() == []
