"""Which rung of the ladder is due, and who is held out."""

from datetime import date

import pytest

from loyalty.rules.reminding import due_rung, is_held_out

LADDER = (14, 5)


@pytest.mark.parametrize(
    ("name", "today", "last_day", "rung"),
    [
        ("before the ladder", date(2026, 11, 12), date(2026, 11, 27), None),
        ("its first day", date(2026, 11, 13), date(2026, 11, 27), 14),
        ("the first day was missed", date(2026, 11, 21), date(2026, 11, 27), 14),
        ("its second day", date(2026, 11, 22), date(2026, 11, 27), 5),
        ("both were missed", date(2026, 11, 25), date(2026, 11, 27), 5),
        ("the last day itself", date(2026, 11, 27), date(2026, 11, 27), 5),
        ("the day after", date(2026, 11, 28), date(2026, 11, 27), None),
        ("over the leap day", date(2028, 2, 16), date(2028, 3, 1), 14),
    ],
)
def test_the_rung_nearest_to_the_last_day_is_due(name, today, last_day, rung):
    assert due_rung(LADDER, today=today, last_day=last_day) == rung


def test_a_program_without_a_ladder_reminds_nobody():
    assert due_rung((), today=date(2026, 11, 27), last_day=date(2026, 11, 27)) is None


def test_the_draw_is_the_same_every_time_and_near_to_its_share():
    drawn = [is_held_out(salt="dentistry:reminders", patient_id=number, share_bp=1000) for number in range(10_000)]

    assert drawn == [
        is_held_out(salt="dentistry:reminders", patient_id=number, share_bp=1000) for number in range(10_000)
    ]
    assert 900 < sum(drawn) < 1100


def test_a_share_of_nothing_holds_out_nobody_and_a_whole_one_everybody():
    assert not any(is_held_out(salt="-", patient_id=number, share_bp=0) for number in range(100))
    assert all(is_held_out(salt="-", patient_id=number, share_bp=10_000) for number in range(100))
