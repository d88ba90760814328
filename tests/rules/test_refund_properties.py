"""What must hold for any receipt and any sequence of refunds, by lines, by amounts and by one amount."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from loyalty.rules.compiled import Basis
from loyalty.rules.earning import percent_points
from loyalty.rules.quote import EarningKind, EarningLine
from loyalty.rules.refund_portions import EVERYTHING, ChosenLines, LineAmounts, SpreadAmount
from loyalty.rules.refunds import NothingLeft, after_refund
from loyalty.rules.sold import GivenDiscount, SoldLine, SoldReceipt, awards_given

# A loaded machine must not fail a property.
QUIET = settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
THOUSANDTHS = st.integers(0, 1000)
# Resolved against what is left when their turn comes.
by_line = st.tuples(st.just("lines"), st.lists(st.integers(1, 6), min_size=1, unique=True)) | st.tuples(
    st.just("amounts"), st.lists(THOUSANDTHS, min_size=6, max_size=6)
)
over_lines = st.tuples(st.just("amount"), THOUSANDTHS) | st.tuples(st.just("kopecks"), st.integers(1, 9))
steps = st.lists(by_line | over_lines, max_size=8)
# Of two equal lines the first gets the odd kopeck: who then asks for "line 1" asks for another line.
steps_of_one_kind = st.lists(by_line, max_size=8) | st.lists(over_lines, max_size=8)


@st.composite
def receipts(draw):
    """As the quote leaves them: any lines, and awards of every kind on some of them, whole or cut by limits."""
    value = draw(st.sampled_from([1, 10, 50, 100, 333, 1_000]))
    # Equal lines are common, and only they compete for the odd kopeck.
    money = draw(st.sampled_from([st.just(100), st.integers(0, 300), st.integers(0, 3_000_000)]))
    points = draw(st.sampled_from([st.just(0), st.integers(0, 3), st.integers(0, 5_000)]))
    lines = [SoldLine(position, draw(points), draw(money)) for position in range(1, draw(st.integers(1, 6)) + 1)]
    assume(any(line.price_kopecks(value) for line in lines))
    basis = draw(st.sampled_from(Basis))
    awards = [
        award for number in range(draw(st.integers(0, 4))) for award in draw(given_by(number, lines, basis, value))
    ]
    discounts = [
        GivenDiscount(code, draw(st.sampled_from(lines)).position, draw(st.integers(1, 100_000)))
        for code in draw(st.lists(st.sampled_from(["autumn", "birthday"]), max_size=4))
    ]
    return SoldReceipt(tuple(lines), tuple(awards), value, tuple(discounts))


@st.composite
def given_by(draw, number, lines, basis, value):
    kind = draw(st.sampled_from(EarningKind))
    own = draw(st.lists(st.sampled_from(lines), min_size=1, unique=True))
    bases = [line.price_kopecks(value) if basis is Basis.PRICE else line.money_kopecks for line in own]
    rate = draw(st.integers(0, 10_000)) if kind is EarningKind.PERCENT else 0
    exact = percent_points(sum(bases), rate_bp=rate, value=value)
    points = draw(st.just(exact) | st.integers(0, exact)) if rate else draw(st.integers(0, 500))
    if not sum(bases):
        points = 0
    on_lines = [
        EarningLine(line.position, points if index == 0 else 0, base)
        for index, (line, base) in enumerate(zip(own, bases, strict=True))
        # Fixed points of a line are given only where something is paid.
        if base or kind is not EarningKind.LINE
    ]
    return awards_given(
        rule_code=f"rule{number}", kind=kind, rate_bp=rate, basis=basis, lines=on_lines, value=value
    )


def portion_of(step, receipt):
    kind, detail = step
    value = receipt.point_value_kopecks
    left = {line.position: line.left_kopecks(value) for line in receipt.lines}
    match kind:
        case "lines":
            return ChosenLines([position for position in detail if position in left])
        case "amounts":
            return LineAmounts({line: left[line] * detail[line - 1] // 1000 for line in left})
        case "amount":
            return SpreadAmount(sum(left.values()) * detail // 1000)
    return SpreadAmount(min(detail, sum(left.values())))


def play(receipt, steps):
    """The plans of the steps that refund anything, then of all that is left; the receipt after each of them."""
    plans, receipts = [], [receipt]
    for step in [*steps, None]:
        if not receipts[-1].left_kopecks:
            break
        portion = EVERYTHING if step is None else portion_of(step, receipts[-1])
        try:
            plan = portion.plan(receipts[-1])
        except NothingLeft:
            continue
        plans.append(plan)
        receipts.append(after_refund(receipts[-1], plan))
    return plans, receipts


def totals(plan):
    return plan.refunded_kopecks, plan.money_kopecks, plan.points, plan.uses_back


@given(receipts(), steps)
@QUIET
def test_slices_add_up_to_the_whole_to_the_kopeck_and_the_point(receipt, steps):
    plans, _receipts = play(receipt, steps)

    value = receipt.point_value_kopecks
    assert sum(plan.refunded_kopecks for plan in plans) == sum(line.price_kopecks(value) for line in receipt.lines)
    assert sum(plan.money_kopecks for plan in plans) == sum(line.money_kopecks for line in receipt.lines)
    assert sum(plan.points for plan in plans) == sum(line.points for line in receipt.lines)
    assert sum(plan.taken_points for plan in plans) == sum(award.points for award in receipt.awards)
    discounts_back = [kopecks for plan in plans for _code, kopecks in plan.discounts]
    assert sum(discounts_back) == sum(discount.kopecks for discount in receipt.discounts)
    assert all(kopecks > 0 for kopecks in discounts_back)
    assert [plan.is_complete for plan in plans] == [False] * (len(plans) - 1) + [True]
    assert plans[-1].is_whole == (len(plans) == 1)


@given(receipts(), steps)
@QUIET
def test_nothing_ever_falls_below_zero_or_goes_above_what_was_paid(receipt, steps):
    plans, receipts = play(receipt, steps)

    value = receipt.point_value_kopecks
    for plan in plans:
        assert all(min(line.refunded_kopecks, line.points, line.money_kopecks) >= 0 for line in plan.lines)
        assert all(item.points > 0 for item in plan.take_backs)
    for after in receipts:
        for line in after.lines:
            assert 0 <= line.refunded_kopecks <= line.price_kopecks(value)
            assert 0 <= line.returned_points <= line.points
            assert 0 <= line.returned_money_kopecks <= line.money_kopecks
            # A slice gives back at most a point less than it is of, and never more.
            given_back = line.returned_points * value + line.returned_money_kopecks
            assert line.refunded_kopecks - value < given_back <= line.refunded_kopecks


@given(receipts(), steps)
@QUIET
def test_refunding_everything_returns_to_the_start_by_any_road(receipt, steps):
    at_once, (_before, start) = play(receipt, [])
    plans, (*_between, end) = play(receipt, steps)

    assert end == start
    assert totals(at_once[0])[:3] == tuple(map(sum, zip(*[totals(plan)[:3] for plan in plans], strict=True)))


def entered_in(order, receipt):
    """The same receipt with its lines entered in another order."""
    place = {line.position: order.index(line.position) + 1 for line in receipt.lines}
    lines = [replace(line, position=place[line.position]) for line in receipt.lines]
    awards = [
        replace(award, positions=tuple(sorted(place[position] for position in award.positions)))
        for award in receipt.awards
    ]
    discounts = [replace(discount, position=place[discount.position]) for discount in receipt.discounts]
    lines.sort(key=lambda line: line.position)
    return SoldReceipt(tuple(lines), tuple(awards), receipt.point_value_kopecks, tuple(discounts)), place


def in_places(step, place):
    kind, detail = step
    if kind == "lines":
        return kind, [place.get(position, position + 6) for position in detail]
    if kind == "amounts":
        moved = {place[position]: detail[position - 1] for position in place}
        return kind, [moved.get(position, 0) for position in range(1, 7)]
    return step


@given(receipts(), steps_of_one_kind, st.permutations(range(1, 7)))
@QUIET
def test_order_of_entry_changes_no_total(receipt, steps, order):
    order = [position for position in order if position <= len(receipt.lines)]
    other, place = entered_in(order, receipt)

    plans, _receipts = play(receipt, steps)
    others, _receipts = play(other, [in_places(step, place) for step in steps])

    assert [totals(plan) for plan in plans] == [totals(plan) for plan in others]


@given(receipts(), st.permutations(range(1, 7)))
@QUIET
def test_lines_refunded_one_by_one_leave_the_same_in_any_order(receipt, order):
    positions = [line.position for line in receipt.lines if line.price_kopecks(receipt.point_value_kopecks)]
    chosen = [position for position in order if position in positions][: len(positions) // 2 + 1]

    together = ChosenLines(chosen).plan(receipt)
    plans, left = [], receipt
    for position in chosen:
        plans.append(ChosenLines([position]).plan(left))
        left = after_refund(left, plans[-1])

    assert left == after_refund(receipt, together)
    assert sum(plan.taken_points for plan in plans) == together.taken_points
    assert sum(plan.points for plan in plans) == together.points


@given(receipts(), steps)
@QUIET
def test_points_that_stay_never_grow_and_follow_what_is_still_paid(receipt, steps):
    plans, receipts = play(receipt, steps)

    kept = sum(award.points for award in receipt.awards)
    for plan, after in zip(plans, receipts[1:], strict=True):
        kept -= plan.taken_points
        assert kept >= 0
        if not after.left_kopecks:
            assert kept == 0
    if not any(award.points for award in receipt.awards):
        assert all(not plan.take_backs for plan in plans)


@given(receipts(), steps)
@QUIET
def test_what_is_left_refuses_one_kopeck_more(receipt, steps):
    _plans, (*receipts, _end) = play(receipt, steps)

    for left in receipts:
        with pytest.raises(Exception, match="left"):
            SpreadAmount(left.left_kopecks + 1).plan(left)
