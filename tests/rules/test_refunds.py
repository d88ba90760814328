"""What a refund gives back and takes back, with the sums worked by hand."""

import pytest

from loyalty.rules.compiled import Basis
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refunds import (
    MoreThanLeft,
    NothingLeft,
    TakeBack,
    UnknownLine,
    after_refund,
    plan_amount_refund,
    plan_full_refund,
    plan_lines_refund,
    plan_part_of_lines_refund,
)
from loyalty.rules.sold import AwardKind, GivenAward, GivenDiscount, SoldLine, SoldReceipt
from tests.rules.build import anna, changed, compiled, line, quoted, sold

TITLE = {"ru": "п", "en": "r"}


def sold_by(award: GivenAward, *lines: SoldLine) -> SoldReceipt:
    return SoldReceipt(lines, (award,), 100)


def test_percentage_goes_back_exactly_whatever_the_slices():
    receipt = sold(quoted(compiled("dentistry"), anna("standart"), line(10_000)))
    taken = []

    for kopecks in (300_000, 333_300, 366_700):
        plan = plan_amount_refund(receipt, kopecks=kopecks)
        taken.append(plan.taken_points)
        receipt = after_refund(receipt, plan)

    assert taken == [150, 167, 183]
    assert receipt.left_kopecks == 0


def test_three_equal_lines_refunded_one_by_one():
    lines = [line(333, position=position) for position in (1, 2, 3)]
    receipt = sold(quoted(compiled("dentistry"), anna("standart"), *lines))
    taken = []

    for position in (1, 2, 3):
        plan = plan_lines_refund(receipt, [position])
        taken.append(plan.taken_points)
        receipt = after_refund(receipt, plan)

    assert taken == [16, 17, 16]


def test_award_cut_by_a_budget_goes_back_in_proportion():
    award = GivenAward("cashback", AwardKind.SHARE, 300, 500, Basis.MONEY, 1_000_000, (1,))
    receipt = sold_by(award, SoldLine(1, 0, 1_000_000))

    plan = plan_amount_refund(receipt, kopecks=300_000)

    assert plan.take_backs == (TakeBack("cashback", 500, 90),)


def test_award_cut_by_a_cap_of_the_program_goes_back_in_proportion():
    program = changed("cosmetology", earning__cap_points_per_receipt=300)
    receipt = sold(quoted(program, anna(), line(10_000)))

    plan = plan_amount_refund(receipt, kopecks=300_000)

    assert (receipt.awards[0].kind, receipt.awards[0].points) == (AwardKind.SHARE, 300)
    assert plan.taken_points == 90


def test_fixed_award_of_a_visit_goes_back_only_with_everything():
    award = GivenAward("visit", AwardKind.WHOLE, 250, 0, Basis.MONEY, 0, (1,))
    receipt = sold_by(award, SoldLine(1, 0, 1_000_000))

    part = plan_amount_refund(receipt, kopecks=999_999)
    rest = plan_full_refund(after_refund(receipt, part))

    assert (part.taken_points, rest.taken_points) == (0, 250)


def test_refunding_one_line_takes_back_only_what_its_own_rate_gave():
    program = compiled("cosmetology")
    receipt = sold(quoted(program, anna(), line(6_000, "care", position=1), line(20_000, "courses", position=2)))

    plan = plan_lines_refund(receipt, [1])

    assert plan.take_backs == (TakeBack("care", 500, 300),)


def test_half_of_a_bill_paid_in_part_with_points():
    receipt = SoldReceipt((SoldLine(1, 200, 80_000),), (), 100)

    plan = plan_amount_refund(receipt, kopecks=50_000)

    assert (plan.points, plan.money_kopecks) == (100, 40_000)
    assert (plan.is_complete, plan.is_whole) == (False, False)


def test_full_refund_returns_all_points_and_all_money():
    receipt = SoldReceipt((SoldLine(1, 200, 80_000),), (), 100)

    plan = plan_full_refund(receipt)

    assert (plan.points, plan.money_kopecks) == (200, 80_000)
    assert (plan.is_complete, plan.is_whole) == (True, True)


def test_implant_that_took_no_points_returns_money_only():
    bought = line(6_500, "hygiene", position=1), line(42_000, "implantation", position=2)
    receipt = sold(quoted(compiled("dentistry"), anna("gold"), *bought, spend=SpendChoice.maximum()))

    plan = plan_lines_refund(receipt, [2])

    assert (plan.money_kopecks, plan.points, plan.taken_points) == (4_200_000, 0, 3_780)


def test_amount_is_spread_by_what_is_left_on_the_lines():
    receipt = SoldReceipt((SoldLine(1, 0, 100_000, 50_000, 0, 50_000), SoldLine(2, 0, 100_000)), (), 100)

    plan = plan_amount_refund(receipt, kopecks=60_000)

    assert [(each.position, each.refunded_kopecks) for each in plan.lines] == [(1, 20_000), (2, 40_000)]


def test_odd_kopeck_goes_to_the_same_line_in_any_order_of_entry():
    """A point is worth a kopeck; 2 of 3 kopecks go to one line: 2 points of one at 100 %, 1 of one at 50 %."""

    def taken(full_rate, half_rate):
        lines = tuple(SoldLine(position, 0, 100) for position in (1, 2))
        awards = (
            GivenAward("full", AwardKind.PERCENT, 100, 10_000, Basis.MONEY, 100, (full_rate,)),
            GivenAward("half", AwardKind.PERCENT, 50, 5_000, Basis.MONEY, 100, (half_rate,)),
        )
        return plan_amount_refund(SoldReceipt(lines, awards, 1), kopecks=3).taken_points

    assert (taken(1, 2), taken(2, 1)) == (3, 3)


def test_the_last_slice_completes_the_receipt_but_is_not_the_whole():
    receipt = SoldReceipt((SoldLine(1, 0, 100_000),), (), 100)
    receipt = after_refund(receipt, plan_amount_refund(receipt, kopecks=1))

    plan = plan_full_refund(receipt)

    assert (plan.is_complete, plan.is_whole) == (True, False)


def test_kopeck_slice_never_makes_the_member_pay():
    receipt = SoldReceipt((SoldLine(1, 200, 80_000),), (), 100)
    receipt = after_refund(receipt, plan_amount_refund(receipt, kopecks=499))

    slice_of_a_kopeck = plan_amount_refund(receipt, kopecks=1)
    rest = plan_full_refund(after_refund(receipt, slice_of_a_kopeck))

    assert (slice_of_a_kopeck.points, slice_of_a_kopeck.money_kopecks) == (0, 1)
    assert (rest.points, rest.money_kopecks) == (200, 79_500)


def test_money_given_back_never_exceeds_the_money_paid():
    receipt = SoldReceipt((SoldLine(1, 200, 80_000),), (), 100)

    most = plan_amount_refund(receipt, kopecks=99_999)
    last = plan_full_refund(after_refund(receipt, most))

    assert (most.points, most.money_kopecks) == (200, 79_999)
    assert (last.points, last.money_kopecks) == (0, 1)


def test_price_based_award_goes_back_by_the_price():
    program = changed("dentistry", earning__on_part_paid_with_points=True)
    receipt = sold(quoted(program, anna("silver"), line(10_000), spend=SpendChoice.amount(1_500)))

    plan = plan_amount_refund(receipt, kopecks=500_000)

    assert plan.taken_points == 350


@pytest.mark.parametrize(
    ("kopecks", "refusal"), [(100_001, MoreThanLeft), (0, NothingLeft), (-1, NothingLeft)], ids=str
)
def test_impossible_amount_is_refused(kopecks, refusal):
    receipt = SoldReceipt((SoldLine(1, 0, 100_000),), (), 100)

    with pytest.raises(refusal):
        plan_amount_refund(receipt, kopecks=kopecks)


def test_more_than_is_left_on_a_line_is_refused_with_the_numbers():
    receipt = SoldReceipt((SoldLine(1, 0, 100_000, 40_000, 0, 40_000),), (), 100)

    with pytest.raises(MoreThanLeft) as refusal:
        plan_part_of_lines_refund(receipt, {1: 60_001})

    assert (refusal.value.position, refusal.value.left_kopecks) == (1, 60_000)


def test_line_that_the_receipt_does_not_have_is_refused():
    receipt = SoldReceipt((SoldLine(1, 0, 100_000),), (), 100)

    with pytest.raises(UnknownLine):
        plan_lines_refund(receipt, [2])


def bought_at_a_discount(*discounts: GivenDiscount) -> SoldReceipt:
    """Lines that cost 800 and 600 after discounts, and a free one."""
    return SoldReceipt((SoldLine(1, 0, 80_000), SoldLine(2, 0, 60_000), SoldLine(3, 0, 0)), (), 100, discounts)


def test_discount_goes_back_to_its_budget_by_what_is_refunded_of_its_lines():
    """-200 on 1 000 and -400 on 1 000: of the first line 300 of 800 go back, of the second nothing."""
    receipt = bought_at_a_discount(GivenDiscount("autumn", 1, 20_000), GivenDiscount("autumn", 2, 40_000))

    part = plan_part_of_lines_refund(receipt, {1: 30_000})
    line = plan_lines_refund(after_refund(receipt, part), [2])
    rest = plan_full_refund(after_refund(after_refund(receipt, part), line))

    # Kept of 20 000: 20 000 x 50 000 / 80 000 = 12 500.
    assert [plan.discounts for plan in (part, line, rest)] == [
        (("autumn", 7_500),),
        (("autumn", 40_000),),
        (("autumn", 12_500),),
    ]


def test_kopecks_of_a_discount_are_kept_rounded_down_and_add_up():
    receipt = SoldReceipt((SoldLine(1, 0, 300),), (), 100, (GivenDiscount("autumn", 1, 100),))
    back = []

    for kopecks in (100, 100, 100):
        plan = plan_amount_refund(receipt, kopecks=kopecks)
        back.append(plan.uses_back["autumn"])
        receipt = after_refund(receipt, plan)

    assert back == [34, 33, 33]  # 66.6 -> 66 and 33.3 -> 33 kept


def test_discount_that_made_a_line_free_goes_back_only_with_everything():
    receipt = bought_at_a_discount(GivenDiscount("third for free", 3, 50_000))

    part = plan_amount_refund(receipt, kopecks=139_999)
    rest = plan_full_refund(after_refund(receipt, part))

    assert (part.discounts, rest.discounts) == ((), (("third for free", 50_000),))


def test_receipt_that_cost_nothing_is_undone_once():
    receipt = SoldReceipt((SoldLine(1, 0, 0),), (), 100, (GivenDiscount("first visit", 1, 50_000),))

    plan = plan_full_refund(receipt)

    assert (plan.lines, plan.is_complete, plan.is_whole) == ((), True, True)
    assert plan.uses_back == {"first visit": 50_000}
    with pytest.raises(NothingLeft):
        plan_full_refund(after_refund(receipt, plan))


def test_uses_of_a_rule_at_two_rates_go_back_together():
    awards = tuple(
        GivenAward("double", AwardKind.PERCENT, points, rate, Basis.MONEY, 100_000, (position,))
        for position, rate, points in ((1, 500, 50), (2, 1_000, 100))
    )
    receipt = SoldReceipt((SoldLine(1, 0, 100_000), SoldLine(2, 0, 100_000)), awards, 100)

    assert plan_amount_refund(receipt, kopecks=100_000).uses_back == {"double": 75}


def test_fixed_points_of_each_line_go_back_with_their_own_line():
    rules = [{"code": "gift", "title": TITLE, "effect": {"kind": "fixed", "points": 7, "per": "line"}}]
    receipt = sold(quoted(changed("cosmetology", earning__rules=rules), anna(), line(100), line(900, position=2)))

    first = plan_lines_refund(receipt, [1])
    half_of_second = plan_part_of_lines_refund(after_refund(receipt, first), {2: 45_000})
    rest = plan_full_refund(after_refund(after_refund(receipt, first), half_of_second))

    # 7 of the first; 7 x 450 / 900 = 3.5 -> 3 stay on the second.
    assert [plan.taken_points for plan in (first, half_of_second, rest)] == [7, 4, 3]


def test_percent_of_a_discounted_receipt_follows_what_it_cost_after_the_discount():
    promotion = {
        "code": "autumn", "title": TITLE, "effect": {"kind": "percent", "percent": 25}, "rules_link": "/r/",
        "days": {"first_day": "2026-09-01", "last_day": "2026-12-31"},
    }  # fmt: skip
    program = changed("dentistry", discounts={"promotions": [promotion]})
    receipt = sold(quoted(program, anna("standart"), line("19.99"), line(1_000, position=2)))

    # 14.99 and 750: 38.2495 -> 38 points at 5 %.
    first = plan_lines_refund(receipt, [1])
    rest = plan_full_refund(after_refund(receipt, first))

    assert receipt.left_kopecks == 76_499
    assert (first.money_kopecks, first.taken_points, first.discounts) == (1_499, 1, (("autumn", 500),))
    assert (rest.money_kopecks, rest.taken_points, rest.discounts) == (75_000, 37, (("autumn", 25_000),))


def test_nothing_can_be_refunded_twice():
    receipt = SoldReceipt((SoldLine(1, 10, 100_000),), (), 100)
    receipt = after_refund(receipt, plan_full_refund(receipt))

    with pytest.raises(NothingLeft):
        plan_full_refund(receipt)
    with pytest.raises(NothingLeft):
        plan_lines_refund(receipt, [1])
