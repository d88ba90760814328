"""What reports are called by: channels by name, wrong choices and empty pages with what to do."""

import pytest

from loyalty.models import Goal
from patients.models import SourceChannel
from tests.figures.shop import noon, person, sell

pytestmark = pytest.mark.django_db
DAYS = "first=2026-11-01&last=2026-11-22"


@pytest.fixture
def channel(maria):
    channel = SourceChannel.objects.create(code="fitness", name="Фитнес-клуб", kind="PARTNER")
    for source in ("fitness", "oldcrm", ""):
        sell(person(source or "Вера", source=source), noon(10), 1_000)
    return channel


def test_channels_are_named_in_filters_and_lists(maria, channel):
    page = maria.get(f"/admin/reports/buyers/?{DAYS}")

    assert [label for _code, label in page.context["form"].fields["source"].choices][1:] == [
        "oldcrm",
        "Фитнес-клуб",
    ]
    assert {row[3].text for row in page.context["page"].rows} == {"Фитнес-клуб", "oldcrm", "—"}


def test_wrong_choice_says_what_to_do(maria):
    page = maria.get("/admin/reports/receipts/?first=yesterday&last=2026-11-01&clinic=999")

    assert page.status_code == 422
    assert page.context["form"].errors["clinic"] == ["Такого варианта нет. Выберите из списка."]
    assert page.context["form"].errors["first"] == ["Введите день: например, 22.11.2026."]


def test_empty_report_leads_to_what_it_is_filled_by(maria):
    empty = maria.get(f"/admin/reports/goals/?{DAYS}").content.decode()

    assert not Goal.objects.exists()
    assert '<a href="/admin/loyalty/goal/">Открыть раздел</a>' in empty
    assert '<a href="?">Сбросить условия</a></p>' in maria.get(f"/admin/reports/sales/?{DAYS}").content.decode()


def test_axes_without_numbers_are_not_drawn(maria, channel):
    empty = maria.get("/admin/reports/revenue/?first=2019-01-01&last=2019-01-31")
    full = maria.get(f"/admin/reports/revenue/?{DAYS}")

    assert [chart["title"] for chart in empty.context["charts"]] == []
    assert full.context["charts"][0]["title"] == "Выручка по месяцам"
