"""A letter whose writing takes longer than its worker's lease goes out once; others see how far a file is."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail as outbox
from django.db import connection, transaction
from django.db.models.functions import Now

from clinics import background_runs, run_pulse
from loyalty.models import ReportFile, ReportLetter
from loyalty.reports import mailing
from loyalty.reports.files import waiting
from loyalty.reports.mailing import send_due, set_up_mail
from loyalty.reports.registry import find_report
from tests.people import make_staff
from tests.programs import publish_preset
from tests.threads import run_together

AT = datetime(2026, 11, 16, 4, 0, tzinfo=UTC)  # a Monday, 07:00 in Moscow
WRITING_SECONDS = 3.5
BUYER = ("1", "Анна", None, "", AT, AT, 1, 100)


@pytest.fixture
def due(db):
    """A letter to Olga that is due."""
    set_up()


@pytest.fixture
def due_for_threads(transactional_db):
    """The same, as other connections see it."""
    set_up()


def set_up():
    publish_preset(has_welcome=False)
    olga = make_staff("olga", "owner")
    User.objects.filter(pk=olga.pk).update(email="olga@clinic.ru")
    set_up_mail(
        report="revenue", query="", every="WEEK", day=1, recipients=[olga], actor=olga, at=AT - timedelta(days=3)
    )


def send():
    send_due(now=lambda: AT)


def take_over_while_writing(monkeypatch):
    """The first worker sleeps within its writing until its lease is over; another does the letter meanwhile."""
    write = mailing.build_file

    def slow(*args, **kwargs):
        monkeypatch.setattr(mailing, "build_file", write)
        ReportLetter.objects.update(claimed_until=Now() - timedelta(seconds=1))
        send()
        return write(*args, **kwargs)

    monkeypatch.setattr(mailing, "build_file", slow)


def test_control_worker_that_does_not_ask_again_sends_a_second_letter(due, monkeypatch):
    take_over_while_writing(monkeypatch)
    monkeypatch.setattr(background_runs, "renew", lambda run, **fields: None)

    send()

    assert len(outbox.outbox) == 2


def test_worker_that_has_slept_too_long_sends_nothing(due, monkeypatch):
    take_over_while_writing(monkeypatch)

    send()

    assert len(outbox.outbox) == 1
    assert ReportLetter.objects.get().state == "DONE"


def attempts_when_writing_is_longer_than_the_lease(monkeypatch, *, beat):
    """One worker writes within a transaction; another looks for work when the first lease would be over."""
    write = mailing.build_file
    monkeypatch.setattr(background_runs, "LEASE", timedelta(seconds=2))
    monkeypatch.setattr(run_pulse, "BEAT_SECONDS", beat)
    begun, looked = threading.Event(), threading.Event()

    def slow(*args, **kwargs):
        monkeypatch.setattr(mailing, "build_file", write)
        with transaction.atomic():
            begun.set()
            looked.wait(30)
            return write(*args, **kwargs)

    def second_worker():
        begun.wait(30)
        time.sleep(WRITING_SECONDS)
        try:
            send()
        finally:
            connection.close()
            looked.set()

    monkeypatch.setattr(mailing, "build_file", slow)
    other = threading.Thread(target=second_worker)
    other.start()
    send()
    other.join()
    return ReportLetter.objects.get().attempts


def test_control_without_a_pulse_the_other_worker_takes_the_letter(due_for_threads, monkeypatch):
    assert attempts_when_writing_is_longer_than_the_lease(monkeypatch, beat=600) == 2
    assert len(outbox.outbox) == 1


def test_letter_that_is_long_in_the_writing_stays_with_its_worker(due_for_threads, monkeypatch):
    assert attempts_when_writing_is_longer_than_the_lease(monkeypatch, beat=0.2) == 1
    assert len(outbox.outbox) == 1
    assert ReportLetter.objects.get().state == "DONE"


def test_others_see_how_far_a_file_is_while_its_transaction_is_open(due_for_threads, monkeypatch):
    seen = []
    monkeypatch.setattr(run_pulse, "BEAT_SECONDS", 0.05)
    tell = run_pulse.Pulse.tell

    def tell_and_look(pulse, **progress):
        tell(pulse, **progress)
        if not seen:
            wait_until(lambda: in_another_connection(lambda: ReportFile.objects.get().done) == 1_000)
            seen.append(1_000)

    monkeypatch.setattr(run_pulse.Pulse, "tell", tell_and_look)
    monkeypatch.setattr(
        type(find_report("buyers")), "rows", lambda report, scope: iter(BUYER for _row in range(1_500))
    )
    waiting.ask_file(report="buyers", query="", kind="csv", rows=1_500, reason="", actor=User.objects.get(), at=AT)

    waiting.write_waiting(now=lambda: AT)

    assert seen == [1_000]
    assert (ReportFile.objects.get().state, ReportFile.objects.get().done) == ("DONE", 1_500)


def in_another_connection(read):
    (found,) = run_together(1, lambda _index: read())
    return found


def wait_until(is_so):
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
