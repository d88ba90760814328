"""Buying a privilege: exact points, once for one confirmation, nothing written on a refusal."""

from datetime import UTC, date, datetime

import pytest

from loyalty.ledger.audit import breaches
from loyalty.ledger.posting import AccountInDebt, InsufficientPoints
from loyalty.models import Account, Entry, Operation, PrivilegeCode, Standing
from loyalty.privileges import buying
from loyalty.privileges.buying import (
    NotOffered,
    OtherTiersOnly,
    PriceChanged,
    PrivilegeWish,
    SoldOut,
    buy_privilege,
)
from loyalty.privileges.code_names import read_key, shown_code
from patients.models import PublicCode
from patients.public_codes import CodeTaken, take_code
from tests.people import make_clinic, make_patient
from tests.privileges.bought import buy, make_buyer, make_privilege
from tests.programs import NOON

pytestmark = pytest.mark.django_db


def balance_of(patient):
    return Standing.objects.get(patient=patient).account.balance


def written():
    return (
        Operation.objects.count(),
        Entry.objects.count(),
        PrivilegeCode.objects.count(),
        PublicCode.objects.count(),
    )


def test_privilege_costs_its_price_and_gives_a_code_for_its_days():
    anna = make_buyer(points=3000)
    privilege = make_privilege(price=1000, valid_days=14)

    code = buy(anna, privilege)

    assert balance_of(anna) == 2000
    assert (code.points, code.status, code.valid_to) == (1000, "OPEN", date(2026, 12, 6))
    # The end of 6 December in Moscow.
    assert code.expires_at == datetime(2026, 12, 6, 21, tzinfo=UTC)
    assert list(breaches()) == []


def test_second_tap_gives_the_first_code_and_spends_nothing():
    anna = make_buyer(points=3000)
    privilege = make_privilege(price=1000)
    first = buy(anna, privilege, key="one")
    before = written()

    second = buy_privilege(
        PrivilegeWish(patient_id=anna.pk, privilege_id=privilege.pk, points=1000, key="one"), at=NOON
    )

    assert (second.code, second.is_duplicate) == (first, True)
    assert (balance_of(anna), written()) == (2000, before)


def test_another_confirmation_buys_another_code():
    anna = make_buyer(points=3000)
    privilege = make_privilege(price=1000)

    codes = {buy(anna, privilege, key="one").key, buy(anna, privilege, key="two").key}

    assert (len(codes), balance_of(anna)) == (2, 1000)


def test_too_few_points_refuse_and_write_nothing():
    anna = make_buyer(points=999)
    privilege = make_privilege(price=1000)
    before = written()

    with pytest.raises(InsufficientPoints) as refused:
        buy(anna, privilege)

    assert (refused.value.needed, refused.value.spendable) == (1000, 999)
    privilege.refresh_from_db()
    assert (balance_of(anna), written(), privilege.sold) == (999, before, 0)


def test_debt_refuses():
    anna = make_buyer(points=3000)
    privilege = make_privilege()
    Account.objects.filter(patient=anna).update(debt=10)

    with pytest.raises(AccountInDebt):
        buy(anna, privilege)


def test_price_that_has_changed_since_it_was_shown_refuses():
    anna = make_buyer()
    privilege = make_privilege(price=1200)

    with pytest.raises(PriceChanged) as refused:
        buy(anna, privilege, points=1000)

    assert (refused.value.price, balance_of(anna)) == (1200, 3000)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_active": False},
        {"available_from": date(2026, 11, 23)},
        {"available_to": date(2026, 11, 21)},
    ],
    ids=["taken off", "from tomorrow", "until yesterday"],
)
def test_what_is_not_offered_today_is_refused(changes):
    anna = make_buyer()
    privilege = make_privilege(**changes)

    with pytest.raises(NotOffered):
        buy(anna, privilege)

    assert balance_of(anna) == 3000


def test_first_and_last_day_of_the_offer_count():
    anna = make_buyer()
    privilege = make_privilege(available_from=date(2026, 11, 22), available_to=date(2026, 11, 22))

    assert buy(anna, privilege).privilege == privilege


def test_privilege_of_another_clinic_is_not_offered():
    anna = make_buyer()
    privilege = make_privilege(clinics=(make_clinic("uralmash", timezone="Asia/Yekaterinburg"),))

    with pytest.raises(NotOffered):
        buy(anna, privilege)


def test_privilege_of_two_clinics_is_offered_in_both():
    anna = make_buyer()
    privilege = make_privilege(clinics=(make_clinic("uralmash"), make_clinic()))

    assert buy(anna, privilege).terms["clinics"] == ("mytishchi", "uralmash")


def test_privilege_of_another_tier_is_refused_by_the_tier_of_the_day():
    anna = make_buyer(tier="silver", turnover=60_000)
    privilege = make_privilege(tiers=["gold", "premium"])

    with pytest.raises(OtherTiersOnly) as refused:
        buy(anna, privilege)

    assert refused.value.tiers == ("gold", "premium")
    assert balance_of(anna) == 3000


def test_stock_ends_with_its_last_code():
    anna = make_buyer(points=3000)
    privilege = make_privilege(price=1000, stock=1)
    buy(anna, privilege, key="last")

    with pytest.raises(SoldOut):
        buy(anna, privilege, key="one more")

    assert balance_of(anna) == 2000


def test_contact_buys_nothing():
    make_buyer()
    vera = make_patient("Лебедева", "Вера", "+79160000002", consents=())

    with pytest.raises(Exception, match=str(vera.pk)):
        buy(vera, make_privilege())


def test_terms_of_a_code_stay_when_the_catalogue_changes():
    anna = make_buyer()
    privilege = make_privilege(amount=1000, services=("hygiene-full",))
    code = buy(anna, privilege)

    type(privilege).objects.filter(pk=privilege.pk).update(amount=1)

    code.refresh_from_db()
    assert (code.terms["kopecks"], code.terms["services"]) == (100_000, ["hygiene-full"])


@pytest.mark.parametrize("typed", ["НГ-4821", "нг4821", "yu-4821", "YU 4821", " Нг — 4821 "])
def test_code_is_read_in_any_case_and_layout(typed):
    assert read_key(typed) == "YU4821"


@pytest.mark.parametrize("typed", ["", "НГ-12", "Иванова 4821", "ПР-4821", "4821", "0000 1420"])
def test_other_texts_are_no_codes(typed):
    assert read_key(typed) == ""


def test_code_is_shown_by_the_same_keys_in_both_languages():
    assert (shown_code("YU4821", "ru"), shown_code("YU4821", "en")) == ("НГ-4821", "YU-4821")


def test_code_of_a_friend_is_never_a_privileges(monkeypatch):
    anna = make_buyer()
    take_code(text="yu-4821", kind=PublicCode.Kind.FRIEND, at=NOON, patient=anna)
    monkeypatch.setattr(buying, "candidates", lambda: iter(["НГ-4821", "НГ-4822"]))

    assert buy(anna, make_privilege()).key == "YU4822"
    with pytest.raises(CodeTaken):
        take_code(text="YU4822", kind=PublicCode.Kind.FRIEND, at=NOON, patient=anna)
