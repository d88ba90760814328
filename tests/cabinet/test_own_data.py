"""One's own data are all there: a model that leads to a patient is exported, or left out for a stated reason."""

import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from django.apps import apps

from clinics.models import Clinic
from loyalty.calls.requests import PartOfDay, VisitWish, add_task, ask_for_visit, write_to_clinic
from loyalty.models import (
    Call,
    FriendGift,
    ImportedOpening,
    ManualDiscount,
    ManualTier,
    Review,
    ReviewPlatform,
)
from loyalty.refunds.refunding import RefundWish, refund_receipt
from notifications.models import OutboxMessage
from patients.cabinet.own_data import own_data
from patients.models import (
    Household,
    Patient,
    PatientSourceKey,
    Preferences,
    Referral,
    SpendProof,
    SurveyAnswer,
    SurveyQuestion,
)
from patients.public_codes import friend_code_of
from tests.cabinet.pages import log_in, text_of
from tests.cabinet.test_home import pay, said, today
from tests.people import make_staff, put_into_group
from tests.privileges.bought import buy, make_privilege
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]

EXPORTED = {
    "patients.Patient": "person",
    "patients.Card": "cards",
    "patients.SocialGroupRecord": "social_groups",
    "patients.PatientSourceKey": "other_systems",
    "patients.ConsentRecord": "consents",
    "patients.Preferences": "choices",
    "patients.PublicCode": "friend_links",
    "patients.Referral": "recommended",
    "patients.Household": "person",  # its name
    "patients.SpendProof": "proofs",
    "patients.SurveyAnswer": "survey",
    "notifications.OutboxMessage": "messages",
    "loyalty.CallTask": "requests",
    "loyalty.Call": "calls",
    "loyalty.Account": "account",
    "loyalty.Standing": "account",
    "loyalty.Entry": "operations",
    "loyalty.Lot": "lots",
    "loyalty.ImportedOpening": "previous_system",
    "loyalty.ManualTier": "tiers",
    "loyalty.ManualDiscount": "discounts_by_hand",
    "loyalty.PrivilegeCode": "rewards",
    "loyalty.Receipt": "receipts",
    "loyalty.ReceiptLine": "services",
    "loyalty.Refund": "refunds",
    "loyalty.Review": "reviews",
    "loyalty.FriendGift": "friend_gifts",
}
LEFT_OUT = {
    "patients.Patient_tags": "a remark of the staff, shown at the desk",
    "patients.HistoricalPatient": "who of the staff changed the row; what it says now is in person",
    "patients.HistoricalPatient_tags": "the same for remarks",
    "patients.SpendGuard": "a lock of minutes after wrong codes",
    "patients.SpendCode": "a code of minutes; the consent it proved is in proofs",
    "loyalty.Allocation": "which lot an operation took from: the lots say what is left",
    "loyalty.Award": "parts of the points of a receipt",
    "loyalty.LineDiscount": "parts of the discount of a receipt",
    "loyalty.RefundLine": "parts of a refund",
    "loyalty.LimitUse": "counters of rules",
    "loyalty.ReminderPlan": "planned by itself; what was sent is in messages",
    "loyalty.ThresholdGift": "from when payments count anew; the gift is in operations",
    "loyalty.MovedPatient": "bookkeeping of the sums by day: the home clinic of before",
    "loyalty.PatientMerge": "bookkeeping of two cards made one; what was on both is exported",
}


def models_that_lead_to_a_patient():
    """By keys of their own, over any number of tables."""
    ours = ("clinics", "patients", "notifications", "loyalty")
    models = [each for each in apps.get_models(include_auto_created=True) if each._meta.app_label in ours]
    found = {Patient}
    while True:
        more = {model for model in models if model not in found and keys_of(model) & found}
        if not more:
            return {model._meta.label for model in found}
        found |= more


def keys_of(model):
    return {field.related_model for field in model._meta.concrete_fields if field.is_relation}


def test_every_model_that_leads_to_a_patient_is_exported_or_left_out_on_purpose():
    assert models_that_lead_to_a_patient() == set(EXPORTED) | set(LEFT_OUT)
    assert not set(EXPORTED) & set(LEFT_OUT)


@pytest.fixture
def anna(today):
    """With a row in every table of the export."""
    publish_preset(has_welcome=False)
    anna = make_member(source="site", email="anna@example.ru")
    anna.household = Household.objects.create(name="Ивановы", contact=anna)
    anna.save()
    give_points(anna, 3000, at=NOON)
    receipt = pay(anna).receipt
    refund_receipt(RefundWish(receipt_id=receipt.pk, key="r", reason="CANCELLED"), actor=receipt.actor, at=NOON)
    rita = receipt.actor
    put_into_group(anna)
    key = PatientSourceKey.objects.create(patient=anna, source="old", key="77")
    ImportedOpening.objects.create(source_key=key, turnover=Decimal(5000), discount_bp=500, recorded_at=NOON)
    Preferences.objects.create(patient=anna, shows_services=True)
    friend_code_of(anna, at=NOON)
    vera = make_member("Петрова", "Вера", "+79160000001")
    Referral.objects.create(patient=anna, inviter=vera, set_at=NOON)
    words_of(anna, rita)
    FriendGift.objects.create(
        inviter=anna, friend=vera, rule_code="friend", receipt=receipt, points=250, given_at=NOON,
        operation_id=give_points(anna, 250, at=NOON),
    )  # fmt: skip
    buy(anna, make_privilege(price=1000))
    ManualTier.objects.create(
        patient=anna, tier="gold", reason="племянница", ends_on=date(2027, 1, 1), author=rita, granted_at=NOON
    )
    ManualDiscount.objects.create(
        patient=anna, clinic=anna.home_clinic, rate_bp=550, reason="племянница", status="REFUSED",
        requested_by=rita, requested_at=NOON, approver=make_staff("maria", "manager"), decided_at=NOON,
        expires_at=NOON,
    )  # fmt: skip
    SpendProof.objects.create(
        patient=anna, clinic=anna.home_clinic, way="OVERRIDE", reason="телефон сел", actor=rita, at=NOON, key="k"
    )
    return Patient.objects.get(pk=anna.pk)


def words_of(anna, rita):
    clinic = Clinic.objects.get()
    task = ask_for_visit(
        VisitWish(clinic, date(2026, 11, 25), PartOfDay.MORNING, "к Петрову"), patient=anna, at=NOON
    )
    Call.objects.create(task=task, outcome="NO_ANSWER", comment="не берёт", actor=rita, at=NOON)
    write_to_clinic("Где баллы?", patient=anna, at=NOON)
    add_task(patient=anna, clinic=clinic, words="капризная", due_date=date(2026, 11, 26), actor=rita, at=NOON)
    Review.objects.create(
        patient=anna, clinic=clinic, platform=ReviewPlatform.objects.get(code="own-form"), stars=5, text="Спасибо",
        at=NOON,
    )  # fmt: skip
    question = SurveyQuestion.objects.create(text="Что вам интересно?")
    SurveyAnswer.objects.create(patient=anna, question=question, chosen=["Отбеливание"], at=NOON)
    OutboxMessage.objects.create(
        key="m", event="points_burning", kind="SERVICE", patient=anna, due_at=NOON, next_attempt_at=NOON,
        created_at=NOON, address="+79161234567", body="450 баллов сгорят", status="SENT", sent_at=NOON,
    )  # fmt: skip


def exported(client, sms):
    log_in(client, sms)
    return json.loads(client.get("/settings/data/file/").content)


def test_each_table_has_its_rows(client, sms, anna):
    data = exported(client, sms)

    assert set(data) == set(EXPORTED.values())
    assert [code for code, rows in data.items() if not rows] == []


def test_words_of_the_patient_are_there_and_those_of_the_staff_are_not(client, sms, anna):
    data = exported(client, sms)

    assert [(row["day"], row["words"]) for row in data["requests"]] == [
        ("2026-11-25", "к Петрову"),
        (None, "Где баллы?"),
        (None, ""),
    ]
    assert data["reviews"][0] | {"points": 0} == {
        "at": "2026-11-22T09:00:00Z", "clinic": "Мытищи", "place": "Отзыв клинике", "stars": 5, "text": "Спасибо",
        "status": "на проверке", "reason": "", "points": 0,
    }  # fmt: skip
    assert data["survey"][0]["answer"] == "Отбеливание"
    assert (data["rewards"][0]["points"], data["rewards"][0]["code"][:3]) == (1000, "НГ-")
    text = json.dumps(data, ensure_ascii=False)
    assert [
        word for word in ("капризная", "племянница", "не берёт", "телефон сел", "Вера", "Петрова") if word in text
    ] == []


def test_what_stayed_on_a_merged_card_is_exported_too(client, sms, anna):
    old = make_member("Иванова", "Аня", "+79160000002")
    number = old.cards.get().number
    Patient.objects.filter(pk=old.pk).update(merged_into=anna)

    data = exported(client, sms)

    assert number in [row["number"] for row in data["cards"]]


def test_page_shows_every_table(client, sms, anna):
    log_in(client, sms)

    page = said(text_of(client.get("/settings/data/")))

    assert "Ответы на анкету: 1" in page
    assert "Коды наград: 1" in page
    assert "Замечания, которые сотрудники пишут для себя, вам покажут на стойке." in page


def test_export_costs_the_same_whatever_there_is(anna, django_assert_num_queries):
    for number in range(5):
        write_to_clinic(f"Письмо {number}", patient=anna, at=NOON)
        give_points(anna, 10 + number, at=NOON)

    with django_assert_num_queries(27):
        tables = list(own_data(anna))

    assert len(tables) == 25
    assert {type(value) for table in tables for row in table.rows for value in row} <= {
        str, int, bool, Decimal, datetime, date, type(None),
    }  # fmt: skip
