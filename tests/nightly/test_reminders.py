"""The ladder before points burn: who is reminded of what, when, and who is held out."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from loyalty.messages.burning import compose_burning_soon
from loyalty.models import ReminderPlan
from loyalty.nightly import night
from notifications import relay
from notifications.models import OutboxMessage
from notifications.sms_parts import count_parts, plain
from tests.nightly.burning import LAST_DAY, MOSCOW, member_with, moscow, roll_to, run_program, spend
from tests.people import make_clinic
from tests.programs import give_points, publish_preset

pytestmark = pytest.mark.django_db
FOURTEEN_BEFORE = moscow(2026, 11, 13, 3, 10)
FIVE_BEFORE = moscow(2026, 11, 22, 3, 10)


def plans() -> list[tuple[str, int, int]]:
    rows = ReminderPlan.objects.order_by("id")
    return [(str(plan.last_day), plan.days_before, plan.points) for plan in rows]


def sent_texts(at: datetime) -> list[str]:
    while relay.send_due(at=at).claimed:
        pass
    return list(OutboxMessage.objects.filter(status="SENT").order_by("id").values_list("body", flat=True))


def test_fourteen_and_five_days_before_a_reminder_waits_for_the_morning():
    run_program()
    anna = member_with(450)

    for day in range(10, 28):
        night.run_due_nights(at=moscow(2026, 11, day, 3, 10))

    assert plans() == [("2026-11-27", 14, 450), ("2026-11-27", 5, 450)]
    messages = OutboxMessage.objects.order_by("id")
    assert [message.due_at for message in messages] == [moscow(2026, 11, 13, 10, 0), moscow(2026, 11, 22, 10, 0)]
    first = messages[0]
    assert (first.event, first.kind, first.patient_id) == ("points.burning_soon", "SERVICE", anna.pk)
    assert first.context == {"account": anna.standing.account_id, "last_day": "2026-11-27"}
    assert first.not_after == moscow(2026, 11, 28, 0, 0)


def test_the_sms_says_how_much_burns_and_when():
    run_program()
    member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)

    assert sent_texts(moscow(2026, 11, 13, 9, 59)) == []
    texts = sent_texts(moscow(2026, 11, 13, 10, 0))

    assert texts == ["450 бонусных рублей сгорят 27.11. Записаться: clinic.ru/z"]
    assert count_parts(texts[0]) == 1


def test_what_is_spent_before_sending_is_not_mentioned():
    run_program()
    anna = member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)

    spend(anna, 400, at=moscow(2026, 11, 13, 9, 30))

    texts = sent_texts(moscow(2026, 11, 13, 10, 0))
    assert texts == ["50 бонусных рублей сгорят 27.11. Записаться: clinic.ru/z"]


def test_when_all_is_spent_no_message_goes():
    run_program()
    anna = member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)

    spend(anna, 450, at=moscow(2026, 11, 13, 9, 30))

    assert sent_texts(moscow(2026, 11, 13, 10, 0)) == []
    message = OutboxMessage.objects.get()
    assert (message.status, message.skip_reason) == ("SKIPPED", "NOTHING_TO_SAY")


def test_two_runs_a_day_are_one_message():
    run_program()
    member_with(450)

    night.run_due_nights(at=FOURTEEN_BEFORE)
    night.repeat_nights(at=FOURTEEN_BEFORE + timedelta(hours=1))

    assert OutboxMessage.objects.count() == 1


def test_each_reminder_speaks_of_its_own_last_day_only():
    run_program()
    anna = member_with(200, last_day=date(2027, 2, 10))
    give_points(anna, 300, last_day=date(2027, 2, 20), at=anna.created_at)

    for day in range(1, 21):
        night.run_due_nights(at=moscow(2027, 2, day, 3, 10))
        sent_texts(moscow(2027, 2, day, 10, 0))

    sent = OutboxMessage.objects.order_by("id").values_list("due_at", "body")
    by_day = {due.astimezone(MOSCOW).date(): body.split(".")[0] for due, body in sent}
    assert by_day[date(2027, 2, 5)] == "200 бонусных рублей сгорят 10"
    assert by_day[date(2027, 2, 15)] == "300 бонусных рублей сгорят 20"


def test_rolling_points_are_reminded_of_and_a_payment_silences_the_reminder():
    run_program()
    anna = member_with(250, last_day=None)
    roll_to(anna, LAST_DAY)
    night.run_due_nights(at=FOURTEEN_BEFORE)

    roll_to(anna, date(2028, 11, 13))

    assert plans() == [("2026-11-27", 14, 250)]
    assert sent_texts(moscow(2026, 11, 13, 10, 0)) == []


def test_rolling_and_dated_points_of_one_day_are_one_reminder():
    run_program()
    anna = member_with(250, last_day=None)
    roll_to(anna, LAST_DAY)
    give_points(anna, 100, last_day=LAST_DAY, at=anna.created_at)

    night.run_due_nights(at=FOURTEEN_BEFORE)

    assert plans() == [("2026-11-27", 14, 350)]


def test_after_days_of_downtime_only_the_nearest_rung_is_sent_and_only_before_the_last_day_ends():
    run_program()
    member_with(450)
    member_with(100, last_day=date(2026, 11, 24), last_name="Вера", phone="+79167654321")

    night.run_due_nights(at=moscow(2026, 11, 25, 3, 10))

    assert plans() == [("2026-11-27", 5, 450)]


def test_a_reminder_planned_in_the_evening_waits_for_the_next_morning():
    run_program()
    member_with(450)

    night.repeat_nights(at=moscow(2026, 11, 22, 20, 30))

    assert OutboxMessage.objects.get().due_at == moscow(2026, 11, 23, 10, 0)


@pytest.mark.parametrize(
    ("moment", "rung"),
    [
        (moscow(2026, 11, 12, 23, 59, 59), None),
        (moscow(2026, 11, 13, 0, 0), 14),
        (moscow(2026, 11, 21, 23, 59, 59), 14),
        (moscow(2026, 11, 22, 0, 0), 5),
        (moscow(2026, 11, 27, 23, 59, 59), 5),
        (moscow(2026, 11, 28, 0, 0), None),
    ],
)
@pytest.mark.usefixtures("_server_zone")
def test_days_are_the_clinics_wherever_the_server_stands(moment, rung):
    run_program()
    member_with(450)

    night.repeat_nights(at=moment)

    assert [plan[1] for plan in plans()] == ([] if rung is None else [rung])


def test_a_leap_day_is_a_last_day_like_any_other():
    run_program("cosmetology")
    member_with(450, last_day=date(2028, 2, 29))

    night.run_due_nights(at=moscow(2028, 2, 15, 3, 10))

    assert sent_texts(moscow(2028, 2, 15, 10, 0)) == ["450 бонусных рублей сгорят 29.02. Записаться: clinic.ru/z"]


def test_the_held_out_get_a_plan_and_no_message():
    run_program(holdout_percent=100)
    member_with(450)

    night.run_due_nights(at=FOURTEEN_BEFORE)

    assert ReminderPlan.objects.get().is_held_out
    assert not OutboxMessage.objects.exists()


def test_a_ladder_keeps_its_draw_when_the_share_changes_half_way():
    run_program(holdout_percent=100)
    member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)
    everybody_gets_one = {"days_before": [14, 5], "holdout_percent": 0}
    publish_preset(starts_at=moscow(2026, 11, 20, 0, 0), reminders=everybody_gets_one)

    night.run_due_nights(at=FIVE_BEFORE)

    held_out = list(ReminderPlan.objects.order_by("id").values_list("days_before", "is_held_out"))
    assert held_out == [(14, True), (5, True)]
    assert not OutboxMessage.objects.exists()


def test_a_tenth_is_held_out_of_many():
    run_program(holdout_percent=10)
    for number in range(60):
        member_with(10, last_name=f"Пациент{number}", phone=f"+7916000{number:04}")

    night.run_due_nights(at=FOURTEEN_BEFORE)

    held_out = ReminderPlan.objects.filter(is_held_out=True).count()
    assert 0 < held_out < 20
    assert OutboxMessage.objects.count() == 60 - held_out


@pytest.mark.parametrize(
    ("points", "sms"),
    [
        (1, "1 бонусный рубль сгорит 27.11. Записаться: clinic.ru/z"),
        (2, "2 бонусных рубля сгорят 27.11. Записаться: clinic.ru/z"),
        (21, "21 бонусный рубль сгорит 27.11. Записаться: clinic.ru/z"),
        (1450, "1 450 бонусных рублей сгорят 27.11. Записаться: clinic.ru/z"),
    ],
)
def test_russian_plurals_are_right(points, sms):
    run_program()
    member_with(points)

    night.run_due_nights(at=FOURTEEN_BEFORE)

    assert sent_texts(moscow(2026, 11, 13, 10, 0)) == [sms]


def test_the_texts_of_both_languages():
    run_program()
    anna = member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)
    message = OutboxMessage.objects.get()

    with translation.override("ru"):
        russian = compose_burning_soon(message, FOURTEEN_BEFORE)
    with translation.override("en"):
        english = compose_burning_soon(message, FOURTEEN_BEFORE)

    assert anna.first_name == "Анна"
    assert russian.subject == "450 бонусных рублей сгорят 27 ноября"
    assert russian.body == (
        "Здравствуйте, Анна!\n\n"
        "27 ноября — последний день, когда можно потратить 450 бонусных рублей. "
        "Ими можно оплатить часть визита.\n\n"
        "Записаться: clinic.ru/z\n\n"
        "Мытищи"
    )
    assert english.subject == "450 bonus roubles burn on 27 November"
    assert english.short == "450 bonus roubles burn on 27 Nov. Book: clinic.ru/z"


def test_a_long_link_is_left_out_rather_than_paid_for_as_a_second_sms():
    run_program()
    member_with(450, clinic=make_clinic("long", booking_url="https://clinic.example.ru/booking/online/step-1"))

    night.run_due_nights(at=FOURTEEN_BEFORE)

    (text,) = sent_texts(moscow(2026, 11, 13, 10, 0))
    assert text == "450 бонусных рублей сгорят 27.11."
    assert count_parts(plain(text)) == 1


def test_amounts_are_the_value_in_roubles():
    version = run_program()
    member_with(450)
    night.run_due_nights(at=FOURTEEN_BEFORE)
    half_a_rouble = version.document["points"] | {"value_kopecks": 50}
    publish_preset(starts_at=moscow(2026, 11, 13, 9, 0), points=half_a_rouble)

    (text,) = sent_texts(moscow(2026, 11, 13, 10, 0))

    assert text.startswith("225 бонусных рублей")


def test_a_clinic_in_another_zone_plans_by_its_own_day():
    run_program()
    kamchatka = make_clinic("kamchatka", timezone="Asia/Kamchatka")
    member_with(450, clinic=kamchatka)

    night.run_due_nights(at=datetime(2026, 11, 13, 3, 10, tzinfo=ZoneInfo("Asia/Kamchatka")))

    assert plans() == [("2026-11-27", 14, 450)]
    assert OutboxMessage.objects.get().due_at == datetime(2026, 11, 13, 10, tzinfo=ZoneInfo("Asia/Kamchatka"))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (moscow(2026, 11, 12, 18, 10), [("2026-11-27", 14, 450)]),
        (moscow(2026, 11, 26, 18, 10), [("2026-11-27", 5, 450)]),
        (moscow(2026, 11, 27, 18, 10), []),
    ],
)
def test_a_patient_who_moved_to_a_clinic_in_another_zone_does_not_break_its_night(moment, expected):
    run_program()
    anna = member_with(450)
    anna.home_clinic = make_clinic("kamchatka", timezone="Asia/Kamchatka")
    anna.save(update_fields=["home_clinic"])

    # 03:10 of the next day in Kamchatka.
    night.run_due_nights(at=moment)

    assert plans() == expected
