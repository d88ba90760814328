"""Self-registration: from a link or the log-in page to a member with a card and welcome points."""

from datetime import timedelta

import pytest
import time_machine

from loyalty.models import Account, Operation, Standing
from patients.models import Card, ConsentRecord, Patient, SourceChannel
from tests.cabinet.joining import PHONE, SAID, STORED_PHONE, new_visitor, prove_phone, register, tell
from tests.cabinet.pages import log_in, text_of, try_code, wrong
from tests.people import LONG_AGO, make_clinic, make_patient
from tests.programs import make_member, publish_preset
from tests.threads import run_together

pytestmark = pytest.mark.django_db
WELCOME = "У вас 250 баллов за вступление."


@pytest.fixture
def program(db):
    make_clinic()
    return publish_preset()


def make_channel(code="telegram", **fields):
    clinics = fields.pop("clinics", None) or [make_clinic()]
    channel = SourceChannel.objects.create(code=code, name=code, kind="TELEGRAM", **fields)
    channel.clinics.set(clinics)
    return channel


def test_newcomer_becomes_a_member_with_a_card_and_welcome_points_and_ends_at_home(client, sms, program):
    to_form = prove_phone(client, sms)
    answer = tell(client, birth_date="14.02.1997")

    assert (to_form["Location"], answer["Location"]) == ("/join/about/", "/")
    galina = Patient.objects.get()
    assert (galina.phone, str(galina), galina.birth_date.isoformat()) == (
        STORED_PHONE, "Зайцева Галина", "1997-02-14",
    )  # fmt: skip
    assert (galina.is_member, galina.home_clinic.code, galina.source) == (True, "mytishchi", "")
    assert Card.objects.filter(patient=galina, status="ACTIVE").count() == 1
    assert Account.objects.get(standing__patient=galina).balance == 250
    assert WELCOME in text_of(client.get("/"))


def test_consents_are_those_that_were_ticked_and_none_is_ticked_beforehand(client, sms, program):
    prove_phone(client, sms)
    assert "checked" not in client.get("/join/about/").content.decode()

    tell(client, advertising=["SMS"])

    rows = ConsentRecord.objects.order_by("id").values_list("kind", "channel", "granted", "source")
    assert list(rows) == [
        ("RULES", "", True, "CABINET"),
        ("PERSONAL_DATA", "", True, "CABINET"),
        ("SERVICE", "", True, "CABINET"),
        ("ADVERTISING", "SMS", True, "CABINET"),
    ]


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("rules", "Без согласия с правилами мы не можем открыть счёт."),
        ("personal_data", "Без согласия на обработку данных мы не вправе хранить ваше имя и телефон."),
        ("first_name", "Напишите ваше имя."),
        ("last_name", "Напишите вашу фамилию: по ней вас находят на стойке."),
    ],
)
def test_what_is_missing_is_named_and_nothing_is_written(client, sms, program, missing, words):
    prove_phone(client, sms)

    answer = client.post("/join/about/", {name: value for name, value in SAID.items() if name != missing})

    assert answer.status_code == 422
    assert words in text_of(answer)
    assert Patient.objects.count() == 0


@pytest.mark.parametrize("day", ["31.02.1990", "01.01.1899", "01.01.2990"])
def test_impossible_birth_date_is_refused_and_what_was_typed_stays(client, sms, program, day):
    prove_phone(client, sms)

    answer = tell(client, birth_date=day)

    assert answer.status_code == 422
    assert f'value="{day}"' in answer.content.decode()
    assert 'value="Галина"' in answer.content.decode()
    assert Patient.objects.count() == 0


def test_form_opens_to_nobody_who_has_not_proved_a_phone(client, sms, program):
    answers = [client.get("/join/about/"), tell(client)]
    client.post("/join/", {"phone": PHONE})
    answers += [try_code(client, wrong(sms.last_code)), tell(client)]

    assert [(answer.status_code, answer.headers.get("Location")) for answer in answers] == [
        (302, "/join/"), (302, "/join/"), (200, None), (302, "/join/"),
    ]  # fmt: skip
    assert Patient.objects.count() == 0


def test_proved_phone_stays_proved_for_half_an_hour(client, sms, program):
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        prove_phone(client, sms)
        clock.shift(timedelta(minutes=29, seconds=59))
        assert client.get("/join/about/").status_code == 200
        clock.shift(timedelta(seconds=1))

        answer = tell(client)

    assert answer["Location"] == "/join/"
    assert Patient.objects.count() == 0


def test_second_submit_finds_the_member_and_gives_nothing_more(client, sms, program):
    register(client, sms)

    again = tell(client)

    assert again["Location"] == "/"
    assert (Patient.objects.count(), Operation.objects.count()) == (1, 1)


def test_two_sessions_with_one_phone_make_one_member(client, sms, program):
    other = new_visitor()
    with time_machine.travel(LONG_AGO, tick=False) as clock:
        prove_phone(client, sms)
        clock.shift(timedelta(minutes=1))
        prove_phone(other, sms)

        answers = [tell(client), tell(other)]

        assert [answer["Location"] for answer in answers] == ["/", "/"]
        assert (Patient.objects.count(), Operation.objects.count()) == (1, 1)
        assert client.session["_auth_user_id"] == other.session["_auth_user_id"]


@pytest.mark.concurrency
@pytest.mark.django_db(transaction=True)
def test_forms_sent_at_once_make_one_member_with_one_welcome(client, sms):
    make_clinic()
    publish_preset()
    prove_phone(client, sms)

    def send(_number):
        visitor = new_visitor()
        visitor.cookies = client.cookies
        return tell(visitor)["Location"]

    assert run_together(6, send) == ["/"] * 6
    assert (Patient.objects.count(), Card.objects.count(), Operation.objects.count()) == (1, 1, 1)
    assert ConsentRecord.objects.count() == 3
    assert Account.objects.get().balance == 250


def test_contact_becomes_a_member_of_the_same_row_and_keeps_what_the_clinic_knows(client, sms, program):
    contact = make_patient("Петрова", "Вера", STORED_PHONE, consents=(), source="maps")

    to_form = prove_phone(client, sms)
    page = client.get("/join/about/").content.decode()
    answer = tell(client, birth_date="01.03.1980", advertising=["SMS"])

    assert (to_form["Location"], answer["Location"]) == ("/join/about/", "/")
    assert 'name="first_name"' not in page
    vera = Patient.objects.get()
    assert (vera.pk, str(vera), vera.is_member, vera.source) == (contact.pk, "Петрова Вера", True, "maps")
    assert vera.birth_date.isoformat() == "1980-03-01"
    assert Standing.objects.get(patient=vera).account.balance == 250
    assert WELCOME in text_of(client.get("/"))


def test_contact_without_a_name_tells_it(client, sms, program):
    make_patient("Неизвестно", "", STORED_PHONE, consents=())

    register(client, sms)

    assert str(Patient.objects.get()) == "Неизвестно Галина"


def test_member_gets_home_by_the_same_way_and_nothing_is_written(client, sms, program):
    make_member("Петрова", "Вера", STORED_PHONE)

    prove_phone(client, sms)
    answer = client.get("/join/about/")

    assert answer["Location"] == "/"
    assert (Patient.objects.count(), Operation.objects.count()) == (1, 1)


def test_channel_of_the_link_stays_on_the_patient(client, sms, program):
    make_channel()
    client.get("/c/telegram/")

    register(client, sms)

    assert Patient.objects.get().source == "telegram"


@pytest.mark.parametrize("code", ["nowhere", "old"])
def test_link_of_an_unknown_or_closed_channel_registers_without_a_source(client, sms, program, code):
    make_channel("old", is_active=False)

    answer = client.get(f"/c/{code}/")
    register(client, sms)

    assert answer["Location"] == "/join/"
    assert Patient.objects.get().source == ""


def test_home_clinic_is_the_channels_only_one(client, sms, program):
    omsk = make_clinic("omsk", name="Омск")
    make_channel("partner", clinics=[omsk])
    client.get("/c/PARTNER/")

    register(client, sms)

    assert Patient.objects.get().home_clinic == omsk


def test_home_clinic_is_chosen_where_there_are_several_and_none_other_is_taken(client, sms, program):
    omsk, closed = make_clinic("omsk", name="Омск"), make_clinic("tomsk", name="Томск", is_active=False)
    prove_phone(client, sms)

    without = tell(client)
    with_closed = tell(client, clinic=closed.pk)

    assert "Выберите клинику, в которую будете приходить." in text_of(without)
    assert (without.status_code, with_closed.status_code, Patient.objects.count()) == (422, 422, 0)
    tell(client, clinic=omsk.pk)
    assert Patient.objects.get().home_clinic == omsk


def test_without_a_program_nothing_is_written_and_the_page_says_so(client, sms):
    make_clinic()
    prove_phone(client, sms)

    answer = tell(client)

    assert "Программа ещё не началась" in text_of(answer)
    assert Patient.objects.count() == 0


def test_log_in_page_leads_to_the_registration_which_says_what_it_gives(client, program):
    assert 'href="/join/"' in client.get("/login/").content.decode()
    assert "Сразу вы получите 250 баллов" in text_of(client.get("/join/"))


def test_logged_in_contact_joins_without_another_code(client, sms, program):
    make_patient("Петрова", "Вера", consents=())
    log_in(client, sms)

    answer = tell(client)

    assert answer["Location"] == "/"
    assert Patient.objects.get().is_member is True


def test_registration_is_a_first_log_in_to_the_program(client, sms):
    make_clinic()
    gift = {
        "code": "first",
        "title": {"ru": "Первый вход", "en": "First log-in"},
        "trigger": {"kind": "activity", "of": "first_log_in"},
        "points": 50,
    }
    publish_preset(gifts=[gift])

    register(client, sms)

    assert Account.objects.get().balance == 300
