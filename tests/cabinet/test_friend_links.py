"""A friend's link: whom it counts for, and why not, each in words and with nothing written."""

import pytest

from clinics.models import AuditEvent
from loyalty.self_registration import Newcomer, join_program
from patients.models import Household, Patient, PublicCode, Referral
from patients.public_codes import take_code
from patients.referrals import SameHousehold, set_inviter
from tests.admin.two_clinics import make_receipt
from tests.cabinet.joining import PHONE, STORED_PHONE, new_visitor, prove_phone, register
from tests.cabinet.pages import log_in, text_of
from tests.people import LONG_AGO, make_clinic, make_patient, make_rita
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna(db):
    """The one who invites."""
    make_clinic()
    publish_preset()
    anna = make_member()
    take_code(text="ANNA-7K2", kind=PublicCode.Kind.FRIEND, at=LONG_AGO, patient=anna)
    return anna


def nothing_written():
    return (Referral.objects.count(), AuditEvent.objects.count()) == (0, 0)


def make_contact(**fields):
    return make_patient("Петрова", "Вера", STORED_PHONE, consents=(), **fields)


@pytest.mark.parametrize("code", ["ANNA-7K2", "anna7k2", "фттф-7л2"])
def test_friend_is_registered_under_the_inviter(client, sms, anna, code):
    client.get(f"/f/{code}/")
    assert "Вас приглашает друг" in text_of(client.get("/join/"))

    register(client, sms)

    galina = Patient.objects.get(phone=STORED_PHONE)
    assert Referral.objects.values_list("patient", "inviter", "set_by").get() == (galina.pk, anna.pk, None)
    assert galina.source == "friends"


def test_link_of_nobody_registers_without_an_inviter(client, sms, anna):
    client.get("/f/NOBODY-222/")

    register(client, sms)

    assert nothing_written()


def test_contact_who_has_never_come_counts_as_a_friend(client, sms, anna):
    contact = make_contact()
    client.get("/f/ANNA-7K2/")

    register(client, sms)

    assert Referral.objects.values_list("patient", "inviter").get() == (contact.pk, anna.pk)


def test_own_link_says_so_and_leads_to_the_friends_page(client, sms, anna):
    log_in(client, sms)

    answer = client.get("/f/ANNA-7K2/")

    assert "Это ваша ссылка. Отправьте её другу: она действует для тех, кто у нас впервые." in text_of(answer)
    assert 'href="/friends/"' in answer.content.decode()
    assert nothing_written()


def test_inviters_own_phone_is_told_apart(client, sms, anna):
    client.get("/f/ANNA-7K2/")
    prove_phone(client, sms, "8 916 123-45-67")

    answer = client.get("/join/about/")

    assert "Это телефон того, кто вас пригласил. Друг регистрируется со своим телефоном." in text_of(answer)
    assert nothing_written()


def test_member_is_a_patient_already(client, sms, anna):
    make_member("Петрова", "Вера", STORED_PHONE)
    client.get("/f/ANNA-7K2/")
    prove_phone(client, sms)

    by_code = client.get("/join/about/")
    by_link = client.get("/f/ANNA-7K2/")

    for answer in (by_code, by_link):
        assert "Вы уже наш пациент. Ссылка друга действует для тех, кто у нас впервые." in text_of(answer)
    assert nothing_written()


def test_contact_with_a_receipt_joins_but_is_a_patient_already(client, sms, anna):
    make_receipt(make_contact(), clinic=make_clinic(), actor=None)
    client.get("/f/ANNA-7K2/")

    answer = register(client, sms)

    assert "Вы теперь в программе" in text_of(answer)
    assert "Вы уже наш пациент." in text_of(answer)
    assert Patient.objects.get(phone=STORED_PHONE).is_member is True
    assert nothing_written()


def test_household_is_no_friend_unless_the_setting_lets_it(client, sms, anna, settings):
    home = Household.objects.create(name="Ивановы", contact=anna)
    vera = make_contact()
    Patient.objects.filter(pk__in=[anna.pk, vera.pk]).update(household=home)
    client.get("/f/ANNA-7K2/")

    answer = register(client, sms)

    assert "Вы и тот, кто вас пригласил, из одной семьи, поэтому ссылка не считается." in text_of(answer)
    assert nothing_written()
    anna.refresh_from_db()
    vera.refresh_from_db()
    with pytest.raises(SameHousehold):
        set_inviter(patient=vera, inviter=anna, actor=make_rita(), at=LONG_AGO)
    settings.REFERRALS_WITHIN_HOUSEHOLD = True
    assert set_inviter(patient=vera, inviter=anna, actor=None, at=LONG_AGO) is True


def test_loop_is_told(client, sms, anna):
    vera = make_contact()
    set_inviter(patient=anna, inviter=vera, actor=None, at=LONG_AGO)
    client.get("/f/ANNA-7K2/")

    answer = register(client, sms)

    assert "Тот, кто вас пригласил, сам пришёл по вашей рекомендации" in text_of(answer)
    assert Referral.objects.count() == 1


def test_second_inviter_is_told(client, sms, anna):
    boris = make_member("Иванов", "Борис", "+79160000009")
    set_inviter(patient=make_contact(), inviter=boris, actor=None, at=LONG_AGO)
    client.get("/f/ANNA-7K2/")

    answer = register(client, sms)

    assert "Вас нам уже рекомендовали раньше. Считается только первая рекомендация." in text_of(answer)
    assert Referral.objects.values_list("inviter", flat=True).get() == boris.pk


def test_second_submit_does_not_call_the_friend_a_patient_already(anna):
    said = Newcomer(STORED_PHONE, "Зайцева", "Галина", anna.home_clinic, inviter=anna)

    joined = [join_program(said, at=NOON) for _ in range(2)]

    assert [(each.has_joined, each.refusal) for each in joined] == [(True, None), (False, None)]
    assert Referral.objects.count() == 1


def test_opening_is_counted_once_per_visitor_whose_browser_comes_back(client, anna):
    preview = new_visitor()
    preview.get("/f/ANNA-7K2/")  # a messenger reads the link and keeps no session
    for _ in range(3):
        client.get("/f/ANNA-7K2/")
        client.get("/join/")
    another = new_visitor()
    another.get("/f/ANNA-7K2/", follow=True)

    assert PublicCode.objects.get().opened == 2


def test_phone_page_is_the_same_whoever_has_invited(client, anna):
    client.get("/f/ANNA-7K2/")

    page = text_of(client.get("/join/"))

    assert "Иванова" not in page
    assert "Анна" not in page
    assert PHONE not in page
