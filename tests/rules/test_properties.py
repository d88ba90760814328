"""What must hold for any program, receipt, wish and sequence of refunds."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinics.money import split_by_largest_remainder
from loyalty.rules.compilation import compile_program
from loyalty.rules.engine import quote
from loyalty.rules.facts import LineFacts, MemberFacts, PrivilegeFacts, SpendChoice
from loyalty.rules.refunds import after_refund, plan_amount_refund, plan_full_refund
from loyalty.rules.sold import SoldLine, SoldReceipt
from loyalty.rules.validation import find_faults
from tests.rules.build import preset, receipt, sold

# A loaded machine must not fail a property.
QUIET = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
CATEGORIES = ["consultation", "care", "injections", "hardware", "courses", "implantation", "goods"]


TITLE = {"ru": "п", "en": "r"}
targets = st.just({}) | st.builds(lambda code: {"categories": [code]}, st.sampled_from(CATEGORIES))
percents = st.decimals(0, 100, places=2).map(str)
DAYS = {"first_day": "2026-01-01", "last_day": "2026-12-31"}


@st.composite
def extra_rules(draw):
    """Fixed points and multipliers; priorities keep their order clear."""
    number = draw(st.integers(1, 5))
    effect = draw(
        st.sampled_from(
            [
                {"kind": "fixed", "points": 40, "per": "visit"},
                {"kind": "fixed", "points": 7, "per": "line"},
                {"kind": "multiplier", "times": "2.5"},
            ]
        )
    )
    return {
        "code": f"extra{number}",
        "title": TITLE,
        "group": "extra",
        "priority": number,
        "when": draw(targets),
        "effect": effect,
    }


@st.composite
def discounts(draw):
    effects = st.one_of(
        st.builds(lambda percent: {"kind": "percent", "percent": percent}, percents),
        st.builds(lambda roubles: {"kind": "amount", "roubles": roubles}, st.integers(0, 5_000)),
        st.builds(lambda roubles: {"kind": "fixed_price", "roubles": roubles}, st.integers(0, 5_000)),
        st.builds(lambda lines: {"kind": "free_line", "lines": lines}, st.integers(1, 3)),
    )
    promotions = [
        {
            "code": f"promotion{number}",
            "title": TITLE,
            "group": draw(st.sampled_from(["base", "second"])),
            "priority": number,
            "when": draw(targets),
            "effect": draw(effects),
            "days": DAYS,
            "rules_link": "/rules/",
        }
        for number in range(draw(st.integers(0, 4)))
    ]
    modes = st.sampled_from(["exclusive", "best_of", "sequential"])
    groups = [{"code": code, "mode": draw(modes)} for code in ("base", "second")]
    return {"groups": groups, "promotions": promotions}


@st.composite
def programs(draw):
    document = preset(draw(st.sampled_from(["dentistry", "cosmetology"])))
    document["points"]["value_kopecks"] = draw(st.sampled_from([1, 10, 50, 100, 333, 1_000]))
    document["points"]["pending_days"] = draw(st.integers(0, 30))
    document["redemption"]["cap_percent"] = draw(st.integers(0, 100))
    document["earning"]["on_part_paid_with_points"] = draw(st.booleans())
    document["earning"]["cap_points_per_receipt"] = draw(st.none() | st.integers(1, 500))
    for level in document["tiers"]["levels"]:
        level["redemption_cap_percent"] = draw(st.integers(0, 100))
    for rule in document["earning"]["rules"][1:]:
        rule["effect"]["percent"] = str(draw(st.decimals(0, 100, places=2)))
        rule["cap_points_per_receipt"] = draw(st.none() | st.integers(1, 300))
    document["earning"]["groups"] = [{"code": "extra", "mode": draw(st.sampled_from(["add_up", "first_match"]))}]
    document["earning"]["rules"] += draw(st.lists(extra_rules(), max_size=3, unique_by=lambda rule: rule["code"]))
    document["discounts"] = draw(discounts())
    assert find_faults(document) == []
    return compile_program(document)


@st.composite
def baskets(draw):
    prices = st.integers(0, 300) | st.integers(0, 10_000_000)
    return [
        LineFacts(
            position=position,
            price_kopecks=draw(prices),
            categories=tuple(draw(st.lists(st.sampled_from(CATEGORIES), max_size=2, unique=True))),
        )
        for position in range(1, draw(st.integers(1, 6)) + 1)
    ]


members = st.builds(
    MemberFacts,
    is_member=st.sampled_from([True, True, True, False]),
    tier=st.sampled_from([None, "standart", "silver", "gold", "premium"]),
    spendable_points=st.integers(0, 100_000),
    burning_points=st.integers(0, 1_000),
    debt_points=st.sampled_from([0, 0, 0, 7]),
    turnover_kopecks=st.integers(0, 50_000_000),
)
choices = st.sampled_from([SpendChoice.none(), SpendChoice.burning(), SpendChoice.maximum()]) | st.builds(
    SpendChoice.amount, st.integers(0, 100_000)
)
presented = st.lists(
    st.builds(
        PrivilegeFacts,
        code=st.integers(1, 9).map("privilege:{}".format),
        kopecks=st.none() | st.integers(1, 1_000_000),
        categories=st.frozensets(st.sampled_from(CATEGORIES), max_size=2),
    ),
    max_size=2,
    unique_by=lambda privilege: privilege.code,
)


def numbers(value: object) -> Iterator[int]:
    if isinstance(value, dict):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, list):
        for item in value:
            yield from numbers(item)
    elif isinstance(value, int):
        yield value


@given(programs(), members, baskets(), choices, presented)
@settings(QUIET, max_examples=200)
def test_parts_add_up_and_nothing_is_negative(program, member, basket, choice, privileges):
    bill = receipt(*basket, privileges=privileges)
    result = quote(program=program, member=member, receipt=bill, choice=choice)

    value = program.point_value_kopecks
    assert min(numbers(result.explanation())) >= 0
    assert result.total_kopecks == sum(each.price_kopecks for each in basket)
    assert result.money_kopecks + result.spend.points * value + result.discount_kopecks == result.total_kopecks
    assert sum(each.kopecks for each in result.discounts) == result.discount_kopecks
    assert sum(each.discount_kopecks for each in result.lines) == result.discount_kopecks
    assert sum(each.points for each in result.lines) == result.spend.points
    assert sum(each.spend_limit for each in result.lines) == result.spend.limit
    assert sum(each.money_kopecks for each in result.lines) == result.money_kopecks
    assert sum(each.earned_points for each in result.lines) == result.earned_points
    assert sum(lot.points for lot in result.lots) == result.earned_points
    for earning in result.earnings:
        assert sum(each.points for each in earning.lines) == earning.points <= earning.exact_points
        assert sum(each.base_kopecks for each in earning.lines) == earning.base_kopecks


@given(programs(), members, baskets(), choices)
@settings(QUIET, max_examples=200)
def test_no_limit_is_ever_exceeded(program, member, basket, choice):
    result = quote(program=program, member=member, receipt=receipt(*basket), choice=choice)

    value = program.point_value_kopecks
    eligible = sum(each.price_kopecks - each.discount_kopecks for each in result.lines if each.is_eligible)
    assert result.spend.points <= result.spend.available <= result.spend.limit
    assert result.spend.points <= member.spendable_points
    assert result.spend.points * value * 10_000 <= eligible * result.spend.cap_bp
    assert all(each.is_eligible or each.points == 0 for each in result.lines)
    assert all(each.points * value <= each.price_kopecks - each.discount_kopecks for each in result.lines)
    if program.earning.cap_points is not None:
        assert result.earned_points <= program.earning.cap_points


@given(programs(), members, baskets(), choices, presented, st.randoms(use_true_random=False))
@settings(QUIET, max_examples=200)
def test_order_of_entry_never_changes_the_totals(program, member, basket, choice, privileges, random):
    shuffled = list(basket)
    random.shuffle(shuffled)
    shuffled = [replace(each, position=position) for position, each in enumerate(shuffled, start=1)]

    bill, other_bill = receipt(*basket, privileges=privileges), receipt(*shuffled, privileges=privileges[::-1])
    first = quote(program=program, member=member, receipt=bill, choice=choice)
    second = quote(program=program, member=member, receipt=other_bill, choice=choice)

    assert first.spend == second.spend
    assert first.money_kopecks == second.money_kopecks
    assert first.lots == second.lots
    assert [(each.code, each.kopecks) for each in first.discounts] == [
        (each.code, each.kopecks) for each in second.discounts
    ]
    assert [(each.rule_code, each.points) for each in first.earnings] == [
        (each.rule_code, each.points) for each in second.earnings
    ]


@given(programs(), members, baskets(), choices)
@settings(QUIET, max_examples=50)
def test_equal_facts_give_equal_quotes_and_fingerprints(program, member, basket, choice):
    first = quote(program=program, member=member, receipt=receipt(*basket), choice=choice)
    second = quote(program=program, member=member, receipt=receipt(*reversed(basket)), choice=choice)

    assert first == second
    assert first.fingerprint == second.fingerprint


@given(programs(), members, baskets(), choices, presented, st.lists(st.integers(1, 3_000_000), max_size=12))
@settings(QUIET, max_examples=300)
def test_refunds_add_up_to_the_whole_however_they_are_sliced(program, member, basket, choice, privileges, slices):
    bill = receipt(*basket, privileges=privileges)
    result = quote(program=program, member=member, receipt=bill, choice=choice)
    left = sold(result, value=program.point_value_kopecks)
    plans = []

    for kopecks in slices:
        if left.left_kopecks > 0:
            plans.append(plan_amount_refund(left, kopecks=min(kopecks, left.left_kopecks)))
            left = after_refund(left, plans[-1])
    if left.left_kopecks:
        plans.append(plan_full_refund(left))

    for plan in plans:
        assert all(min(each.points, each.money_kopecks, each.refunded_kopecks) >= 0 for each in plan.lines)
        assert all(each.points > 0 for each in plan.take_backs)
    assert sum(plan.refunded_kopecks for plan in plans) == result.total_kopecks - result.discount_kopecks
    assert sum(plan.points for plan in plans) == result.spend.points
    assert sum(plan.money_kopecks for plan in plans) == result.money_kopecks
    assert sum(plan.taken_points for plan in plans) == result.earned_points
    assert all(not plan.is_complete for plan in plans[:-1])


@given(st.integers(1, 500), st.integers(0, 50_000), st.lists(st.integers(100, 40_000), max_size=8))
@settings(QUIET, max_examples=300)
def test_slices_of_a_rouble_or_more_return_points_by_the_formula(points, money, slices):
    line = SoldLine(1, points, money + points * 100)
    left = SoldReceipt((line,), (), 100)
    refunded = returned = 0

    for kopecks in slices:
        if left.left_kopecks < kopecks:
            break
        plan = plan_amount_refund(left, kopecks=kopecks)
        left = after_refund(left, plan)
        refunded, returned = refunded + kopecks, returned + plan.points

        wanted = points * refunded // line.price_kopecks(100)
        # The formula alone would give back more money than was paid just before the end.
        gives_too_much = refunded - wanted * 100 > line.money_kopecks
        assert returned == wanted + (1 if gives_too_much else 0)
        assert plan.money_kopecks == kopecks - plan.points * 100


@given(st.integers(0, 10_000), st.lists(st.integers(0, 5_000), min_size=1, max_size=8))
@settings(QUIET)
def test_split_is_exact_and_fair(total, weights):
    if sum(weights) == 0:
        total = 0

    parts = split_by_largest_remainder(total, weights)

    assert sum(parts) == total
    if sum(weights):
        assert all(abs(part - total * each / sum(weights)) < 1 for part, each in zip(parts, weights, strict=True))
