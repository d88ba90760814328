"""One member under a program on trial, by hand: wishes, welcome, tiers, limits, and who wins."""

from dataclasses import replace
from datetime import date

from loyalty.rules.compilation import compile_program
from loyalty.rules.facts import LineFacts, ReceiptFacts
from loyalty.rules.limits import Limit, LimitKind, LimitPeriod
from loyalty.rules.turnover import Turnover
from loyalty.what_if.trial.comparison import Comparison, Winners, live_under_both
from loyalty.what_if.trial.limits import BudgetPlace, LimitCounts, Stop, new_stops
from loyalty.what_if.trial.member import MemberTrial, Outcome, Trial
from loyalty.what_if.trial.past import PastLot, PastMember, PastReceipt
from loyalty.what_if.trial.totals import Totals, figures_of
from tests.what_if.programs import preset, rule

FIRST, LAST = date(2025, 11, 22), date(2026, 11, 22)
ANNA = PastMember(first_day=FIRST, last_day=LAST, is_member=True, opened_on=date(2025, 1, 1))


def receipt(roubles, day=date(2026, 1, 10), *, spent=0, clinic="mytishchi"):
    line = LineFacts(position=1, price_kopecks=roubles * 100, service="hygiene", categories=("hygiene",))
    facts = ReceiptFacts(lines=(line,), clinic=clinic, day=day)
    return PastReceipt(facts=facts, paid_with_points_kopecks=spent * 100)


def trial_of(document, **stops):
    program = compile_program(document)
    return Trial(program, LimitCounts(program.limits, **stops), Totals())


def lived(past, document, **stops):
    """The trial after the member's receipts, and what each came to."""
    trial = trial_of(document, **stops)
    member = MemberTrial(past, trial)
    outcomes = [member.pay(each) for each in past.receipts]
    member.end()
    return trial, outcomes


def with_budget(amount, **limit):
    document = preset("dentistry")
    budget = {"points": amount, "period": "month"} | limit
    document["earning"]["rules"] = [rule("cashback", {"kind": "percent", "percent": 5}, budget=budget)]
    return document


def test_the_wish_of_then_is_met_as_far_as_balance_and_cap_allow():
    past = replace(
        ANNA,
        opening=[PastLot(1_000, FIRST, FIRST)],
        receipts=[receipt(5_000, spent=700), receipt(50_000, spent=700)],
    )

    trial, outcomes = lived(past, preset("dentistry"))

    # 10 % of 5 000, then what is left of 1 000 and of what the first receipt earned.
    assert [outcome.points_kopecks for outcome in outcomes] == [50_000, 70_000]
    assert trial.totals.whole.points_spent == 1_200
    assert trial.totals.points_left == 1_000 - 1_200 + 225 + 2_465


def test_a_dearer_point_means_fewer_of_them_for_the_same_wish():
    past = replace(ANNA, opening=[PastLot(1_000, FIRST, FIRST)], receipts=[receipt(50_000, spent=501)])

    trial, [outcome] = lived(past, preset("dentistry", points__value_kopecks=1_000))

    assert outcome == Outcome(5_000_000, 4_950_000, 50_000, 247_000)
    assert (trial.totals.whole.points_spent, trial.totals.whole.points_issued) == (50, 247)


def test_a_newcomer_gets_the_welcome_of_the_program_on_trial():
    past = replace(ANNA, is_new=True, opened_on=date(2026, 2, 1), welcomed_on=date(2026, 2, 1))

    generous, _ = lived(past, preset("dentistry", welcome__points=400))
    silent, _ = lived(past, preset("cosmetology"))

    assert (generous.totals.points_welcome, generous.totals.points_left) == (400, 400)
    assert (silent.totals.points_welcome, silent.totals.points_left) == (0, 0)


def test_a_new_accounts_rolling_life_runs_from_its_opening():
    past = replace(ANNA, is_new=True, opened_on=date(2026, 2, 1), welcomed_on=date(2026, 2, 1))
    life = {"kind": "rolling_months", "months": 3}

    trial, _ = lived(past, preset("dentistry", points__life=life))

    assert (trial.totals.points_burnt, trial.totals.points_left) == (250, 0)


def test_a_tier_reached_by_a_receipt_holds_from_the_next_one_on():
    past = replace(ANNA, turnover=Turnover(4_900_000), receipts=[receipt(1_000), receipt(1_000)])

    trial, outcomes = lived(past, preset("dentistry"))

    assert [outcome.earned_kopecks for outcome in outcomes] == [5_000, 7_000]
    assert {code: tier.receipts for code, tier in trial.totals.by_tier.items()} == {"standart": 1, "silver": 1}
    assert trial.totals.by_tier["silver"].members == 1


def test_a_contact_earns_only_on_receipts_of_the_system_before():
    past = replace(ANNA, is_member=False, receipts=[receipt(1_000), receipt(1_000)._replace(earns_as_member=True)])

    _trial, outcomes = lived(past, preset("dentistry"))

    assert [outcome.earned_kopecks for outcome in outcomes] == [0, 5_000]


def test_a_discount_by_hand_is_given_again_within_what_the_program_allows():
    manual = {"most_percent_by_role": {"receptionist": 5}, "most_percent": 10}
    past = replace(ANNA, receipts=[receipt(1_000)._replace(manual_bp=2_000)])

    _trial, [now] = lived(past, preset("dentistry"))
    _trial, [then] = lived(past, preset("dentistry") | {"discounts": {"manual": manual}})

    assert (now.money_kopecks, then.money_kopecks) == (100_000, 90_000)


def test_a_cap_per_patient_is_counted_by_period():
    document = preset("dentistry")
    document["earning"]["rules"][0]["cap_points_per_patient"] = {"points": 70, "period": "month"}
    days = [date(2026, 1, 10), date(2026, 1, 20), date(2026, 2, 1)]
    past = replace(ANNA, receipts=[receipt(1_000, day) for day in days])

    _trial, outcomes = lived(past, document)

    assert [outcome.earned_kopecks for outcome in outcomes] == [5_000, 2_000, 5_000]


def test_the_first_run_only_counts_what_a_budget_gives_by_day():
    past = replace(ANNA, receipts=[receipt(1_000), receipt(1_000), receipt(1_000, date(2026, 1, 11))])

    trial, _ = lived(past, with_budget(100, per_clinic=True))

    january = BudgetPlace("cashback", "mytishchi", date(2026, 1, 1))
    assert trial.limits.by_day == {january: {date(2026, 1, 10): 100, date(2026, 1, 11): 50}}


def test_a_stopped_budget_gives_what_is_left_of_its_last_day_and_then_nothing():
    january = BudgetPlace("cashback", "", date(2026, 1, 1))
    stops = {january: Stop(date(2026, 1, 11), 70)}
    days = [date(2026, 1, 10), date(2026, 1, 11), date(2026, 1, 11), date(2026, 1, 12), date(2026, 2, 1)]
    past = replace(ANNA, receipts=[receipt(1_000, day) for day in days])

    _trial, outcomes = lived(past, with_budget(120), stops=stops)

    assert [outcome.earned_kopecks for outcome in outcomes] == [5_000, 5_000, 2_000, 0, 5_000]


def test_a_budget_stops_on_the_day_on_which_all_parts_together_exceed_it():
    limit = Limit("cashback", LimitKind.BUDGET, 100, LimitPeriod.MONTH)
    place = BudgetPlace("cashback", "", date(2026, 1, 1))
    days = [date(2026, 1, day) for day in (1, 2, 3)]
    halves = [{place: {days[0]: 40, days[1]: 30}}, {place: {days[1]: 60, days[2]: 5}}]

    stops = new_stops([limit], halves)

    assert stops == [{place: Stop(days[1], 20)}, {place: Stop(days[1], 40)}]


def test_budgets_that_suffice_stop_nothing():
    limit = Limit("cashback", LimitKind.BUDGET, 100, LimitPeriod.MONTH)
    place = BudgetPlace("cashback", "", date(2026, 1, 1))

    assert new_stops([limit], [{place: {FIRST: 60}}, {place: {FIRST: 40}}]) == [{}, {}]


def test_winners_and_losers_stand_by_the_tier_of_the_version_in_force():
    document = preset("dentistry")
    document["earning"]["rules"][0]["effect"]["percent_by_tier"] |= {"standart": 6, "silver": 5}
    current, draft, comparison = trial_of(preset("dentistry")), trial_of(document), Comparison()
    silver = replace(ANNA, turnover=Turnover(6_000_000))
    for past in (
        replace(ANNA, receipts=[receipt(1_000)]),
        replace(silver, receipts=[receipt(2_000), receipt(1)]),
        replace(silver, receipts=[]),
    ):
        live_under_both(past, current=current, draft=draft, into=comparison)

    assert comparison == Comparison(
        members=3,
        visitors=2,
        touched_receipts=2,
        touched_members=2,
        by_tier={
            "standart": Winners(members=1, winners=1, gained_kopecks=1_000),
            "silver": Winners(members=2, losers=1, lost_kopecks=4_000),
        },
    )


def test_tiers_that_move_are_counted_from_and_to():
    document = preset("dentistry")
    document["tiers"]["levels"][1]["threshold_roubles"] = 40_000
    current, draft, comparison = trial_of(preset("dentistry")), trial_of(document), Comparison()

    live_under_both(replace(ANNA, turnover=Turnover(4_500_000)), current=current, draft=draft, into=comparison)

    assert comparison.moves == {"standart": {"silver": 1}}
    assert (comparison.members, comparison.touched_members, comparison.visitors) == (1, 1, 0)


def test_figures_follow_their_definitions():
    totals = Totals(points_welcome=250, points_burnt=100, points_left=1_000, points_dated=600)
    tier = totals.of_tier("gold")
    tier.receipts, tier.price_kopecks, tier.discount_kopecks = 3, 1_000_000, 30_000
    tier.points_kopecks, tier.points_spent, tier.points_issued = 15_000, 300, 500

    figures = figures_of(totals, point_value_kopecks=50)

    assert (figures.cost_kopecks, figures.effective_discount_bp, figures.paid_kopecks) == (45_000, 450, 955_000)
    assert (figures.points_issued, figures.points_spent, figures.points_burnt) == (750, 300, 100)
    # 100 of the 400 that came to an end burnt.
    assert (figures.points_to_burn, figures.liability_kopecks) == (150, 50_000)
    assert tier.points_per_receipt_hundredths == 16_666


def test_nothing_comes_of_nothing():
    figures = figures_of(Totals(), point_value_kopecks=100)

    assert (figures.effective_discount_bp, figures.points_to_burn, figures.cost_kopecks) == (0, 0, 0)


def test_totals_and_comparisons_survive_json_and_add_up():
    trial, _ = lived(replace(ANNA, receipts=[receipt(1_000), receipt(70_000)]), preset("dentistry"))
    comparison = Comparison(members=1, by_tier={"gold": Winners(winners=1)}, moves={"gold": {"silver": 2}})

    totals, again = Totals.from_json(trial.totals.as_json()), Comparison.from_json(comparison.as_json())

    assert (totals, again) == (trial.totals, comparison)
    totals.add(trial.totals)
    again.add(comparison)
    assert totals.whole.receipts == 4
    assert (again.members, again.by_tier["gold"].winners, again.moves) == (2, 2, {"gold": {"silver": 4}})
