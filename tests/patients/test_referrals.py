"""Who recommended the clinic: found by what a friend can tell, never oneself, never in a circle, set once."""

import pytest

from clinics.models import AuditEvent
from patients.models import Card, Referral
from patients.referrals import (
    CHAIN,
    InvitedThemselves,
    InviterIsSet,
    InvitersInALoop,
    find_inviter,
    set_inviter,
)
from tests.people import LONG_AGO, make_clinic, make_patient, make_rita
from tests.threads import run_together


@pytest.fixture
def rita(db):
    return make_rita()


def make_vera():
    return make_patient("Петрова", "Вера", "+79160000001", clinic=make_clinic("omsk", name="Омск"))


@pytest.mark.django_db
def test_friend_is_found_by_phone_and_card_in_the_whole_network_but_not_by_name():
    vera = make_vera()
    number = Card.objects.get(patient=vera).number

    found = [find_inviter(text) for text in ("8 916 000-00-01", f"{number[:4]} {number[4:]}", "Петрова", "12345")]

    assert found == [vera, vera, None, None]


@pytest.mark.django_db
def test_inviter_is_written_down_once_and_the_audit_keeps_who_did_it(rita):
    anna, vera = make_patient(), make_vera()

    answers = [set_inviter(patient=anna, inviter=vera, actor=rita, at=LONG_AGO) for _ in range(2)]

    assert answers == [True, False]
    assert Referral.objects.values_list("patient", "inviter", "set_by").get() == (anna.pk, vera.pk, rita.pk)
    assert AuditEvent.objects.values_list("code", "details").get() == ("patient.inviter_set", {"inviter": vera.pk})


@pytest.mark.django_db
def test_nobody_invites_oneself_and_nothing_is_written(rita):
    anna = make_patient()

    with pytest.raises(InvitedThemselves):
        set_inviter(patient=anna, inviter=anna, actor=rita, at=LONG_AGO)

    assert (Referral.objects.count(), AuditEvent.objects.count()) == (0, 0)


@pytest.mark.django_db
def test_loop_through_a_third_person_is_refused(rita):
    anna, vera, boris = make_patient(), make_vera(), make_patient("Иванов", "Борис", None)
    set_inviter(patient=vera, inviter=anna, actor=rita, at=LONG_AGO)
    set_inviter(patient=boris, inviter=vera, actor=rita, at=LONG_AGO)

    with pytest.raises(InvitersInALoop):
        set_inviter(patient=anna, inviter=boris, actor=rita, at=LONG_AGO)

    assert Referral.objects.count() == 2


@pytest.mark.django_db
def test_another_inviter_needs_a_reason(rita):
    anna, vera, boris = make_patient(), make_vera(), make_patient("Иванов", "Борис", None)
    set_inviter(patient=anna, inviter=vera, actor=rita, at=LONG_AGO)

    with pytest.raises(InviterIsSet):
        set_inviter(patient=anna, inviter=boris, actor=rita, at=LONG_AGO)
    set_inviter(patient=anna, inviter=boris, actor=rita, at=LONG_AGO, reason="ошиблись")

    assert Referral.objects.get().inviter == boris
    newest = AuditEvent.objects.order_by("-id")[0]
    assert (newest.reason, newest.details) == ("ошиблись", {"inviter": boris.pk, "before": vera.pk})


def recommend_each_other(pair, rita):
    def work(index):
        return set_inviter(patient=pair[index], inviter=pair[1 - index], actor=rita, at=LONG_AGO)

    return run_together(2, work)


@pytest.mark.django_db(transaction=True)
def test_two_desks_that_write_each_other_down_make_no_loop(rita):
    results = recommend_each_other((make_patient(), make_vera()), rita)

    assert sorted(str(type(result).__name__) for result in results) == ["InvitersInALoop", "bool"]
    assert Referral.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_the_loop_happens(rita, monkeypatch):
    # The chain is looked up as ever; the pause lets both see it before either writes.
    monkeypatch.setattr("patients.referrals.LOCK", "select 1")
    slow = f"select looked from (select ({CHAIN}) looked, pg_sleep(0.5)) slowly"
    monkeypatch.setattr("patients.referrals.CHAIN", slow)

    results = recommend_each_other((make_patient(), make_vera()), rita)

    assert (results, Referral.objects.count()) == ([True, True], 2)
