"""The clock of the demo, and the audit that accepts new rows only."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction

from clinics import audit, clock
from clinics.models import AuditEvent, DemoClock
from tests.people import make_rita

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 22, 20, 59, 59, tzinfo=UTC)


def test_clock_is_the_real_time_outside_the_demo():
    DemoClock.objects.create(id=1, offset=timedelta(days=40))

    with time_machine.travel(MOMENT, tick=False):
        assert clock.now() == MOMENT


def test_clock_of_the_demo_is_ahead_by_the_stored_offset(settings, monkeypatch):
    settings.DEMO_CLOCK = True
    monkeypatch.setattr(clock, "_offset_read_at", float("-inf"))
    DemoClock.objects.create(id=1, offset=timedelta(days=40))

    with time_machine.travel(MOMENT, tick=False):
        assert clock.now() == MOMENT + timedelta(days=40)


def test_audit_row_tells_who_what_and_why():
    rita = make_rita()

    audit.record(code="patient.phone_revealed", at=MOMENT, actor=rita, target=rita, reason="call back")

    event = AuditEvent.objects.get()
    assert (event.actor, event.target_type, event.target_id) == (rita, "auth.user", str(rita.pk))


@pytest.mark.parametrize("change", [lambda rows: rows.update(reason="other"), lambda rows: rows.delete()])
def test_audit_refuses_changes(change):
    audit.record(code="receipt.refunded", at=MOMENT, actor=None)

    with pytest.raises(IntegrityError), transaction.atomic():
        change(AuditEvent.objects.all())

    assert AuditEvent.objects.get().reason == ""
