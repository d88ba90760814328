"""Any small receipt in any slices: the preview is what the refund does, and in the end everything comes back."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from loyalty.ledger.audit import breaches
from loyalty.models import Account, Lot, Refund, Standing
from loyalty.refunds.refunding import preview_refund, refund_receipt
from loyalty.rules.facts import SpendChoice
from loyalty.rules.refund_portions import EVERYTHING, ChosenLines, LineAmounts, SpreadAmount
from loyalty.rules.refunds import MoreThanLeft, NothingLeft
from tests.checkout.test_refund import post, shown, wish
from tests.people import make_rita
from tests.programs import NOON, give_points, make_member, publish_preset

pytestmark = pytest.mark.django_db

TITLE = {"ru": "п", "en": "r"}
RULES = [
    {"code": "plain", "title": TITLE, "effect": {"kind": "percent", "percent": "7.5"}},
    {"code": "visit", "title": TITLE, "group": "more", "effect": {"kind": "fixed", "points": 30, "per": "visit"}},
    {"code": "line", "title": TITLE, "group": "more", "effect": {"kind": "fixed", "points": 7, "per": "line"}},
]
kopecks = st.integers(1, 300_000)
portions = st.one_of(
    st.just(EVERYTHING),
    st.builds(ChosenLines, st.lists(st.integers(1, 3), min_size=1, max_size=3, unique=True)),
    st.builds(LineAmounts, st.dictionaries(st.integers(1, 3), kopecks, min_size=1)),
    st.builds(SpreadAmount, kopecks),
)


@st.composite
def stories(draw):
    return {
        "policy": draw(st.sampled_from(["debt", "zero", "pending_only"])),
        "pending_days": draw(st.sampled_from([0, 0, 7])),
        "pending_from": draw(st.sampled_from(["payment", "payment", "visit_closed"])),
        "cap": draw(st.none() | st.integers(1, 100)),
        "prices": draw(st.lists(kopecks, min_size=3, max_size=3)),
        "points": draw(st.integers(0, 400)),
        "days_later": draw(st.sampled_from([0, 0, 12, 100])),
        "portions": draw(st.lists(portions, max_size=4)),
    }


def program_of(story):
    publish_preset(
        "cosmetology",
        points={
            "value_kopecks": 100,
            "life": {"kind": "months", "months": 2},
            "pending_days": story["pending_days"],
            "pending_from": story["pending_from"],
            "lot_grace_days": 14,
            "negative_policy": story["policy"],
        },
        earning={
            "rules": RULES,
            "groups": [{"code": "base", "mode": "first_match"}, {"code": "more", "mode": "add_up"}],
            "cap_points_per_receipt": story["cap"],
        },
    )


def figures(account_id):
    account = Account.objects.get(pk=account_id)
    lots = Lot.objects.filter(account=account, remaining__gt=0).order_by("id")
    return account.balance, account.pending, account.debt, list(lots.values_list("last_day", "remaining"))


def play(story, *, rita):
    program_of(story)
    anna = make_member()
    account_id = Standing.objects.get(patient=anna).account_id
    give_points(anna, 200, last_day=(NOON + timedelta(days=5)).date(), at=NOON)
    give_points(anna, 100, last_day=(NOON + timedelta(days=150)).date(), at=NOON)
    start = figures(account_id)
    receipt = post(
        anna, rita, SpendChoice.amount(story["points"]), *[("care", price) for price in story["prices"]]
    )
    at = NOON + timedelta(days=story["days_later"])

    refunds = []
    for number, portion in enumerate([*story["portions"], EVERYTHING]):
        asked = wish(receipt, f"slice {number}", portion=portion)
        try:
            preview = preview_refund(asked, actor=rita, at=at)
        except (MoreThanLeft, NothingLeft) as refusal:
            with pytest.raises(type(refusal)):
                refund_receipt(asked, actor=rita, at=at)
            continue
        assert not Refund.objects.filter(key=asked.key).exists()
        result = refund_receipt(asked, actor=rita, at=at)
        assert (shown(preview), preview.fingerprint) == (shown(result), result.fingerprint)
        refunds.append(result)

    rows = [each.refund for each in refunds]
    assert sum(row.money for row in rows) == receipt.paid
    assert sum(row.points_returned for row in rows) == receipt.points_spent
    assert sum(each.plan.taken_points for each in refunds) == receipt.points_earned
    for each in refunds:
        acts = each.acts
        assert acts.taken_points + acts.burnt_points + acts.forgiven_points == each.plan.taken_points
    assert [row.is_complete for row in rows] == [False] * (len(rows) - 1) + [True]
    assert Standing.objects.get(patient=anna).turnover == 0
    # Earned points that cannot be spent yet, or that a debt may take, are all there on the same day.
    if not story["days_later"] and (story["policy"] == "debt" or story["pending_days"]):
        assert figures(account_id) == start
    assert list(breaches()) == []


def test_preview_is_the_refund_and_everything_comes_back():
    rita = make_rita()

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],  # shrinking through a database takes minutes
    )
    @given(stories())
    def told(story):
        with transaction.atomic():
            play(story, rita=rita)
            transaction.set_rollback(True)

    told()
