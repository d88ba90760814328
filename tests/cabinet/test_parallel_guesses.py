"""Guesses sent all at once from one session: no more than five are looked at."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from patients.cabinet import limits
from patients.cabinet.code_login import CodeLogin
from tests.cabinet.pages import ask_code, try_code
from tests.people import make_patient

pytestmark = [pytest.mark.concurrency, pytest.mark.django_db(transaction=True)]

GUESSERS = 12


@pytest.fixture
def looked_at(monkeypatch):
    """Codes that were compared with the right one."""
    codes = []

    def remember(self, code):
        codes.append(code)
        return False

    monkeypatch.setattr(CodeLogin, "accepts", remember)
    return codes


def guess_all_at_once(visitor):
    barrier = Barrier(GUESSERS)

    def guess(number):
        client = Client()
        client.cookies = visitor.cookies
        barrier.wait()
        try:
            return try_code(client, f"{number:06d}").status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as threads:
        return list(threads.map(guess, range(GUESSERS)))


def test_control_a_count_kept_without_a_lock_is_outrun(client, sms, looked_at, monkeypatch):
    together = Barrier(GUESSERS)

    def count_carelessly(*, request, phone):
        tries = cache.get("tries", 0)
        together.wait()
        cache.set("tries", tries + 1)
        return limits.Refusal.LOCKED if tries >= 5 else None

    monkeypatch.setattr(limits, "take_try", count_carelessly)
    make_patient()
    ask_code(client)

    guess_all_at_once(client)

    assert len(looked_at) == GUESSERS


def test_five_of_many_parallel_guesses_are_looked_at(client, sms, looked_at):
    make_patient()
    ask_code(client)

    answers = guess_all_at_once(client)

    assert len(looked_at) <= 5
    assert answers.count(200) <= 4
    assert try_code(client, sms.last_code).status_code in {302, 429}
    assert len(looked_at) <= 5
