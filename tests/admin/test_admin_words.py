"""Lists and pages of the admin in the clinic's words: no codes, no keys, numbers and days of one kind."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.utils.translation import override
from django_celery_beat.models import CrontabSchedule, IntervalSchedule

from clinics import audit
from config.schedule_admin import hours_text, interval_text
from loyalty.models import Account, Goal, ManualTier, MarketingSpend, Operation
from patients.models import SourceChannel
from tests.people import make_clinic, make_doctor, make_service, make_staff
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
NB = "\u00a0"


@pytest.fixture
def olga(client, settings):
    client.user = make_staff("olga", "owner")
    client.force_login(client.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def text(client, address):
    return client.get(address).content.decode()


def test_prices_and_balances_stand_in_thousands_and_days_are_short(olga):
    publish_preset(has_welcome=False)
    make_service("implant", "Имплантация", price=42_000)
    account = make_member().standing.account
    Account.objects.filter(pk=account.pk).update(opened_at=datetime(2026, 11, 2, 9, tzinfo=UTC))

    assert f"42{NB}000{NB}₽" in text(olga, "/admin/clinics/service/")
    listed = text(olga, "/admin/loyalty/account/")
    assert "02.11.2026 12:00" in listed
    assert "ноября" not in listed


def test_pages_are_called_by_words_and_not_by_codes(olga):
    publish_preset(has_welcome=False)
    member = make_member()
    tier = ManualTier.objects.create(
        patient=member, tier="silver", reason="Партнёр", ends_on=date(2027, 1, 29), author=olga.user,
        granted_at=NOON,
    )  # fmt: skip
    audit.record(code="tier.granted", at=NOON, actor=olga.user, target=member, clinic=make_clinic())
    goal = Goal.objects.create(
        figure="AVERAGE_BILL", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 30), target=14_000
    )
    titles = {
        f"/admin/loyalty/manualtier/{tier.pk}/change/": "Серебро",
        f"/admin/loyalty/goal/{goal.pk}/change/": f"Средний чек, рублей: 14{NB}000",
        f"/admin/loyalty/account/{member.standing.account.pk}/change/": f"№ {member.standing.account.pk}",
    }

    assert {address: olga.get(address).context["subtitle"] for address in titles} == titles
    assert "Серебро" in text(olga, "/admin/loyalty/manualtier/")
    assert f"14{NB}000" in text(olga, "/admin/loyalty/goal/")
    assert not Operation.objects.exists()


def test_channel_of_marketing_money_is_chosen_by_its_name(olga):
    channel = SourceChannel.objects.create(code="fitness", name="Фитнес-клуб", kind="PARTNER")
    channel.clinics.add(make_clinic())
    sums = {"month": "01.11.2026", "clinic": "", "amount": "1000", "note": ""}
    refused = olga.post("/admin/loyalty/marketingspend/add/", {"source": "fitnes", **sums})

    assert refused.status_code == 200
    assert not MarketingSpend.objects.exists()
    assert olga.post("/admin/loyalty/marketingspend/add/", {"source": "fitness", **sums}).status_code == 302
    assert MarketingSpend.objects.get().amount == Decimal(1000)
    assert "Фитнес-клуб" in text(olga, "/admin/loyalty/marketingspend/")


def test_log_ins_are_listed_and_filtered_by_role_in_words(olga):
    make_staff("rita", "receptionist")
    page = olga.get("/admin/auth/user/?role=receptionist")

    assert [person.username for person in page.context["cl"].result_list] == ["rita"]
    assert '<td class="field-role">администратор</td>' in page.content.decode()
    assert Group.objects.filter(name="receptionist").exists()


def test_clinics_are_ticked(olga):
    doctor = make_doctor()

    page = text(olga, f"/admin/clinics/doctor/{doctor.pk}/change/")
    assert '<input type="checkbox" name="clinics"' in page
    assert "Command" not in page


def test_empty_list_says_so_and_a_search_without_an_answer_says_what_to_do(olga):
    assert "Здесь пока пусто." in text(olga, "/admin/patients/tag/")
    assert "Ничего не нашли. Измените поиск или условия." in text(olga, "/admin/patients/tag/?q=никого")


def test_hours_of_the_portals_work_are_told_in_words():
    hourly, nightly = CrontabSchedule(minute="10"), CrontabSchedule(minute="0", hour="4")
    weekly = CrontabSchedule(minute="0", hour="4", day_of_week="1")
    every = [IntervalSchedule(every=number, period="seconds") for number in (15, 60, 120)]

    with override("ru"):
        assert [hours_text(hours) for hours in (hourly, nightly)] == ["каждый час в 10 мин", "каждый день в 04:00"]
        assert hours_text(weekly).startswith("Минуты: 0; Часы: 4; ")
        told = [interval_text(interval) for interval in every]
    assert told == ["каждые 15 секунд", "каждую минуту", "каждые 2 минуты"]
