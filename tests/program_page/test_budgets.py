"""The page of the version in force says how much of each budget is used; near its end it stands out."""

import pytest

from clinics.models import Clinic
from loyalty.models import LimitUse
from loyalty.program.versions import create_draft
from tests.people import make_clinic
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
BONUS = {
    "code": "bonus",
    "title": {"ru": "За визит", "en": "For a visit"},
    "effect": {"kind": "fixed", "points": 300, "per": "visit"},
    "budget": {"points": 10_000, "period": "month"},
}
AUTUMN = {
    "code": "autumn",
    "title": {"ru": "Осень", "en": "Autumn"},
    "effect": {"kind": "percent", "percent": 10},
    "days": {"first_day": "2026-09-01", "last_day": "2026-12-31"},
    "rules_link": "/rules/",
    "budget": {"roubles": 500, "period": "program", "per_clinic": True},
}


@pytest.fixture
def limited(maria):
    return publish_preset(has_welcome=False, earning={"rules": [BONUS]}, discounts={"promotions": [AUTUMN]})


def use(code, used, *, start, amount, clinic=None):
    LimitUse.objects.create(
        rule_code=code, kind="budget", clinic=clinic, period_start=start, used=used, amount=amount
    )


def budgets_of(client, number=1):
    page = client.get(f"/admin/program/{number}/")
    return [(row.title, row.text.replace("\u00a0", " "), row.is_nearly_spent) for row in page.context["budgets"]]


@pytest.mark.parametrize(("used", "percent", "stands_out"), [(7999, 79, False), (8000, 80, True)])
def test_budget_stands_out_from_80_percent_on(client, limited, used, percent, stands_out):
    use("bonus", used, start="2026-11-01", amount=10_000)
    use("bonus", 10_000, start="2026-10-01", amount=10_000)

    told = budgets_of(client)

    spent = f"{used:,}".replace(",", " ")
    assert told[0] == ("За визит", f"дано {spent} из 10 000 ({percent} %)", stands_out)
    page = client.get("/admin/program/1/").content.decode()
    assert ("Почти исчерпан: увеличьте его в новой версии, иначе правило остановится." in page) is stands_out


def test_clinics_see_their_own_budgets_only(client, limited):
    omsk = make_clinic("omsk", name="Омск")
    use("autumn", 12_550, start="2000-01-01", amount=50_000, clinic=Clinic.objects.exclude(pk=omsk.pk).get())
    use("autumn", 50_000, start="2000-01-01", amount=50_000, clinic=omsk)

    told = budgets_of(client)

    assert [row[0] for row in told] == ["За визит", f"Осень, {make_clinic().name}"]
    assert told[1][1:] == ("дано 125,50 ₽ из 500 ₽ (25 %)", False)


def test_draft_tells_no_budgets(client, limited, maria):
    create_draft(document=limited.document, at=NOON, actor=maria)

    assert budgets_of(client, 2) == []


def test_program_without_budgets_tells_none(client, maria):
    publish_preset()

    assert budgets_of(client) == []
