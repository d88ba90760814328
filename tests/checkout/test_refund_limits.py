"""Refunds of discounted receipts and of limited rules: what goes back can be given again, exactly once."""

import pytest

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.models import LimitUse, Receipt, Refund, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from loyalty.refunds.refunding import preview_refund, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import ChosenLines, SpreadAmount
from loyalty.rules.refunds import NothingLeft
from tests.checkout.test_refund import post, wish
from tests.people import make_clinic, make_rita
from tests.programs import NOON, make_member, publish_preset

pytestmark = pytest.mark.django_db
TITLE = {"ru": "п", "en": "r"}


@pytest.fixture
def rita():
    return make_rita()


def publish_rule(effect, **fields):
    rule = {"code": "bonus", "title": TITLE, "effect": effect, **fields}
    publish_preset("cosmetology", earning={"rules": [rule]})
    return make_member()


def publish_promotion(effect, **fields):
    promotion = {
        "code": "autumn",
        "title": TITLE,
        "effect": effect,
        "days": {"first_day": "2026-09-01", "last_day": "2026-12-31"},
        "rules_link": "/rules/",
        **fields,
    }
    publish_preset(has_welcome=False, discounts={"promotions": [promotion]})
    return make_member()


def buy(patient, rita, *prices):
    return post(patient, rita, SpendChoice.none(), *prices)


def refund(receipt, portion=None, *, actor):
    key = f"refund {Refund.objects.count()}"
    asked = wish(receipt, key) if portion is None else wish(receipt, key, portion=portion)
    return refund_receipt(asked, actor=actor, at=NOON).refund


def used():
    return list(LimitUse.objects.order_by("kind").values_list("kind", "used"))


def test_budget_that_cut_500_to_300_gets_90_back_and_gives_them_again(rita):
    anna = publish_rule({"kind": "percent", "percent": 5}, budget={"points": 300, "period": "month"})
    receipt = buy(anna, rita, ("care", 1_000_000))

    row = refund(receipt, SpreadAmount(300_000), actor=rita)
    after_part = used()
    again = buy(anna, rita, ("care", 1_000_000))

    assert (receipt.points_earned, row.points_taken, after_part) == (300, 90, [("budget", 210)])
    assert (again.points_earned, used()) == (90, [("budget", 300)])


def test_full_refund_in_slices_leaves_budget_and_cap_of_the_patient_as_they_were(rita):
    anna = publish_rule(
        {"kind": "percent", "percent": 5},
        budget={"points": 1_000, "period": "year"},
        cap_points_per_patient={"points": 450, "period": "month"},
    )
    receipt = buy(anna, rita, ("care", 333_333), ("care", 666_667))

    for portion in (SpreadAmount(123_456), ChosenLines([1]), None):
        refund(receipt, portion, actor=rita)

    assert receipt.points_earned == 450
    assert used() == [("budget", 0), ("patient", 0)]


def test_fixed_points_of_a_visit_go_back_to_the_budget_only_with_everything(rita):
    anna = publish_rule(
        {"kind": "fixed", "points": 250, "per": "visit"}, budget={"points": 250, "period": "month"}
    )
    receipt = buy(anna, rita, ("care", 100_000))

    part = refund(receipt, SpreadAmount(99_999), actor=rita)
    after_part = used()
    rest = refund(receipt, actor=rita)

    assert (part.points_taken, after_part) == (0, [("budget", 250)])
    assert (rest.points_taken, used()) == (250, [("budget", 0)])


def test_fixed_points_of_each_line_go_back_with_their_line(rita):
    anna = publish_rule({"kind": "fixed", "points": 7, "per": "line"}, budget={"points": 100, "period": "month"})
    receipt = buy(anna, rita, ("care", 10_000), ("courses", 90_000))

    row = refund(receipt, ChosenLines([2]), actor=rita)

    assert (receipt.points_earned, row.points_taken, used()) == (14, 7, [("budget", 7)])


def test_discounted_line_gives_back_what_it_cost_and_its_discount_to_the_budget(rita):
    anna = publish_promotion({"kind": "percent", "percent": 25}, budget={"roubles": 500, "period": "month"})
    receipt = buy(anna, rita, ("care", 40_000), ("courses", 120_000))  # -100 and -300

    row = refund(receipt, ChosenLines([2]), actor=rita)

    # 5 % of 1 200 = 60; of the 300 that stay paid, 15.
    assert (receipt.discount, receipt.points_earned) == (400, 60)
    assert (row.money, row.points_taken, row.lines.get().price) == (900, 45, 900)
    assert used() == [("budget", 10_000)]


def test_kopecks_of_a_discount_go_back_exactly_however_they_are_sliced(rita):
    anna = publish_promotion({"kind": "amount", "roubles": 100}, budget={"roubles": 500, "period": "month"})
    receipt = buy(anna, rita, ("care", 33_300), ("care", 33_300), ("care", 33_300))

    left = []
    for kopecks in (10_001, 20_002, 30_003):
        refund(receipt, SpreadAmount(kopecks), actor=rita)
        left.append(used()[0][1])
    refund(receipt, actor=rita)

    # 33.34 + 33.33 + 33.33 off, 299.66 + 299.67 + 299.67 paid. After 100.01 each line has 266.33 left:
    # 2 963.1 -> 2 963 and twice 2 962.2 -> 2 962 kopecks stay counted; and so on.
    assert left == [8887, 6661, 3324]
    assert used() == [("budget", 0)]


def test_receipt_made_free_by_a_promotion_is_undone_once(rita):
    anna = publish_promotion({"kind": "free_line", "lines": 1}, budget={"roubles": 1_000, "period": "month"})
    receipt = buy(anna, rita, ("care", 100_000))
    assert (receipt.paid, used()) == (0, [("budget", 100_000)])

    preview = preview_refund(wish(receipt), actor=rita, at=NOON)
    row = refund(receipt, actor=rita)

    assert (preview.plan.is_complete, row.is_complete, row.money) == (True, True, 0)
    assert (used(), Standing.objects.get(patient=anna).visits) == ([("budget", 0)], 0)
    with pytest.raises(NothingLeft):
        refund(receipt, actor=rita)


def test_preview_counts_nothing(rita):
    anna = publish_rule({"kind": "percent", "percent": 5}, budget={"points": 300, "period": "month"})
    receipt = buy(anna, rita, ("care", 1_000_000))

    preview_refund(wish(receipt), actor=rita, at=NOON)

    assert used() == [("budget", 300)]


def test_receipt_of_the_past_has_counted_and_gives_back(rita):
    anna = publish_rule({"kind": "percent", "percent": 5}, budget={"points": 300, "period": "year"})
    replay_receipts(
        [
            PastReceipt(
                standing=Standing.objects.select_related("account", "patient__home_clinic").get(patient=anna),
                clinic=make_clinic(),
                paid_at=NOON,
                lines=(DraftLine(price_kopecks=400_000),),
                source_system="old",
                document="1",
            )
        ],
        catalogue=read_catalogue([]),
        running=current_program(at=NOON),
        recorded_at=NOON,
    )

    at_the_desk = buy(anna, rita, ("care", 1_000_000))

    row = refund(Receipt.objects.get(source_system="old"), actor=rita)

    assert at_the_desk.points_earned == 100
    assert (row.points_taken, used()) == (200, [("budget", 100)])
