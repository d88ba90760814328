"""Every address and form of the cabinet: one patient with another's identifiers learns and changes nothing.

A new address fails here until it has its row.
"""

import re

import pytest
from django.core.cache import cache
from django.test import Client

from patients.public_codes import friend_code_of
from patients.unsubscribe_links import unsubscribe_token
from tests.cabinet.crawler import address_of, client_of, make_strangers, patterns, rows_of
from tests.cabinet.pages import text_of
from tests.cabinet.test_home import today
from tests.people import make_staff
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
__all__ = ["today"]

# Rooms of the patient of the session: nobody else gets in.
OWN = {
    "cabinet_home", "cabinet_history", "cabinet_card", "cabinet_offline_card", "cabinet_settings",
    "cabinet_save_profile", "cabinet_save_messages", "cabinet_save_history", "cabinet_data", "cabinet_data_file",
    "cabinet_leave", "cabinet_help", "cabinet_rules", "cabinet_friends", "cabinet_rewards",
    "cabinet_booking", "cabinet_message", "cabinet_reviews", "cabinet_survey",
}  # fmt: skip
# The same for everybody, and the way in and out.
PUBLIC = {
    "account_login", "account_confirm_login_code", "cabinet_resend_code", "cabinet_logout", "cabinet_left",
    "cabinet_offline", "cabinet_manifest", "cabinet_service_worker", "public_rules", "printed_rules",
    "set_language", "cabinet_join", "cabinet_join_about",
}  # fmt: skip
# Addresses with somebody's identifier in them: Vera's, and what Anna is answered who follows them.
NAMED = {
    # The signature is what lets its holder in; Anna cannot make one for Vera.
    "cabinet_unsubscribe": (lambda vera: {"token": f"{vera.pk}-{'0' * 15}"}, 404),
    "cabinet_reward_code": (lambda vera: {"code_id": vera.privilege_codes.get().pk}, 404),
    # The catalogue is everybody's; this one is not in it.
    "cabinet_reward": (lambda _vera: {"privilege_id": 2**40}, 404),
    # Links to hand out: they lead to the registration, and say nothing of whose they are.
    "channel_link": (lambda vera: {"code": vera.pk}, 302),
    "friend_link": (lambda vera: {"code": friend_code_of(vera, at=NOON).text}, 200),
}
# What the forms of one's own ask for, so that they are not refused for another reason.
SENSIBLE = {"language": "ru", "next": "/", "is_quiet": "on", "quiet_from": "22:00", "quiet_until": "09:00"}
ENDS_THE_SESSION = "cabinet_logout"
# 422: a form that lacks what it asks for.
REFUSED = {403, 404, 405, 422}


@pytest.fixture
def strangers(today):
    cache.clear()
    publish_preset(has_welcome=False)
    return make_strangers()


def addresses(vera) -> dict[str, str]:
    """Where a pattern takes an identifier, it is Vera's."""
    found = {}
    for pattern in patterns():
        arguments = NAMED[pattern.name][0](vera) if pattern.name in NAMED else {}
        found[address_of(pattern, arguments)] = pattern.name
    return found


def leaked(answer, secrets) -> list[str]:
    text = b"".join(answer).decode() if answer.streaming else answer.content.decode()
    return [secret for secret in secrets if secret in text]


def test_every_address_has_its_row():
    names = {pattern.name for pattern in patterns()}

    assert names - OWN - PUBLIC - set(NAMED) == set()
    assert all(pattern.name in NAMED for pattern in patterns() if set(pattern.pattern.converters))


def test_patient_reads_nothing_of_another_at_any_address(strangers):
    client = client_of(strangers.anna)
    # A page may send back what the address itself said.
    untold = [secret for secret in strangers.secrets if secret not in str(strangers.ids)]
    statuses = {}

    for address, name in addresses(strangers.vera).items():
        plain, asked = client.get(address), client.get(address, strangers.ids)
        statuses[name] = asked.status_code
        assert leaked(plain, strangers.secrets) == [], name
        assert leaked(asked, untold) == [], name

    assert len(untold) == 6
    assert statuses["cabinet_home"] == statuses["cabinet_data"] == 200
    assert {name: statuses[name] for name in NAMED} == {
        name: answer for name, (_arguments, answer) in NAMED.items()
    }
    others = {name: status for name, status in statuses.items() if name not in NAMED}
    assert {name: status for name, status in others.items() if status not in {200, 302, *REFUSED}} == {}


def test_the_same_pages_do_show_vera_herself(strangers):
    """The control: what is looked for is there to be found."""
    client = client_of(strangers.vera)

    found = set(leaked(client.get("/settings/data/file/"), strangers.secrets))

    assert {"Petrova", "Vera", "vera@example.com", "9160000001", "77777"} < found
    assert "77\u00a0777" in client.get("/").content.decode()


def test_form_with_anothers_identifiers_changes_nothing_of_hers_and_tells_nothing(strangers):
    before, secrets = rows_of(strangers.vera), strangers.secrets
    client = client_of(strangers.anna)
    statuses = {}

    for address, name in sorted(addresses(strangers.vera).items(), key=lambda item: item[1] == ENDS_THE_SESSION):
        answer = client.post(address, strangers.ids | SENSIBLE, follow=True)
        statuses[name] = answer.status_code
        assert leaked(answer, secrets) == [], name

    assert rows_of(strangers.vera) == before
    assert {name: status for name, status in statuses.items() if status not in {200, *REFUSED}} == {}
    assert {name for name in NAMED if statuses[name] not in REFUSED} == set()


def test_rooms_open_for_nobody_but_the_patient_of_the_session(strangers):
    staff = Client(HTTP_ACCEPT_LANGUAGE="ru")
    staff.force_login(make_staff("rita", "receptionist"))
    opened = []

    for address, name in addresses(strangers.vera).items():
        if name in OWN:
            for client in (Client(), staff):
                for ask in (client.get, client.post):
                    answer = ask(address)
                    if answer.status_code != 405 and not answer.get("Location", "").startswith("/login/?next="):
                        opened.append((name, answer.status_code))

    assert opened == []


def test_link_of_another_is_not_made_from_ones_own(strangers):
    mine = unsubscribe_token(strangers.anna.pk).split("-")[1]

    answer = Client().post(f"/u/{strangers.vera.pk}-{mine}/")

    assert answer.status_code == 404


def test_no_page_of_the_english_cabinet_has_a_cyrillic_letter(strangers):
    client = client_of(strangers.anna, language="en")
    found = {}

    for address, name in addresses(strangers.anna).items():
        answer = client.get(address)
        if (
            answer.status_code == 200
            and answer["Content-Type"].startswith("text/html")
            and "/rules/" not in address
        ):
            found[name] = re.findall("[а-яё]+", text_of(answer), re.IGNORECASE)

    assert len(found) >= 10
    assert {name: words for name, words in found.items() if words} == {}
