"""The catalogue of rewards in the admin: whole offers only, in words; codes are looked at."""

import pytest

from clinics.models import AuditEvent
from loyalty.models import Privilege, PrivilegeCode
from tests.desk.desk_pages import text_of
from tests.people import make_clinic, make_service, make_staff
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
ADD = "/admin/loyalty/privilege/add/"
CODES = "/admin/loyalty/privilegecode/"


@pytest.fixture
def marketer(client):
    publish_preset()
    marketer = make_staff("mark", "marketer")
    client.force_login(marketer)
    return marketer


def make_rich_member():
    anna = make_member()
    give_points(anna, 3000, at=NOON)
    return anna


def offer(**changes):
    fields = {
        "title": "Гигиена со скидкой",
        "kind": "AMOUNT",
        "amount": "1000",
        "price": "1000",
        "valid_days": "14",
    }
    return {key: value for key, value in (fields | {"is_active": "on"} | changes).items() if value is not None}


def test_marketer_adds_an_offer_and_the_audit_knows(client, marketer):
    answer = client.post(ADD, offer(tiers=["gold"]))

    privilege = Privilege.objects.get()
    assert answer.status_code == 302
    assert (privilege.amount, privilege.tiers, privilege.author) == (1000, ["gold"], marketer)
    event = AuditEvent.objects.get(code="privilege.added")
    assert (event.actor, event.target_id) == (marketer, str(privilege.pk))


def test_change_of_an_offer_is_told_by_its_fields(client, marketer):
    privilege = make_privilege()

    client.post(f"/admin/loyalty/privilege/{privilege.pk}/change/", offer(title=privilege.title, price="1200"))

    privilege.refresh_from_db()
    assert privilege.price == 1200
    assert AuditEvent.objects.get(code="privilege.changed").details == {"fields": ["price"]}


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"amount": None}, "Впишите, сколько рублей скидка."),
        ({"kind": "GOODS"}, "Сумма бывает только у скидки. Очистите поле."),
        ({"kind": "SERVICE", "amount": None}, "Выберите бесплатную услугу или её категорию."),
        (
            {"available_from": "02.12.2026", "available_to": "01.12.2026"},
            "Последний день раньше первого.",
        ),
    ],
    ids=["no amount", "amount of goods", "which service", "days"],
)
def test_half_an_offer_is_refused_in_words(client, marketer, changes, text):
    answer = client.post(ADD, offer(**changes))

    assert text in text_of(answer)
    assert Privilege.objects.count() == 0


def test_stock_is_never_below_what_was_bought(client, marketer):
    anna = make_rich_member()
    privilege = make_privilege()
    buy(anna, privilege)

    answer = client.post(f"/admin/loyalty/privilege/{privilege.pk}/change/", offer(stock="0"))

    assert "Уже куплено: 1." in text_of(answer)


def test_free_service_is_chosen_from_the_price_list(client, marketer):
    service = make_service("fluoride", "hygiene")

    client.post(ADD, offer(kind="SERVICE", amount=None, services=[service.pk]))

    assert list(Privilege.objects.get().services.all()) == [service]


def test_offer_of_another_clinic_is_not_seen(client, marketer):
    make_privilege(title="Только в Омске", clinics=(make_clinic("omsk", name="Омск"),))
    make_privilege(title="Везде")

    text = text_of(client.get("/admin/loyalty/privilege/"))

    assert ("Везде" in text, "Только в Омске" in text) == (True, False)


def test_codes_are_found_by_the_code_in_any_layout(client, marketer):
    anna = make_rich_member()
    code, other = buy(anna, make_privilege(), key="1"), buy(anna, make_privilege(), key="2")
    PrivilegeCode.objects.filter(pk=code.pk).update(key="YU4821")

    text = text_of(client.get(CODES, {"q": "нг 4821"}))

    assert ("НГ-4821" in text, f"НГ-{other.key[2:]}" in text) == (True, False)
