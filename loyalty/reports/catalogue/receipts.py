"""Receipts one by one: the rows behind most numbers of money."""

from collections.abc import Iterator
from decimal import Decimal

import django_filters
from django.db.models import Count, DecimalField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loyalty.models import Receipt, Refund
from loyalty.reports.columns import Column, Row, Unit
from loyalty.reports.person_filter import PersonFilters
from loyalty.reports.report import VIEW_REPORTS, Report
from loyalty.reports.scope import Scope
from patients.models import SpendProof

NOTHING = Decimal(0)
MONEY = DecimalField(max_digits=14, decimal_places=2)


class ReceiptFilters(PersonFilters):
    patient = django_filters.NumberFilter(label=_("Patient's number"), min_value=1, max_value=2**62)
    kept = django_filters.ChoiceFilter(
        label=_("Refunds"), empty_label=_("All receipts"), choices=[("yes", _("Without those refunded in full"))]
    )
    points = django_filters.ChoiceFilter(
        label=_("Points"),
        empty_label=_("All receipts"),
        choices=[
            ("spent", _("Only where points were spent")),
            ("override", _("Only where they were spent without the patient's code")),
        ],
    )
    entered = django_filters.ChoiceFilter(
        label=_("Entered"), empty_label=_("In any way"), choices=[("desk", _("At the desk"))]
    )
    identified_by = django_filters.ChoiceFilter(
        label=_("Patient found by"), empty_label=_("Any way"), choices=Receipt.IdentifiedBy.choices
    )


class ReceiptList(Report):
    code = "receipts"
    title = _("Receipts")
    lead = _("Every receipt of the period, money net of refunds.")
    section = _("Receipts")
    order = 900
    opens = "loyalty.receipt"
    permissions = (VIEW_REPORTS, "loyalty.view_receipt")
    filters = ReceiptFilters
    columns = (
        Column("number", _("Receipt"), Unit.TEXT),
        Column("paid_at", _("Paid"), Unit.MOMENT, _("By the clock of the clinic.")),
        Column("clinic", _("Clinic"), Unit.TEXT),
        Column("patient", _("Patient"), Unit.TEXT, is_personal=True),
        Column("phone", _("Phone"), Unit.PHONE, is_personal=True),
        Column("price", _("Price"), Unit.MONEY, _("Before discounts and points.")),
        Column("discount", _("Discount"), Unit.MONEY),
        Column("points_value", _("Paid with points"), Unit.MONEY),
        Column("paid", _("Paid in money"), Unit.MONEY),
        Column("refunded", _("Given back"), Unit.MONEY, _("By all refunds so far, whenever they were.")),
        Column("revenue", _("Revenue"), Unit.MONEY, _("Paid in money less what was given back.")),
        Column("earned", _("Points earned"), Unit.POINTS),
    )

    def rows(self, scope: Scope) -> Iterator[Row]:
        zones = {clinic.pk: (clinic.name, clinic.tz) for clinic in scope.clinics}
        receipts = asked_receipts(scope).annotate(refunded=refunded_money()).select_related("patient")
        for receipt in receipts.order_by("-paid_at", "-id").iterator(chunk_size=2000):
            name, zone = zones[receipt.clinic_id]
            yield (
                str(receipt.pk),
                receipt.paid_at.astimezone(zone),
                name,
                str(receipt.patient),
                receipt.patient.phone,
                receipt.price,
                receipt.discount,
                receipt.points_value,
                receipt.paid,
                receipt.refunded,
                receipt.paid - receipt.refunded,
                receipt.points_earned,
            )

    def totals(self, scope: Scope) -> Row:
        receipts = asked_receipts(scope)
        sums = receipts.aggregate(
            number=Count("id"), price=Sum("price"), discount=Sum("discount"), points_value=Sum("points_value"),
            paid=Sum("paid"), earned=Sum("points_earned"),
        )  # fmt: skip
        given_back = Refund.objects.filter(receipt__in=receipts.values("pk")).aggregate(sum=Sum("money"))
        paid, refunded = sums["paid"] or NOTHING, given_back["sum"] or NOTHING
        money = [sums[name] or NOTHING for name in ("price", "discount", "points_value")]
        return (
            str(sums["number"]), None, None, None, None, *money, paid, refunded, paid - refunded,
            sums["earned"] or 0,
        )  # fmt: skip

    def count(self, scope: Scope) -> int:
        return asked_receipts(scope).count()


def asked_receipts(scope: Scope) -> QuerySet[Receipt]:
    """The scope's receipts, narrowed by the filters of this list."""
    rows = scope.receipts()
    if "patient" in scope.choices:
        rows = rows.filter(patient=scope.choices["patient"])
    if "identified_by" in scope.choices:
        rows = rows.filter(identified_by=scope.choices["identified_by"])
    if "person" in scope.choices:
        rows = rows.filter(actor=scope.choices["person"])
    if scope.choices.get("entered") == "desk":
        rows = rows.filter(actor__isnull=False)
    match scope.choices.get("points"):
        case "spent":
            rows = rows.filter(points_spent__gt=0)
        case "override":
            rows = rows.filter(proven_by=SpendProof.Way.OVERRIDE)
    if scope.choices.get("kept") == "yes":
        rows = kept_receipts(rows)
    return rows


def kept_receipts(receipts: QuerySet[Receipt]) -> QuerySet[Receipt]:
    """Without those that were refunded in full."""
    return receipts.exclude(Q(pk__in=Refund.objects.filter(is_complete=True).values("receipt")))


def refunded_money() -> Coalesce:
    """Roubles given back for the receipt by all its refunds."""
    return Coalesce(_of_refunds("money"), NOTHING, output_field=MONEY)


def returned_points() -> Coalesce:
    """Points given back for the receipt by all its refunds."""
    return Coalesce(_of_refunds("points_returned"), 0)


def _of_refunds(field: str) -> Subquery:
    given = Refund.objects.filter(receipt=OuterRef("pk")).order_by().values("receipt").annotate(sum=Sum(field))
    return Subquery(given.values("sum"))
