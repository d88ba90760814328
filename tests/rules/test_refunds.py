"""What a refund gives back and takes back, with the sums worked by hand."""

import pytest

from loyalty.rules.compiled import Basis
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refunds import (
    AwardKind,
    GivenAward,
    MoreThanLeft,
    NothingLeft,
    SoldLine,
    SoldReceipt,
    TakeBack,
    UnknownLine,
    after_refund,
    plan_amount_refund,
    plan_full_refund,
    plan_lines_refund,
    plan_part_of_lines_refund,
)
from tests.rules.build import anna, changed, compiled, line, quoted, sold


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


def test_nothing_can_be_refunded_twice():
    receipt = SoldReceipt((SoldLine(1, 10, 100_000),), (), 100)
    receipt = after_refund(receipt, plan_full_refund(receipt))

    with pytest.raises(NothingLeft):
        plan_full_refund(receipt)
    with pytest.raises(NothingLeft):
        plan_lines_refund(receipt, [1])
