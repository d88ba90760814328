"""The program at a glance: who is known, who buys, what it costs and what it brings."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Q, QuerySet

from loyalty.figures.channels import read_revenue_by_way
from loyalty.figures.inputs import old_discount_bp
from loyalty.figures.maths import ratios
from loyalty.figures.maths.overlap import Revenue
from loyalty.figures.reviews import Reviews, read_reviews
from loyalty.figures.sales import By, Sales, read_sales, read_sales_by
from loyalty.figures.sold import ask, segment_ids
from loyalty.models import Receipt
from loyalty.reports.scope import Scope
from patients.models import ConsentRecord, Patient, Referral

WITH_CARD = frozenset({Receipt.IdentifiedBy.CARD, Receipt.IdentifiedBy.QR})


@dataclass(frozen=True, slots=True)
class People:
    """Of the clinics as home, on the last day. Erased and merged cards are nobody."""

    contacts: int
    members: int
    new_members: int  # within the days
    imported_members: int  # of the members


@dataclass(frozen=True, slots=True)
class Invited:
    """Patients with an inviter recorded within the days."""

    number: int
    visited: int  # of them, with a purchase within the days
    depth: int  # circles of friends: 1 is whom somebody invited, 2 whom these invited


@dataclass(frozen=True, slots=True)
class Panel:
    people: People
    sales: Sales
    with_card: Sales
    without_card: Sales
    invited: Invited
    reviews: Reviews
    revenue: Revenue
    saving: int | None  # kopecks; None without the discount of before the program

    @property
    def total_effect(self) -> int | None:
        return None if self.saving is None else self.revenue.total_effect(saving=self.saving)


def read_panel(scope: Scope) -> Panel:
    """A handful of queries, whatever the number of patients and receipts."""
    sales, baseline = read_sales(scope), old_discount_bp(scope.days.last)
    ways = read_sales_by(scope, By.CARD)
    return Panel(
        people=read_people(scope),
        sales=sales,
        with_card=next((group for group in ways if group.key == "card"), Sales()),
        without_card=next((group for group in ways if group.key == "other"), Sales()),
        invited=read_invited(scope),
        reviews=read_reviews(scope),
        revenue=read_revenue_by_way(scope),
        saving=None if baseline is None else sales.saving(baseline_bp=baseline),
    )


def read_people(scope: Scope) -> People:
    counts = {name: Count("pk", filter=condition) for name, condition in _known(scope).items()}
    return People(**_of_clinics(scope).aggregate(**counts))


def list_people(scope: Scope, part: str) -> QuerySet[Patient]:
    """Those whom a field of `People` counts, or of `Invited`: `invited`, `visited`."""
    if part in {"invited", "visited"}:
        invited = _recommended(scope).values_list("patient", flat=True)
        return Patient.objects.filter(pk__in=invited if part == "invited" else _visited_ids(scope, list(invited)))
    return _of_clinics(scope).filter(_known(scope)[part])


def _of_clinics(scope: Scope) -> QuerySet[Patient]:
    rows = Patient.objects.filter(erased_at=None, merged_into=None, home_clinic__in=scope.clinic_ids)
    return rows if scope.segment.is_everybody else rows.filter(pk__in=segment_ids(scope) or [])


def _known(scope: Scope) -> dict[str, Q]:
    """What makes a person one of those whom a field of `People` counts."""
    created = joined = Q(pk__in=[])
    for clinic, _starts_at, ends_at in scope.spans():
        created |= Q(home_clinic=clinic, created_at__lt=ends_at)
        joined |= Q(home_clinic=clinic, joined_at__lt=ends_at)
    imported = ConsentRecord.objects.filter(
        kind=ConsentRecord.Kind.RULES, granted=True, source=ConsentRecord.Source.IMPORT
    )
    return {
        "contacts": created & ~joined,
        "members": joined,
        "new_members": scope.during("joined_at", clinic="home_clinic"),
        "imported_members": joined & Q(pk__in=imported.values("patient")),
    }


# Edges make no loop, but a chain is cut at ten all the same: nobody rewards an eleventh circle.
_DEPTH = """
    with recursive chain as (
        select edge.patient_id, edge.inviter_id, 1 as depth
          from patients_referral edge where edge.patient_id = any(%(patients)s)
        union all
        select chain.patient_id, above.inviter_id, chain.depth + 1
          from chain join patients_referral above on above.patient_id = chain.inviter_id
         where chain.depth < 10
    )
    select coalesce(max(depth), 0) from chain"""
_VISITED = "with SOLD_TABLES select distinct patient_id from bought where patient_id = any(%(invited)s)"


def read_invited(scope: Scope) -> Invited:
    invited = list(_recommended(scope).values_list("patient", flat=True))
    if not invited:
        return Invited(0, 0, 0)
    with connection.cursor() as cursor:
        cursor.execute(_DEPTH, {"patients": invited})
        (depth,) = cursor.fetchone()
    return Invited(len(invited), len(_visited_ids(scope, invited)), depth)


def _recommended(scope: Scope) -> QuerySet[Referral]:
    edges = Referral.objects.filter(scope.during("set_at", clinic="patient__home_clinic"))
    return edges if scope.segment.is_everybody else edges.filter(patient__in=segment_ids(scope) or [])


def _visited_ids(scope: Scope, invited: list[int]) -> list[int]:
    return [patient_id for (patient_id,) in ask(_VISITED, scope, invited=invited)]


def share_of_buyers(panel: Panel) -> int | None:
    """Basis points of all who are known."""
    known = panel.people.contacts + panel.people.members
    return ratios.basis_points(ratios.share(panel.sales.buyers, known))
