"""What a receipt may take in points, with the sums worked by hand."""

import pytest

from loyalty.rules.facts import LineFacts, SpendChoice
from loyalty.rules.reasons import Reason
from tests.rules.build import anna, changed, compiled, line, quoted


def hygiene_and_implant() -> tuple[LineFacts, LineFacts]:
    return line(6_500, "hygiene", position=1), line(42_000, "implantation", position=2)


def test_maximum_takes_the_cap_of_the_eligible_line_only():
    member = anna("gold", spendable_points=3_450, burning_points=450)

    result = quoted(compiled("dentistry"), member, *hygiene_and_implant(), spend=SpendChoice.maximum())

    assert result.total_kopecks == 4_850_000
    assert (result.spend_limit, result.spend.points) == (1_300, 1_300)
    assert result.money_kopecks == 4_720_000
    assert result.earned_points == 4_248
    assert [each.points for each in result.lines] == [1_300, 0]
    assert [each.spend_limit for each in result.lines] == [1_300, 0]
    assert [each.money_kopecks for each in result.lines] == [520_000, 4_200_000]
    assert [each.is_eligible for each in result.lines] == [True, False]
    assert result.lines[1].reasons == (Reason("spend_excluded_category", (("category", "implantation"),)),)


def test_only_burning_points_are_spent_when_chosen():
    member = anna("gold", spendable_points=3_450, burning_points=450)

    result = quoted(compiled("dentistry"), member, *hygiene_and_implant(), spend=SpendChoice.burning())

    assert result.spend.points == 450
    assert result.money_kopecks == 4_805_000
    assert result.earned_points == 4_324
    assert result.spend.reasons == ()


def test_nothing_is_spent_when_nothing_is_chosen():
    result = quoted(compiled("dentistry"), anna("gold"), *hygiene_and_implant())

    assert (result.spend.points, result.money_kopecks, result.earned_points) == (0, 4_850_000, 4_365)


def test_cap_is_floored_to_a_whole_point():
    result = quoted(compiled("dentistry"), anna("premium"), line(1_999), spend=SpendChoice.maximum())

    assert result.spend.points == 499


def test_more_than_the_cap_is_lowered_with_the_reason():
    result = quoted(compiled("dentistry"), anna("premium"), line(1_999), spend=SpendChoice.amount(600))

    assert result.spend.points == 499
    assert result.spend.reasons == (Reason("spend_capped", (("asked", 600), ("limit", 499))),)


def test_implant_is_left_out_of_the_cap():
    lines = line(80_000, "implantation", position=1), line(6_000, "hygiene", position=2)

    result = quoted(compiled("dentistry"), anna("premium"), *lines, spend=SpendChoice.maximum())

    assert result.spend.points == 1_500


@pytest.mark.parametrize("category", ["implantation", "orthodontics", "orthopaedics"])
def test_excluded_category_takes_no_points_below_it_either(category):
    bought = LineFacts(1, 1_000_000, "bracket", ("brackets", category))

    result = quoted(compiled("dentistry"), anna("gold"), bought, spend=SpendChoice.maximum())

    assert (result.spend_limit, result.spend.points, result.lines[0].is_eligible) == (0, 0, False)


def test_excluded_service_takes_no_points():
    program = changed("cosmetology", redemption__nothing_on={"services": ["serum"]})

    result = quoted(program, anna(), line(1_000, service="serum"), spend=SpendChoice.maximum())

    assert result.spend.points == 0
    assert result.lines[0].reasons == (Reason("spend_excluded_service"),)


def test_more_than_the_balance_is_lowered_with_the_reason():
    member = anna("gold", spendable_points=120)

    result = quoted(compiled("dentistry"), member, line(10_000), spend=SpendChoice.amount(500))

    assert (result.spend.points, result.spend_limit, result.spend.available) == (120, 2_000, 120)
    assert result.spend.reasons == (Reason("spend_insufficient", (("asked", 500), ("spendable", 120))),)


def test_with_a_debt_nothing_can_be_spent_though_there_are_points():
    member = anna("gold", spendable_points=600, debt_points=450)

    result = quoted(compiled("dentistry"), member, line(10_000), spend=SpendChoice.maximum())

    assert result.spend.points == 0
    assert result.spend.reasons == (Reason("spend_debt", (("debt", 450),)),)


@pytest.mark.parametrize(
    ("tier", "limit"), [("standart", 1_000), ("silver", 1_500), ("gold", 2_000), ("premium", 2_500)]
)
def test_each_tier_of_dentistry_has_its_own_cap(tier, limit):
    result = quoted(compiled("dentistry"), anna(tier), line(10_000), spend=SpendChoice.maximum())

    assert result.spend.points == limit


def test_cosmetology_has_a_flat_cap_of_thirty_percent():
    result = quoted(compiled("cosmetology"), anna(), line(10_000), spend=SpendChoice.maximum())

    assert result.spend.points == 3_000


def test_points_are_split_over_the_eligible_lines_and_the_odd_one_goes_to_the_earlier():
    lines = [line(333, position=position) for position in (1, 2, 3)]

    result = quoted(compiled("cosmetology"), anna(), *lines, spend=SpendChoice.amount(100))

    assert [each.points for each in result.lines] == [34, 33, 33]
    assert [each.money_kopecks for each in result.lines] == [29_900, 30_000, 30_000]


def test_line_cheaper_than_a_point_takes_none():
    program = changed("cosmetology", redemption__cap_percent=100)
    lines = line("0.90", position=1), line("10.50", position=2), line("10.50", position=3)

    result = quoted(program, anna(), *lines, spend=SpendChoice.maximum())

    assert [each.points for each in result.lines] == [0, 10, 10]
    assert result.spend_limit == 20
    assert result.money_kopecks == 190


def test_value_of_a_point_other_than_a_rouble():
    program = changed("cosmetology", points__value_kopecks=1_000)

    result = quoted(program, anna(), line(1_000), spend=SpendChoice.maximum())

    assert result.spend.points == 30
    assert result.money_kopecks == 70_000


def test_negative_wish_is_refused():
    with pytest.raises(ValueError, match="must not be negative"):
        SpendChoice.amount(-1)
