"""Trials: the quote of any version, with all reasons, and nothing written."""

from datetime import timedelta

import pytest
from django.apps import apps

from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.models import LimitUse, ProgramVersion
from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft
from loyalty.rules.facts import SpendChoice
from tests.desk.desk_pages import text_of
from tests.people import (
    make_clinic,
    make_doctor,
    make_patient,
    make_service,
    make_social_group,
    make_staff,
    put_into_group,
)
from tests.program_page.pages import PROGRAM, controls
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db
TRY = f"{PROGRAM}2/try/"
PICTURE = {
    "line0-what": "Гигиена", "line0-price": "6 500", "line1-what": "имплант", "line1-price": "42000",
    "tier": "gold", "balance": "3450", "spend": "maximum",
}  # fmt: skip


@pytest.fixture
def versions(maria):
    """Version 1 in force; draft 2 gives Gold 8 % and pensioners 5 % off on Mondays and Tuesdays."""
    for code, category, name in (
        ("hygiene-full", "hygiene", "Гигиена"),
        ("implant-1", "implantation", "Имплантация"),
    ):
        service = make_service(code, category, 1000)
        service.name = name
        service.save(update_fields=["name"])
    make_social_group()
    publish_preset(has_welcome=False)
    document = read_preset("dentistry")
    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8
    document["discounts"] = {
        "promotions": [
            {
                "code": "pensioners",
                "title": {"ru": "Пенсионерам", "en": "Pensioners"},
                "effect": {"kind": "percent", "percent": 5},
                "days": {"first_day": "2026-11-01", "last_day": "2026-12-31"},
                "rules_link": "/rules/",
                "when": {"social_groups": ["pensioner"], "weekdays": [1, 2]},
            }
        ]
    }
    create_draft(document=document, at=NOON, actor=maria)


def rows():
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model._meta.app_label in ("loyalty", "patients", "clinics", "notifications")
    }


def trial(client, url=TRY, **changes):
    return client.post(url, controls(client.get(url)) | changes)


def sums(answer):
    return [
        {name: text.replace("\u00a0", " ") for name, text, _same in panel.sums}
        for panel in answer.context["panels"]
    ]


def wrong(answer):
    form, lines = answer.context["form"], answer.context["lines"]
    return {
        **form.errors,
        **{f"{line.prefix}-{name}": text for line in lines for name, text in line.errors.items()},
    }


def test_bill_of_the_picture_comes_out_side_by_side(client, versions):
    answer = trial(client, **PICTURE)

    assert answer.status_code == 200, wrong(answer)
    assert [panel.title for panel in answer.context["panels"]] == ["Версия 1", "Черновик 2"]
    assert sums(answer) == [
        {
            "Сумма чека": "48 500 ₽",
            "Скидка": "0 ₽",
            "Можно списать": "1 300 (20 %)",
            "Оплачено баллами": "−1 300",
            "К оплате": "47 200 ₽",
            "Будет начислено": "+4 248",
        },
        {
            "Сумма чека": "48 500 ₽",
            "Скидка": "0 ₽",
            "Можно списать": "1 300 (20 %)",
            "Оплачено баллами": "−1 300",
            "К оплате": "47 200 ₽",
            "Будет начислено": "+3 776",
        },
    ]
    assert [name for name, _text, is_same in answer.context["panels"][1].sums if not is_same] == [
        "Будет начислено"
    ]


def test_trial_writes_nothing(client, versions):
    anna = make_member()
    before = rows()

    trial(client, **PICTURE)
    trial(client, **PICTURE | {"who": "real", "patient": "+79161234567"})

    assert rows() == before
    anna.standing.account.refresh_from_db()
    assert anna.standing.account.balance == 0


def test_every_rule_that_does_not_apply_says_why(client, versions):
    answer = trial(client, **PICTURE, **{"social_groups": ["pensioner"]})

    skipped = answer.context["panels"][1].skipped
    assert skipped == ("Пенсионерам: не действует. Действует в другие дни недели.",)


def test_rule_of_other_services_is_named_too(client, versions):
    document = ProgramVersion.objects.get(number=2).document
    document["earning"]["rules"].append(
        {
            "code": "kids",
            "title": {"ru": "Детям", "en": "Kids"},
            "effect": {"kind": "percent", "percent": 15},
            "when": {"categories": ["kids"]},
        }
    )
    ProgramVersion.objects.filter(number=2).update(document=document)

    answer = trial(client, **PICTURE)

    assert "Детям: не действует. Действует для других услуг или врачей." in answer.context["panels"][1].skipped


def test_made_up_pensioner_gets_the_discount_on_its_day(client, versions):
    answer = trial(client, **PICTURE, **{"social_groups": ["pensioner"], "day": "2026-11-23"})

    assert [each["Скидка"] for each in sums(answer)] == ["0 ₽", "−2 425 ₽"]


def test_real_patient_gets_the_quote_of_the_desk(client, versions):
    anna = make_member(tier="gold", turnover=282_000)
    put_into_group(anna)
    give_points(anna, 3000, at=NOON - timedelta(days=10))
    draft = ReceiptDraft(
        patient_id=anna.pk,
        clinic_code=make_clinic().code,
        lines=(DraftLine(price_kopecks=650_000, service_id=make_service("hygiene-full", "hygiene").pk),),
        choice=SpendChoice.maximum(),
        identified_by="PHONE",
    )
    expected = quote_receipt(draft, at=NOON).quote

    answer = trial(
        client,
        **{"line0-what": "hygiene-full", "line0-price": "6500", "who": "real", "patient": "8 916 123-45-67"},
    )

    assert answer.status_code == 200, wrong(answer)
    assert "Иванова Анна" in text_of(answer)
    own = sums(answer)[0]
    assert (own["К оплате"], own["Будет начислено"]) == ("5 200 ₽", "+468")
    assert (expected.money_kopecks, expected.earned_points) == (520_000, 468)


def test_used_up_budget_is_seen_in_a_trial(client, versions):
    document = ProgramVersion.objects.get(number=2).document
    document["earning"]["rules"][0]["budget"] = {"points": 1000, "period": "program"}
    ProgramVersion.objects.filter(number=2).update(document=document)
    LimitUse.objects.create(rule_code="cashback", kind="budget", period_start="2000-01-01", used=1000, amount=1000)

    answer = trial(client, **PICTURE)

    assert sums(answer)[1]["Будет начислено"] == "0"


def test_price_of_the_list_is_taken_when_none_is_typed(client, versions):
    answer = trial(client, **{"line0-what": "hygiene-full", "line0-quantity": "3"})

    assert sums(answer)[0]["Сумма чека"] == "3 000 ₽"


def test_faults_are_said_at_once_and_what_was_typed_stays(client, versions):
    typed = {
        "line0-what": "маникюр", "line1-price": "много", "line2-what": "implantation", "day": "", "time": "25:00",
        "balance": "-1", "spend": "amount", "line0-quantity": "0",
    }  # fmt: skip

    answer = trial(client, **typed)

    assert answer.status_code == 422
    assert set(wrong(answer)) == {
        "line0-what", "line1-price", "line2-price", "day", "time", "balance", "spend_points", "line0-quantity",
    }  # fmt: skip
    page = controls(answer)
    assert {name: page[name][0] for name in typed} == typed


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"who": "real", "patient": "+79990000000"}, "patient"),
        ({"who": "real", "patient": "Иванова"}, "patient"),
        ({"who": "real", "patient": "+79161234567", "day": "2026-11-21"}, "day"),
        ({"balance": "10", "burning": "20"}, "burning"),
        ({"clinic": "elsewhere"}, "clinic"),
        ({"who": "nobody"}, "who"),
    ],
    ids=["stranger", "two of a name", "yesterday", "more burns than there is", "clinic", "who"],
)
def test_what_can_not_be_tried_is_refused_at_its_field(client, versions, typed, field):
    make_member()
    make_member(first_name="Мария", phone="+79161112233")

    answer = trial(client, **PICTURE | typed)

    assert answer.status_code == 422
    assert list(wrong(answer)) == [field]


def test_contact_without_an_account_is_said_in_words(client, versions):
    make_patient(consents=())

    answer = trial(client, **PICTURE | {"who": "real", "patient": "+79161234567"})

    assert "ещё нет счёта баллов" in text_of(answer)


def test_patients_of_other_clinics_are_not_found_by_name(client, versions):
    make_member(clinic=make_clinic("ural", name="Урал"))

    answer = trial(client, **PICTURE | {"who": "real", "patient": "Иванова"})

    assert "Никого не нашли." in text_of(answer)


def test_receipt_without_lines_is_asked_for_one(client, versions):
    answer = trial(client)

    assert answer.status_code == 422
    assert "Заполните хотя бы одну строку чека." in text_of(answer)


def test_row_more_keeps_what_was_typed(client, versions):
    answer = trial(client, **PICTURE, again="1")

    assert (controls(answer)["rows"], controls(answer)["line0-price"]) == (["4"], ["6 500"])
    assert answer.context["panels"] == []


def test_doctors_are_offered_where_there_are_any(client, versions):
    before = client.get(TRY).content.decode()
    make_doctor()

    assert "line0-doctor" not in before
    assert "Петров П. П." in client.get(TRY).content.decode()


def test_version_in_force_is_tried_alone_and_network_without_clinics_is_told(client, versions):
    alone = trial(client, f"{PROGRAM}1/try/", **PICTURE)
    make_clinic().__class__.objects.update(is_active=False)

    assert [panel.title for panel in alone.context["panels"]] == ["Версия 1"]
    assert "Клиник пока нет" in text_of(client.get(TRY))


def test_marketer_tries_and_the_reception_does_not(client, versions):
    client.force_login(make_staff("olga", "marketer"))
    tried = trial(client, **PICTURE)
    client.force_login(make_staff("rita", "receptionist"))

    assert tried.status_code == 200
    assert [client.get(TRY).status_code, client.post(TRY, PICTURE).status_code] == [403, 403]


def test_trial_costs_the_same_number_of_queries_however_many_lines(
    client, versions, django_assert_max_num_queries
):
    page = controls(client.get(TRY))
    many = {f"line{number}-what": "Гигиена" for number in range(20)} | {"rows": "20"}
    for number in range(20):
        page |= {f"line{number}-quantity": "1"}

    with django_assert_max_num_queries(22):
        answer = client.post(TRY, page | PICTURE | many)

    assert sums(answer)[0]["Сумма чека"] == "66 500 ₽"
