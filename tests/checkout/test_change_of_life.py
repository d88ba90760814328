"""A new life in the program takes nothing from points given before: neither their day nor what payments bring."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.checkout.confirming import confirm_receipt
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.balance import spendable
from loyalty.models import Lot, Refund
from loyalty.nightly import night
from loyalty.refunds.refunding import RefundWish, refund_receipt
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_rita, make_service
from tests.programs import IN_FORCE_FROM, make_member, publish_preset

pytestmark = pytest.mark.django_db

MOSCOW = ZoneInfo("Europe/Moscow")
OPENED = datetime(2026, 1, 15, 12, tzinfo=MOSCOW)
FIRST_VISIT = datetime(2026, 2, 10, 12, tzinfo=MOSCOW)
CHANGED = datetime(2026, 3, 1, tzinfo=MOSCOW)
SECOND_VISIT = datetime(2026, 4, 10, 12, tzinfo=MOSCOW)

NONE = {"kind": "none"}
DAYS = {"kind": "days", "days": 90}
MONTHS = {"kind": "months", "months": 3}
YEAR_END = {"kind": "end_of_year"}
ROLLING_12 = {"kind": "rolling_months", "months": 12}
ROLLING_24 = {"kind": "rolling_months", "months": 24}
LIVES = (NONE, DAYS, MONTHS, YEAR_END, ROLLING_12, ROLLING_24)

# Of points given on 10 February 2026 to somebody who paid again on 10 April; None: never.
PROMISED = {
    "none": None,
    "days": date(2026, 5, 11),
    "months": date(2026, 5, 10),
    "end_of_year": date(2026, 12, 31),
    "rolling_months 12": date(2027, 4, 10),
    "rolling_months 24": date(2028, 4, 10),
}


def name_of(life):
    return f"{life['kind']} {life['months']}" if life["kind"] == "rolling_months" else life["kind"]


def run_program(life, *, starts_at=IN_FORCE_FROM, **changes):
    points = {"value_kopecks": 100, "life": life} | changes.pop("points", {})
    return publish_preset(
        has_welcome=False, starts_at=starts_at, points=points, reminders={"days_before": []}, **changes
    )


@pytest.fixture
def rita():
    return make_rita()


def pay(patient, rita, *, at, kopecks=1_000_000, category="therapy"):
    """10 000 roubles unless said otherwise: 500 points at 5 %."""
    line = DraftLine(price_kopecks=kopecks, service_id=make_service(f"{category}-1", category).pk)
    draft = ReceiptDraft(
        patient_id=patient.pk,
        clinic_code="mytishchi",
        lines=(line,),
        choice=SpendChoice.none(),
        identified_by="PHONE",
    )
    quoted = quote_receipt(draft, at=at)
    return confirm_receipt(quoted.token, clinic=make_clinic(), actor=rita, at=at).receipt


def left_of(receipt):
    return Lot.objects.get(entry__operation=receipt.earn_operation_id).remaining


def rolling_until(patient):
    patient.standing.account.refresh_from_db()
    return patient.standing.account.rolling_until


def last_moment_of(day):
    return datetime.combine(day, time.max, tzinfo=MOSCOW)


def night_after(day):
    return datetime.combine(day + timedelta(days=1), time(3, 30), tzinfo=MOSCOW)


@pytest.mark.parametrize("after", LIVES, ids=name_of)
@pytest.mark.parametrize("before", LIVES, ids=name_of)
def test_points_given_before_a_change_live_as_promised(before, after, rita):
    run_program(before)
    anna = make_member(at=OPENED)
    first = pay(anna, rita, at=FIRST_VISIT)
    run_program(after, starts_at=CHANGED)
    pay(anna, rita, at=SECOND_VISIT, kopecks=1)  # earns nothing
    # A longer rolling life lengthens what rolls already: the date is one for all.
    longer = before == ROLLING_12 and after == ROLLING_24
    promised = PROMISED["rolling_months 24" if longer else name_of(before)]

    night.run_due_nights(at=last_moment_of(promised or date(2040, 12, 31)))
    on_the_last_day = left_of(first)
    night.run_due_nights(at=night_after(promised or date(2041, 12, 31)))

    assert (on_the_last_day, left_of(first)) == (500, 0 if promised else 500)


@pytest.mark.parametrize("after", LIVES, ids=name_of)
@pytest.mark.parametrize("before", LIVES, ids=name_of)
def test_points_given_after_a_change_live_by_the_new_life(before, after, rita):
    run_program(before)
    anna = make_member(at=OPENED)
    pay(anna, rita, at=FIRST_VISIT, kopecks=1)
    run_program(after, starts_at=CHANGED)
    second = pay(anna, rita, at=SECOND_VISIT)
    expected = {
        **PROMISED,
        "days": date(2026, 7, 9),
        "months": date(2026, 7, 10),
        # Nothing was left of the longer promise: but its date, had it been later, would stand.
    }[name_of(after)]

    night.run_due_nights(at=last_moment_of(expected or date(2040, 12, 31)))
    on_the_last_day = left_of(second)
    night.run_due_nights(at=night_after(max(expected, date(2028, 4, 10)) if expected else date(2041, 12, 31)))

    assert (on_the_last_day, left_of(second)) == (500, 0 if expected else 500)


def test_points_of_both_lives_stand_side_by_side(rita):
    run_program(NONE)
    anna = make_member(at=OPENED)
    kept = pay(anna, rita, at=FIRST_VISIT)
    run_program(ROLLING_12, starts_at=CHANGED)
    rolling = pay(anna, rita, at=SECOND_VISIT)

    night.run_due_nights(at=night_after(date(2027, 4, 10)))

    assert (left_of(kept), left_of(rolling)) == (500, 0)
    assert spendable(anna.standing.account_id, night_after(date(2027, 4, 10))) == 500


def test_a_shorter_rolling_life_counts_once_nothing_is_left_of_the_longer_promise(rita):
    run_program(ROLLING_24)
    anna = make_member(at=OPENED)  # to 15 January 2028, without points
    run_program(ROLLING_12, starts_at=CHANGED)

    pay(anna, rita, at=datetime(2027, 12, 10, 12, tzinfo=MOSCOW))

    assert rolling_until(anna) == date(2028, 12, 10)


def test_a_shorter_rolling_life_waits_while_points_of_the_longer_one_are_left(rita):
    run_program(ROLLING_24)
    anna = make_member(at=OPENED)
    pay(anna, rita, at=FIRST_VISIT)
    run_program(ROLLING_12, starts_at=CHANGED)

    pay(anna, rita, at=datetime(2027, 12, 10, 12, tzinfo=MOSCOW))

    assert rolling_until(anna) == date(2029, 12, 10)


def test_a_lapsed_promise_is_over(rita):
    run_program(ROLLING_12)
    anna = make_member(at=OPENED)
    first = pay(anna, rita, at=FIRST_VISIT)
    run_program(DAYS, starts_at=CHANGED)

    # The night of 11 February 2027 has not been yet: the points are past their day all the same.
    pay(anna, rita, at=datetime(2027, 2, 11, 0, 30, tzinfo=MOSCOW))

    assert rolling_until(anna) == date(2027, 2, 10)
    assert left_of(first) == 500
    assert spendable(anna.standing.account_id, datetime(2027, 2, 11, 1, tzinfo=MOSCOW)) == 500


def test_a_refund_under_a_shorter_life_keeps_what_earlier_payments_have_earned(rita):
    run_program(ROLLING_24)
    anna = make_member(at=OPENED)
    pay(anna, rita, at=FIRST_VISIT)
    run_program(ROLLING_12, starts_at=CHANGED)
    second = pay(anna, rita, at=SECOND_VISIT)
    moved_forward = rolling_until(anna)

    wish = RefundWish(receipt_id=second.pk, key="first", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=rita, at=SECOND_VISIT + timedelta(days=1))

    assert (moved_forward, rolling_until(anna)) == (date(2028, 4, 10), date(2028, 2, 10))


def test_a_refund_under_another_life_moves_the_rolling_date_back_all_the_same(rita):
    run_program(ROLLING_24)
    anna = make_member(at=OPENED)
    pay(anna, rita, at=FIRST_VISIT)
    run_program(NONE, starts_at=CHANGED)
    second = pay(anna, rita, at=SECOND_VISIT)

    wish = RefundWish(receipt_id=second.pk, key="first", reason=Refund.Reason.CANCELLED)
    refund_receipt(wish, actor=rita, at=SECOND_VISIT + timedelta(days=1))

    assert rolling_until(anna) == date(2028, 2, 10)


def test_a_rule_may_give_points_that_never_burn_inside_a_rolling_program(rita):
    title = {"ru": "Курс", "en": "Course"}
    rules = [
        {"code": "plain", "title": title, "effect": {"kind": "percent", "percent": 5}},
        {
            "code": "courses",
            "title": title,
            "effect": {"kind": "percent", "percent": 5},
            "when": {"categories": ["courses"]},
            "life": NONE,
        },
    ]
    run_program(ROLLING_12, earning={"rules": rules})
    anna = make_member(at=OPENED)
    rolling = pay(anna, rita, at=FIRST_VISIT)
    kept = pay(anna, rita, at=FIRST_VISIT, category="courses")

    night.run_due_nights(at=night_after(date(2027, 2, 10)))

    assert (left_of(rolling), left_of(kept)) == (0, 500)
