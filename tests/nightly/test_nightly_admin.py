"""The journal and the planned reminders in the admin."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from loyalty.models import NightlyRun, ReminderPlan
from loyalty.nightly import night
from tests.nightly.burning import LAST_DAY, member_with, moscow, run_program
from tests.people import make_clinic, make_staff

pytestmark = pytest.mark.django_db
RUNS = reverse("admin:loyalty_nightlyrun_changelist")
PLANS = reverse("admin:loyalty_reminderplan_changelist")


@pytest.fixture
def _a_night_of_two_clinics(client):
    run_program()
    for number in range(30):
        member_with(100, last_day=LAST_DAY, last_name=f"Пациент{number}", phone=f"+791600000{number:02}")
    member_with(70, clinic=make_clinic("omsk", timezone="Asia/Omsk"), last_name="Вера", phone="+79167654321")
    night.run_due_nights(at=moscow(2026, 11, 13, 3, 10))
    client.force_login(make_staff("maria", "manager"))


@pytest.mark.usefixtures("_a_night_of_two_clinics")
@pytest.mark.parametrize(("address", "rows"), [(RUNS, 9), (PLANS, 30)])
def test_the_manager_sees_the_own_clinics_facts_by_few_queries(client, address, rows):
    with CaptureQueriesContext(connection) as queries:
        page = client.get(address)

    assert page.context["cl"].result_count == rows
    assert len(queries) <= 15


@pytest.mark.usefixtures("_a_night_of_two_clinics")
@pytest.mark.parametrize("model", [NightlyRun, ReminderPlan])
def test_nobody_edits_the_journal(client, model):
    row = model.objects.filter(pk__isnull=False).order_by("id").first()
    name = f"admin:loyalty_{model._meta.model_name}"

    assert client.get(reverse(f"{name}_add")).status_code == 403
    assert client.post(reverse(f"{name}_change", args=[row.pk]), {"points": 0}).status_code == 403
    assert client.post(reverse(f"{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
    assert model.objects.filter(pk=row.pk, points=row.points).exists()
