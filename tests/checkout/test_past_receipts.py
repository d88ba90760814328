"""The replay of past receipts: the same sums as the desk on the same days, burning included."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import transaction

from loyalty.checkout.catalogue import read_catalogue
from loyalty.checkout.draft import DraftLine, ReceiptDraft
from loyalty.checkout.quoting import quote_receipt
from loyalty.ledger.balance import read_holdings
from loyalty.models import Award, Entry, Operation, Receipt, ReceiptLine, Standing
from loyalty.past.receipts import PastReceipt, replay_receipts
from loyalty.program.versions import current_program
from loyalty.rules.facts import SpendChoice
from tests.people import make_clinic, make_service, make_staff
from tests.programs import make_member, publish_preset
from tests.proofs import confirm_with_proof

pytestmark = pytest.mark.django_db
RECORDED_AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# (paid at, roubles of hygiene, roubles of an implant, what to spend)
VISITS = (
    (datetime(2026, 2, 1, 9, 0, tzinfo=UTC), 45_000, 0, SpendChoice.none()),
    (datetime(2026, 3, 1, 20, 59, 59, tzinfo=UTC), 6_500, 42_000, SpendChoice.maximum()),
    (datetime(2026, 5, 9, 9, 0, tzinfo=UTC), 1_999, 0, SpendChoice.amount(100)),
    (datetime(2026, 9, 1, 9, 0, tzinfo=UTC), 120_000, 0, SpendChoice.burning()),
    (datetime(2026, 9, 2, 9, 0, tzinfo=UTC), 3_330, 0, SpendChoice.maximum()),
)


@pytest.fixture
def hygiene():
    return make_service("hygiene", "hygiene")


@pytest.fixture
def implant():
    return make_service("implant", "implantation")


def lines_of(hygiene_roubles, implant_roubles, *, hygiene, implant):
    lines = [DraftLine(price_kopecks=hygiene_roubles * 100, service_id=hygiene.pk)]
    if implant_roubles:
        lines.append(DraftLine(price_kopecks=implant_roubles * 100, service_id=implant.pk))
    return tuple(lines)


def by_the_desk(patient, *, hygiene, implant):
    rita = make_staff("rita", "receptionist")
    for paid_at, clean, implanted, choice in VISITS:
        lines = lines_of(clean, implanted, hygiene=hygiene, implant=implant)
        draft = ReceiptDraft(patient.pk, make_clinic().code, lines, choice, "PHONE")
        confirm_with_proof(quote_receipt(draft, at=paid_at).token, clinic=make_clinic(), actor=rita, at=paid_at)


def past_receipts(patient, *, hygiene, implant):
    standing = Standing.objects.select_related("account", "patient__home_clinic").get(patient=patient)
    return [
        PastReceipt(
            standing=standing,
            clinic=make_clinic(),
            paid_at=paid_at,
            lines=lines_of(clean, implanted, hygiene=hygiene, implant=implant),
            source_system="old",
            document=str(number),
            choice=choice,
        )
        for number, (paid_at, clean, implanted, choice) in enumerate(VISITS)
    ]


def replay(receipts):
    catalogue = read_catalogue(line for past in receipts for line in past.lines)
    with transaction.atomic():
        return replay_receipts(
            receipts, catalogue=catalogue, running=current_program(at=RECORDED_AT), recorded_at=RECORDED_AT
        )


def sums_of(patient):
    """All that a visit leaves behind, without ids and moments of recording."""
    standing = Standing.objects.select_related("account").get(patient=patient)
    return {
        "receipts": list(
            Receipt.objects.filter(patient=patient)
            .order_by("paid_at")
            .values_list("paid_at", "tier", "price", "points_value", "paid", "points_spent", "points_earned")
        ),
        "lines": list(
            ReceiptLine.objects.filter(receipt__patient=patient)
            .order_by("receipt__paid_at", "position")
            .values_list("service_id", "category_id", "price", "points_value", "paid", "points_spent")
        ),
        "awards": list(
            Award.objects.filter(line__receipt__patient=patient)
            .order_by("line__receipt__paid_at", "line__position")
            .values_list("rule_code", "rate_bp", "base", "points")
        ),
        "entries": list(
            # At the desk the night burns what is past its day, in the replay the next receipt does.
            Entry.objects.filter(account=standing.account)
            .exclude(operation__kind="BURN")
            .order_by("operation__effective_at", "id")
            .values_list("operation__kind", "operation__effective_at", "units")
        ),
        "standing": (
            standing.tier, standing.turnover, standing.visits, standing.first_paid_at, standing.last_paid_at
        ),
        "rolling": standing.account.rolling_until,
        "holdings": read_holdings(account_id=standing.account_id, at=RECORDED_AT),
    }  # fmt: skip


@pytest.mark.parametrize("preset", ["dentistry", "cosmetology"])
def test_replay_leaves_what_the_desk_would_have_left(preset, hygiene, implant):
    publish_preset(preset)
    anna = make_member()
    vera = make_member(last_name="Лебедева", first_name="Вера", phone="+79167654321")

    by_the_desk(anna, hygiene=hygiene, implant=implant)
    replay(past_receipts(vera, hygiene=hygiene, implant=implant))

    desk, replayed = sums_of(anna), sums_of(vera)
    assert replayed == desk
    assert len(desk["receipts"]) == len(VISITS)


def test_points_burn_between_two_past_receipts_as_they_would_have(hygiene, implant):
    """Cosmetology points live for two months: those of February are gone in May."""
    publish_preset("cosmetology", has_welcome=False)
    anna = make_member()

    replay(past_receipts(anna, hygiene=hygiene, implant=implant)[:3])

    burnt = Operation.objects.filter(kind="BURN", entries__account__patient=anna)
    assert burnt.count() >= 1
    assert {operation.source for operation in burnt} == {"IMPORT"}
    assert all(operation.effective_at < VISITS[2][0] for operation in burnt)


def test_tier_reached_by_one_receipt_holds_from_the_next(hygiene, implant):
    publish_preset("dentistry", has_welcome=False)
    anna = make_member()

    first, second, *_rest = replay(past_receipts(anna, hygiene=hygiene, implant=implant))

    assert (first.tier, first.points_earned) == ("standart", 2250)
    assert (second.tier, second.points_spent, second.paid) == ("standart", 650, Decimal("47850.00"))
    assert Standing.objects.get(patient=anna).first_paid_at.date() == date(2026, 2, 1)
