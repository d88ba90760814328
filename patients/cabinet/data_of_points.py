"""What the patient has earned, spent and paid: the account, its lots, receipts, refunds, codes of rewards."""

from collections.abc import Callable
from decimal import Decimal

from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from loyalty.models import (
    Account,
    Entry,
    ImportedOpening,
    Lot,
    ManualDiscount,
    ManualTier,
    PrivilegeCode,
    Receipt,
    ReceiptLine,
    Refund,
)
from loyalty.privileges.code_names import shown_code
from patients.cabinet.data_table import Table, make_table
from patients.models import SpendProof

BP_IN_PERCENT = 100


def _account(ids: list[int]) -> Table:
    accounts = Account.objects.filter(patient__in=ids).select_related("standing").order_by("pk")
    return make_table(
        "account",
        _("Account"),
        (
            ("balance", _("Balance")),
            ("pending", _("Waits")),
            ("debt", _("Debt")),
            ("tier", _("Tier")),
            ("paid", _("Paid in all, ₽")),
            ("visits", _("Visits")),
            ("lives_until", _("Points live until")),
        ),
        (
            (
                row.balance, row.pending, row.debt, row.standing.tier, row.standing.turnover, row.standing.visits,
                row.rolling_until,
            )
            for row in accounts
        ),
    )  # fmt: skip


def _operations(ids: list[int]) -> Table:
    entries = Entry.objects.filter(account__patient__in=ids).select_related("operation").order_by("pk")
    return make_table(
        "operations",
        _("Points"),
        (("at", _("When")), ("kind", _("What")), ("points", _("Points"))),
        ((row.operation.effective_at, row.operation.get_kind_display(), row.units) for row in entries),
    )


def _lots(ids: list[int]) -> Table:
    lots = Lot.objects.filter(account__patient__in=ids).select_related("entry__operation").order_by("pk")
    return make_table(
        "lots",
        _("What is left of earned points"),
        (
            ("earned_at", _("Earned on")),
            ("points", _("Points")),
            ("left", _("Left over")),
            ("last_day", _("Last day")),
            ("burnt_at", _("Burnt on")),
        ),
        (
            (row.entry.operation.effective_at, row.amount, row.remaining, row.last_day, row.burnt_at)
            for row in lots
        ),
    )


def _previous(ids: list[int]) -> Table:
    openings = ImportedOpening.objects.filter(source_key__patient__in=ids).order_by("pk")
    return make_table(
        "previous_system",
        _("Brought from the previous system"),
        (
            ("points", _("Points")),
            ("last_day", _("Last day")),
            ("paid", _("Paid in all, ₽")),
            ("discount", _("Discount, %")),
        ),
        ((row.points, row.last_day, row.turnover, _percent(row.discount_bp)) for row in openings),
    )


def _tiers(ids: list[int]) -> Table:
    return make_table(
        "tiers",
        _("Tiers given by the clinic"),
        (("tier", _("Tier")), ("given_at", _("Given on")), ("last_day", _("Last day"))),
        (
            (row.tier, row.granted_at, row.ends_on)
            for row in ManualTier.objects.filter(patient__in=ids).order_by("pk")
        ),
    )


def _receipts(ids: list[int]) -> Table:
    receipts = Receipt.objects.filter(patient__in=ids).select_related("clinic").order_by("paid_at", "pk")
    return make_table(
        "receipts",
        _("Receipts"),
        (
            ("number", _("Number")),
            ("paid_at", _("When")),
            ("clinic", _("Clinic")),
            ("price", _("Price, ₽")),
            ("discount", _("Discount, ₽")),
            ("paid", _("Paid in money, ₽")),
            ("points_spent", _("Points spent")),
            ("points_earned", _("Points earned")),
            ("found_by", _("Found by")),
        ),
        (
            (
                row.pk, row.paid_at, row.clinic.name, row.price, row.discount, row.paid, row.points_spent,
                row.points_earned, row.get_identified_by_display(),
            )
            for row in receipts
        ),
    )  # fmt: skip


def _lines(ids: list[int]) -> Table:
    """What was done to the patient, whoever paid; a price is the payer's to know, what was done is not."""
    own = Q(receipt__patient__in=ids, receipt__treated=None)
    lines = ReceiptLine.objects.filter(own | Q(receipt__treated__in=ids))
    lines = lines.select_related("service", "category", "receipt").order_by("receipt", "position")
    return make_table(
        "services",
        _("Services"),
        (
            ("receipt", _("Receipt")),
            ("service", _("Service")),
            ("quantity", _("Quantity")),
            ("price", _("Price, ₽")),
        ),
        ((row.receipt_id, str(row), row.quantity, None if row.receipt.treated_id else row.price) for row in lines),
    )


def _refunds(ids: list[int]) -> Table:
    refunds = Refund.objects.filter(receipt__patient__in=ids).order_by("pk")
    return make_table(
        "refunds",
        _("Refunds"),
        (
            ("receipt", _("Receipt")),
            ("at", _("When")),
            ("reason", _("Why")),
            ("money", _("Money given back, ₽")),
            ("points_returned", _("Points given back")),
            ("points_taken", _("Points taken back")),
        ),
        (
            (row.receipt_id, row.at, row.get_reason_display(), row.money, row.points_returned, row.points_taken)
            for row in refunds
        ),
    )


def _discounts(ids: list[int]) -> Table:
    rows = ManualDiscount.objects.filter(patient__in=ids).order_by("pk")
    return make_table(
        "discounts_by_hand",
        _("Discounts by hand"),
        (("at", _("When")), ("percent", _("Discount, %")), ("status", _("State"))),
        ((row.requested_at, _percent(row.rate_bp), row.get_status_display()) for row in rows),
    )


def _rewards(ids: list[int]) -> Table:
    language = get_language() or "ru"
    codes = PrivilegeCode.objects.filter(patient__in=ids).select_related("privilege").order_by("pk")
    return make_table(
        "rewards",
        _("Codes of rewards"),
        (
            ("code", _("Code")),
            ("reward", _("Reward")),
            ("points", _("Points")),
            ("bought_at", _("Bought on")),
            ("last_day", _("Last day")),
            ("status", _("State")),
            ("used_at", _("Used on")),
        ),
        (
            (
                shown_code(row.key, language), row.privilege.title_in(language), row.points, row.issued_at,
                row.valid_to, row.get_status_display(), row.used_at,
            )
            for row in codes
        ),
    )  # fmt: skip


def _proofs(ids: list[int]) -> Table:
    proofs = SpendProof.objects.filter(patient__in=ids).select_related("clinic").order_by("pk")
    return make_table(
        "proofs",
        _("Consents to spend points"),
        (("at", _("When")), ("clinic", _("Clinic")), ("how", _("How")), ("used_at", _("Used on"))),
        ((row.at, row.clinic.name, row.get_way_display(), row.used_at) for row in proofs),
    )


def _percent(basis_points: int) -> Decimal:
    return Decimal(basis_points) / BP_IN_PERCENT


POINTS_TABLES: tuple[Callable[[list[int]], Table], ...] = (
    _account,
    _operations,
    _lots,
    _previous,
    _tiers,
    _receipts,
    _lines,
    _refunds,
    _discounts,
    _rewards,
    _proofs,
)
