"""Guessing a password of the staff is limited, for known and unknown names alike."""

import pytest

from tests.people import make_rita

pytestmark = pytest.mark.django_db
LOCKED = "Слишком много попыток. Попробуйте через 15 минут или попросите владельца открыть вход."


def log_in(client, username, password):
    return client.post("/admin/login/?next=/admin/", {"username": username, "password": password})


@pytest.mark.parametrize("username", ["rita", "nobody"])
def test_eleventh_guess_is_not_looked_at(client, username):
    make_rita()
    guesses = [log_in(client, username, f"guess-{number}").content.decode() for number in range(10)]

    refused = log_in(client, username, "clinic-pass-1")

    assert not any(LOCKED in page for page in guesses)
    assert refused.status_code == 200
    assert LOCKED in refused.content.decode()


def test_right_password_forgets_the_slips_before_it(client):
    make_rita()
    for _round in range(3):
        for number in range(4):
            log_in(client, "RITA" if number % 2 else "rita", "slip")
        answer = log_in(client, "rita", "clinic-pass-1")
        client.logout()

    assert answer.url == "/admin/desk/"
