"""The dialogs of the patient's card: a new card and a block, consents, joining, the inviter, points by hand."""

import pytest
import time_machine
from django.urls import reverse

from clinics.models import AuditEvent
from loyalty.ledger.audit import breaches
from loyalty.models import Operation
from patients.consents import current_consents
from patients.models import Card, ConsentRecord, Patient, Referral
from tests.desk.desk_pages import text_of
from tests.patient_card import change_url
from tests.people import make_clinic, make_patient, make_rita, make_staff
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"
WISH = {"key": KEY, "points": "300", "category": "APOLOGY", "comment": "ждала полчаса"}
DIALOGS = ("loyalty-card", "consents", "inviter", "join", "give-points", "take-points")


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def anna():
    publish_preset(has_welcome=False)
    return make_member(at=NOON)


def dialog(patient, name):
    return reverse(f"admin:patients_patient_{name}", args=[patient.pk])


def cards(patient):
    return list(Card.objects.filter(patient=patient).order_by("id").values_list("status", "close_reason"))


def balance(patient):
    return patient.standing.account.__class__.objects.get(pk=patient.standing.account_id).balance


# Access


@pytest.mark.parametrize("name", DIALOGS)
def test_marketer_opens_none_and_patients_of_another_clinic_are_not_found(client, anna, name):
    client.force_login(make_staff("mark", "marketer"))
    refused = client.post(dialog(anna, name), WISH)
    client.force_login(make_staff("olga", "owner", clinics=[make_clinic("omsk", name="Омск")]))
    unfound = client.post(dialog(anna, name), WISH)

    assert (refused.status_code, unfound.status_code) == (403, 404)
    assert (AuditEvent.objects.count(), Operation.objects.count(), Card.objects.count()) == (0, 0, 1)


def test_card_offers_only_what_the_role_may_do(client, anna):
    client.force_login(make_rita())
    receptionists = client.get(change_url(anna)).context["dialogs"]
    client.force_login(make_staff("sonya", "senior"))
    seniors = client.get(change_url(anna)).context["dialogs"]

    assert set(receptionists) == {"loyalty_card", "consents", "inviter", "call"}
    assert set(seniors) >= {"loyalty_card", "consents", "inviter", "give_points", "take_points"}


# Cards


def test_new_card_replaces_the_one_shown_and_a_second_click_changes_nothing(client, anna):
    rita = make_rita()
    client.force_login(rita)
    shown = Card.objects.get(patient=anna).pk
    form = {"shown": shown, "reason": "потеряла", "issue": "1"}

    first = client.post(dialog(anna, "loyalty-card"), form, follow=True)
    second = client.post(dialog(anna, "loyalty-card"), form, follow=True)

    assert cards(anna) == [("REPLACED", "потеряла"), ("ACTIVE", "")]
    assert f"Новая карта: {Card.objects.get(status='ACTIVE')}." in text_of(first)
    assert "Карту тем временем уже сменили." in text_of(second)
    event = AuditEvent.objects.get()
    assert (event.code, event.reason, event.actor, event.details["replaced"]) == (
        "patient.card_issued", "потеряла", rita, shown,
    )  # fmt: skip


def test_blocked_card_leaves_none_until_a_new_one_is_issued(client, anna):
    client.force_login(make_rita())
    shown = Card.objects.get(patient=anna).pk

    client.post(dialog(anna, "loyalty-card"), {"shown": shown, "reason": "украли", "block": "1"})
    blocked = cards(anna)
    page = text_of(client.get(dialog(anna, "loyalty-card")))
    client.post(dialog(anna, "loyalty-card"), {"shown": "", "reason": "взамен", "issue": "1"})

    assert blocked == [("BLOCKED", "украли")]
    assert "Действующей карты нет." in page
    assert cards(anna) == [("BLOCKED", "украли"), ("ACTIVE", "")]
    assert list(AuditEvent.objects.order_by("id").values_list("code", flat=True)) == [
        "patient.card_blocked",
        "patient.card_issued",
    ]


def test_card_is_not_changed_without_a_reason(client, anna):
    client.force_login(make_rita())

    answer = client.post(
        dialog(anna, "loyalty-card"), {"shown": Card.objects.get().pk, "reason": " ", "block": "1"}
    )

    assert (answer.status_code, cards(anna)) == (422, [("ACTIVE", "")])


# Consents


def consent(**said):
    return {"kind": "ADVERTISING", "channel": "", "source": "CALL", "reason": "", **said}


def test_consent_is_given_with_its_source_and_only_once(client, anna):
    rita = make_rita()
    client.force_login(rita)

    answers = [client.post(dialog(anna, "consents"), consent(give="1"), follow=True) for _ in range(2)]

    row = ConsentRecord.objects.get(kind="ADVERTISING")
    assert (row.granted, row.source, row.actor) == (True, "CALL", rita)
    assert "Записали в журнал согласий." in text_of(answers[0])
    assert "Это уже действует. Ничего не изменилось." in text_of(answers[1])


def test_withdrawal_needs_a_reason(client, anna):
    client.force_login(make_rita())

    refused = client.post(dialog(anna, "consents"), consent(kind="SERVICE", withdraw="1"))
    before = current_consents(anna.pk)[("SERVICE", "")]
    client.post(dialog(anna, "consents"), consent(kind="SERVICE", withdraw="1", reason="просила не писать"))

    assert "Напишите, почему согласие отзывают" in text_of(refused)
    assert (before, current_consents(anna.pk)[("SERVICE", "")]) == (True, False)


def test_consent_to_personal_data_knows_no_channel(client, anna):
    client.force_login(make_rita())

    answer = client.post(
        dialog(anna, "consents"),
        consent(kind="PERSONAL_DATA", channel="SMS", withdraw="1", reason="заявление"),
        follow=True,
    )

    assert current_consents(anna.pk)[("PERSONAL_DATA", "")] is False
    assert "Попросите управляющего стереть данные." in text_of(answer)


# Joining


def test_contact_becomes_a_member_with_welcome_points_once(client):
    publish_preset()
    vera = make_patient("Петрова", "Вера", "+79160000001", consents=())
    client.force_login(make_rita())

    untold = client.post(dialog(vera, "join"), {})
    before = Patient.objects.get(pk=vera.pk).status
    answers = [client.post(dialog(vera, "join"), {"rules": "on"}, follow=True) for _ in range(2)]

    vera.refresh_from_db()
    assert "Без согласия вступить нельзя." in text_of(untold)
    assert (before, vera.status, balance(vera)) == ("CONTACT", "MEMBER", 250)
    assert "Теперь это участник программы." in text_of(answers[0])
    assert "Это уже участник." in text_of(answers[1])


def test_nobody_joins_while_no_program_is_in_force(client):
    vera = make_patient("Петрова", "Вера", "+79160000001", consents=())
    client.force_login(make_rita())

    answer = client.post(dialog(vera, "join"), {"rules": "on"})

    assert "Сейчас не действует ни одна программа" in text_of(answer)
    assert (Patient.objects.get().status, ConsentRecord.objects.count()) == ("CONTACT", 0)


# The inviter


def test_inviter_is_written_down_by_phone_and_named_on_the_card(client, anna):
    make_patient("Петрова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))
    client.force_login(make_rita())

    client.post(dialog(anna, "inviter"), {"inviter": "8 916 000 00 01"})

    assert "Петрова Вера" in text_of(client.get(change_url(anna)))


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("+79161234567", "Это номер самого пациента."),
        ("+79169999999", "Ни у кого нет такого телефона, карты или кода."),
        ("Иванова", "Ни у кого нет такого телефона, карты или кода."),
    ],
)
def test_wrong_inviter_is_refused_beside_the_field_and_stays_typed(client, anna, typed, said):
    client.force_login(make_rita())

    answer = client.post(dialog(anna, "inviter"), {"inviter": typed})

    assert (said in text_of(answer), f'value="{typed}"' in answer.content.decode()) == (True, True)
    assert Referral.objects.count() == 0


def test_receptionist_does_not_change_an_inviter_and_a_senior_gives_a_reason(client, anna):
    make_patient("Петрова", "Вера", "+79160000001")
    make_patient("Иванов", "Борис", "+79160000002")
    client.force_login(make_rita())
    client.post(dialog(anna, "inviter"), {"inviter": "+79160000001"})

    again = client.post(dialog(anna, "inviter"), {"inviter": "+79160000002", "reason": "ошиблись"})
    client.force_login(make_staff("sonya", "senior"))
    bare = client.post(dialog(anna, "inviter"), {"inviter": "+79160000002"})
    client.post(dialog(anna, "inviter"), {"inviter": "+79160000002", "reason": "ошиблись"})

    assert (again.status_code, bare.status_code) == (403, 422)
    assert str(Referral.objects.get().inviter) == "Иванов Борис"


# Points by hand


def test_points_are_given_once_with_a_reason_in_the_ledger(client, anna):
    sonya = make_staff("sonya", "senior")
    client.force_login(sonya)

    answers = [client.post(dialog(anna, "give-points"), WISH, follow=True) for _ in range(2)]

    operation = Operation.objects.get()
    assert balance(anna) == 300
    assert (operation.kind, operation.actor, operation.reason) == ("ADJUST", sonya, "ждала полчаса")
    assert operation.explanation == {"manual": "APOLOGY", "points": 300}
    assert "Готово. На балансе: 300." in text_of(answers[0])
    assert "Уже сделано первым нажатием. На балансе: 300." in text_of(answers[1])
    assert "Наши извинения. ждала полчаса" in text_of(answers[0])
    assert AuditEvent.objects.values_list("code", "reason").get() == ("points.given", "ждала полчаса")


def test_points_are_taken_and_never_below_what_there_is(client, anna):
    give_points(anna, 100, at=NOON)
    client.force_login(make_staff("sonya", "senior"))

    refused = client.post(dialog(anna, "take-points"), WISH | {"points": "101"})
    client.post(dialog(anna, "take-points"), WISH | {"points": "60"})

    assert "Можно списать только 100. Уменьшите число." in text_of(refused)
    assert balance(anna) == 40
    assert list(breaches()) == []


def test_role_has_a_limit_per_day_up_and_down_together(client, anna):
    client.force_login(make_staff("sonya", "senior"))
    client.post(dialog(anna, "give-points"), WISH)

    refused = client.post(dialog(anna, "take-points"), WISH | {"key": "f" * 32, "points": "201"})
    with time_machine.travel("2026-11-22T21:00:00Z", tick=False):  # midnight in Moscow
        client.post(dialog(anna, "give-points"), WISH | {"key": "e" * 32, "points": "500"})

    text = "Ваша роль — до 500 в день для одного пациента, осталось 200."
    assert text in text_of(refused)
    assert balance(anna) == 800


@pytest.mark.parametrize(
    "wrong",
    [
        {"points": "0"},
        {"points": "-5"},
        {"points": "много"},
        {"points": ""},
        {"comment": " "},
        {"category": "X"},
        {"key": ""},
    ],
    ids=str,
)
def test_wrong_value_moves_nothing(client, anna, wrong):
    client.force_login(make_staff("sonya", "senior"))

    answer = client.post(dialog(anna, "give-points"), WISH | wrong)

    assert (answer.status_code, Operation.objects.count()) == (422, 0)


def test_balance_is_in_no_form_of_the_card(client, anna):
    give_points(anna, 1234, at=NOON)
    client.force_login(make_staff("maria", "manager"))

    page = client.get(change_url(anna)).content.decode()

    assert 'value="1234"' not in page
    assert "balance" not in client.get(change_url(anna)).context["adminform"].form.fields
