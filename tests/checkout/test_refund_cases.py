"""The refund cases of the rules, each through the whole product with its exact sums."""

import json
from datetime import date, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.models import Account, Lot, Operation, Refund, Standing
from loyalty.refunds.refunding import refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import ChosenLines, LineAmounts, SpreadAmount
from notifications.models import OutboxMessage
from tests.checkout.test_refund import post, state, wish
from tests.people import make_rita
from tests.programs import NOON, PRESETS, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db

TENTH_OF_MARCH, TENTH_OF_MAY = date(2027, 3, 10), date(2027, 5, 10)


@pytest.fixture
def rita():
    return make_rita()


def dentistry(**points):
    """The preset without the welcome; `points` replace values of its section."""
    section = json.loads((PRESETS / "dentistry.json").read_text())["points"]
    publish_preset(has_welcome=False, points=section | points)


def refund(receipt, portion=None, *, actor, at=NOON):
    key = f"refund {Refund.objects.count()}"
    asked = wish(receipt, key) if portion is None else wish(receipt, key, portion=portion)
    return refund_receipt(asked, actor=actor, at=at).refund


def figures(row):
    return row.money, row.points_returned, row.points_taken


def lots(patient):
    """Last day and what is left of every lot, in order of making."""
    account = Standing.objects.get(patient=patient).account
    return list(Lot.objects.filter(account=account).order_by("id").values_list("last_day", "remaining"))


def account_of(patient):
    return Account.objects.get(standing__patient=patient)


def test_three_lines_of_333_refunded_one_by_one(rita):
    dentistry()
    receipt = post(make_member(), rita, SpendChoice.none(), *[("therapy", 33_300)] * 3)

    taken = [refund(receipt, ChosenLines([line]), actor=rita).points_taken for line in (1, 2, 3)]

    assert (receipt.points_earned, taken) == (49, [16, 17, 16])


def test_300_of_500_given_under_a_cap_go_back_in_proportion(rita):
    rule = {"code": "plain", "title": {"ru": "Все", "en": "All"}, "effect": {"kind": "percent", "percent": 5}}
    publish_preset("cosmetology", earning={"rules": [rule], "cap_points_per_receipt": 300})
    receipt = post(make_member(), rita, SpendChoice.none(), ("care", 1_000_000))

    part = refund(receipt, SpreadAmount(300_000), actor=rita)
    rest = refund(receipt, actor=rita)

    assert (receipt.points_earned, part.points_taken, rest.points_taken) == (300, 90, 210)


def test_refunding_the_cleaning_takes_back_the_300_of_its_own_rate(rita):
    publish_preset("cosmetology")
    receipt = post(make_member(), rita, SpendChoice.none(), ("care", 600_000), ("courses", 2_000_000))

    row = refund(receipt, ChosenLines([1]), actor=rita)

    assert (receipt.points_earned, row.points_taken) == (2_300, 300)
    assert row.take_back_operation.explanation["rules"] == {"care": 300}


def test_half_of_1000_paid_with_200_points_gives_100_and_400(rita):
    publish_preset("cosmetology", redemption={"cap_percent": 20})
    anna = make_member()
    give_points(anna, 200, last_day=TENTH_OF_MARCH, at=NOON)
    receipt = post(anna, rita, SpendChoice.maximum(), ("care", 100_000))

    half = refund(receipt, SpreadAmount(50_000), actor=rita)
    rest = refund(receipt, actor=rita)

    # 5 % of 800 = 40; of the 400 that stay paid, 20.
    assert (figures(half), figures(rest)) == ((400, 100, 20), (400, 100, 20))


def test_full_refund_gives_200_and_800_and_debits_nothing_more(rita):
    publish_preset("cosmetology", redemption={"cap_percent": 20})
    anna = make_member()
    give_points(anna, 200, last_day=TENTH_OF_MARCH, at=NOON)
    before = state(anna)
    receipt = post(anna, rita, SpendChoice.maximum(), ("care", 100_000))

    row = refund(receipt, actor=rita)

    assert figures(row) == (800, 200, 40)
    assert state(anna) == before == (200, 0, [(TENTH_OF_MARCH, 200)])


def test_half_of_what_two_lots_paid_fills_the_one_taken_last_first(rita):
    publish_preset("cosmetology")
    anna = make_member()
    give_points(anna, 200, last_day=TENTH_OF_MARCH, at=NOON - timedelta(days=2))
    give_points(anna, 100, last_day=TENTH_OF_MAY, at=NOON - timedelta(days=1))
    receipt = post(anna, rita, SpendChoice.amount(300), ("implantation", 100_000))

    refund(receipt, SpreadAmount(50_000), actor=rita)

    assert lots(anna)[:2] == [(TENTH_OF_MARCH, 50), (TENTH_OF_MAY, 100)]


def test_burnt_part_comes_back_as_a_new_lot_that_names_its_origin_and_lives_fourteen_days(rita):
    publish_preset("cosmetology")
    anna = make_member()
    give_points(anna, 200, last_day=date(2026, 11, 30), at=NOON)
    give_points(anna, 100, last_day=TENTH_OF_MAY, at=NOON)
    receipt = post(anna, rita, SpendChoice.amount(300), ("care", 100_000))
    origin = Lot.objects.get(last_day=date(2026, 11, 30))
    fifth_of_december = NOON + timedelta(days=13)
    posting.burn_slice(
        account_ids=[account_of(anna).pk], cutoff=fifth_of_december, at=fifth_of_december, key="burn"
    )

    row = refund(receipt, actor=rita, at=fifth_of_december)

    fresh = Lot.objects.get(entry__operation=row.return_operation)
    assert (fresh.origin_lot, fresh.amount, fresh.last_day) == (origin, 200, date(2026, 12, 19))
    assert not Lot.objects.filter(account=account_of(anna), remaining__gt=0, last_day=None).exists()


def test_grace_of_a_burnt_lot_is_the_programs_setting(rita):
    dentistry(lot_grace_days=3)
    anna = make_member()
    give_points(anna, 100, last_day=date(2026, 11, 23), at=NOON)
    receipt = post(anna, rita, SpendChoice.maximum(), ("therapy", 100_000))

    refund(receipt, actor=rita, at=NOON + timedelta(days=4))  # 26 November

    assert (date(2026, 11, 29), 100) in lots(anna)


@pytest.mark.parametrize(
    ("policy", "taken", "balance", "debt"),
    [("debt", 500, 0, 300), ("zero", 200, 0, 0), ("pending_only", 0, 200, 0)],
)
def test_earned_points_that_are_spent_already(rita, policy, taken, balance, debt):
    """500 earned, 300 spent elsewhere: 200 are there to be taken."""
    dentistry(negative_policy=policy)
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))
    posting.spend(account_id=account_of(anna).pk, units=300, key="elsewhere", at=NOON)

    row = refund(receipt, actor=rita)

    assert row.points_taken == taken
    assert state(anna)[:2] == (balance, debt)


def test_points_still_pending_are_taken_back_even_by_the_mildest_policy(rita):
    dentistry(negative_policy="pending_only", pending_days=7)
    anna = make_member()
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))
    give_points(anna, 50, at=NOON)

    row = refund(receipt, SpreadAmount(400_000), actor=rita)

    account = account_of(anna)
    assert (row.points_taken, account.balance, account.pending) == (200, 50, 300)


def test_refund_earns_nothing_and_triggers_nothing(rita):
    dentistry()
    anna = make_member()
    give_points(anna, 100, at=NOON)
    receipt = post(anna, rita, SpendChoice.maximum(), ("therapy", 1_000_000))
    messages, made = OutboxMessage.objects.count(), Lot.objects.count()
    last = Operation.objects.latest("id").pk

    refund(receipt, SpreadAmount(400_000), actor=rita)
    refund(receipt, actor=rita)

    kinds = Operation.objects.filter(pk__gt=last).order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["RETURN", "TAKE_BACK"] * 2
    assert (OutboxMessage.objects.count(), Lot.objects.count()) == (messages, made)


def test_tier_and_what_was_earned_at_its_higher_rate_stay_after_the_refund_that_had_lifted_it(rita):
    dentistry()
    anna = make_member()
    lifting = post(anna, rita, SpendChoice.none(), ("therapy", 5_000_000))  # 5 %: 2 500, now silver
    post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))  # 7 %: 700

    refund(lifting, actor=rita)

    standing = Standing.objects.get(patient=anna)
    assert (standing.tier, standing.turnover) == ("silver", 10_000)
    assert state(anna)[:2] == (700, 0)


def test_rolling_date_never_moves_back_before_the_grace(rita):
    dentistry(life={"kind": "rolling_months", "months": 1})
    anna = make_member(at=NOON - timedelta(days=100))
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))

    refund(receipt, actor=rita)

    assert account_of(anna).rolling_until == date(2026, 12, 6)  # 22 November + 14


def test_full_refund_in_slices_moves_the_rolling_date_back_with_the_last_one(rita):
    dentistry()
    anna = make_member()
    post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000), at=NOON - timedelta(days=30))
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))

    refund(receipt, SpreadAmount(999_999), actor=rita)
    after_part = account_of(anna).rolling_until
    refund(receipt, actor=rita)

    assert (after_part, account_of(anna).rolling_until) == (date(2028, 11, 22), date(2028, 10, 23))


def test_amount_is_spread_by_what_is_left_on_the_lines(rita):
    dentistry()
    receipt = post(make_member(), rita, SpendChoice.none(), ("therapy", 100_000), ("hygiene", 100_000))
    refund(receipt, LineAmounts({1: 50_000}), actor=rita)

    row = refund(receipt, SpreadAmount(60_000), actor=rita)

    assert list(row.lines.order_by("line__position").values_list("price", flat=True)) == [200, 400]


def test_full_refund_of_a_visit_takes_the_visit_and_the_turnover_off(rita):
    dentistry()
    anna = make_member()
    post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000))
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 200_000))

    refund(receipt, SpreadAmount(150_000), actor=rita)
    after_part = Standing.objects.get(patient=anna)
    refund(receipt, actor=rita)

    after_all = Standing.objects.get(patient=anna)
    assert (after_part.visits, after_part.turnover) == (2, 10_500)
    assert (after_all.visits, after_all.turnover) == (1, 10_000)


def test_full_refund_leaves_the_payment_before_as_the_last_one(rita):
    dentistry()
    anna = make_member(at=NOON - timedelta(days=100))
    earlier = post(anna, rita, SpendChoice.none(), ("therapy", 1_000_000), at=NOON - timedelta(days=30))
    receipt = post(anna, rita, SpendChoice.none(), ("therapy", 200_000))

    refund(receipt, SpreadAmount(150_000), actor=rita)
    after_part = Standing.objects.get(patient=anna)
    refund(receipt, actor=rita)
    after_all = Standing.objects.get(patient=anna)
    refund(earlier, actor=rita)
    after_both = Standing.objects.get(patient=anna)

    assert after_part.last_paid_at == receipt.paid_at
    assert (after_all.first_paid_at, after_all.last_paid_at) == (earlier.paid_at, earlier.paid_at)
    assert (after_both.first_paid_at, after_both.last_paid_at) == (None, None)
