"""What each member of staff did in a period, and what deserves a look. Counts only: nobody is judged here.

Each figure is one query, however many people work. Nothing here reads the clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from django.contrib.auth.models import User
from django.db.models import Count, F, Q, QuerySet

from clinics.models import Clinic
from loyalty.models import Receipt, Refund, Review
from loyalty.reviews.thanks import with_receptionist
from patients.models import ConsentRecord, Referral, SpendProof

# From so many on a person's receipts on one card, or decisions without a code, are shown.
MANY_ON_ONE_CARD = 5
MANY_OVERRIDES = 3
# Whoever wants to see all of it narrows the period.
MOST_ANOMALIES = 100


class Anomaly(StrEnum):
    OWN_CARD = "own_card"  # the patient has the receptionist's own name
    OWN_PHONE = "own_phone"  # the patient has the receptionist's own phone
    ONE_CARD = "one_card"
    OVERRIDES = "overrides"


@dataclass(slots=True)
class PersonActivity:
    """Counts of one person in the period."""

    user: User
    registrations: int = 0
    receipts: int = 0
    spends: int = 0  # receipts on which points were spent
    overrides: int = 0  # of these, without a code of the patient
    refunds: int = 0
    referrals: int = 0  # inviters recorded


@dataclass(frozen=True, slots=True)
class BonusCounts:
    """Of one person, what a bonus is paid for."""

    registrations: int
    referrals: int
    reviews: int


@dataclass(frozen=True, slots=True)
class Finding:
    """Receipts of one person that deserve a look, oldest first."""

    kind: Anomaly
    user: User
    receipts: list[Receipt] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Period:
    """Of these clinics, from the first moment to the last, which is not included."""

    clinics: Sequence[Clinic]
    starts_at: datetime
    ends_at: datetime

    def during(self, moment: str = "paid_at", *, clinic: str = "clinic") -> Q:
        return Q(
            **{f"{clinic}__in": self.clinics, f"{moment}__gte": self.starts_at, f"{moment}__lt": self.ends_at}
        )


class Asked(Protocol):
    """Clinics and moments: a period, or what a report is asked about."""

    def during(self, moment: str = "paid_at", *, clinic: str = "clinic") -> Q: ...


def read_activity(period: Asked) -> list[PersonActivity]:
    """Whoever did anything, by name."""
    receipts = desk_receipts(period)
    counted = {
        "registrations": registered(period).values("actor").annotate(n=Count("patient", distinct=True)),
        "receipts": receipts.values("actor").annotate(n=Count("id")),
        "spends": receipts.filter(points_spent__gt=0).values("actor").annotate(n=Count("id")),
        "overrides": overridden(period).values("actor").annotate(n=Count("id")),
        "refunds": given_refunds(period).values("actor").annotate(n=Count("id")),
        "referrals": recorded_inviters(period).values(actor=F("set_by")).annotate(n=Count("id")),
    }
    counts: dict[int, dict[str, int]] = {}
    for name, rows in counted.items():
        for row in rows.order_by():
            counts.setdefault(row["actor"], {})[name] = row["n"]
    people = User.objects.filter(pk__in=counts).order_by("last_name", "first_name", "username")
    return [PersonActivity(user=user, **counts[user.pk]) for user in people]


def bonus_counts(period: Asked) -> dict[int, BonusCounts]:
    """By the person's id. A review counts when it is accepted: that day never changes."""
    joined = dict(registered(period).order_by().values_list("actor").annotate(Count("patient", distinct=True)))
    recorded = dict(recorded_inviters(period).order_by().values_list("set_by").annotate(Count("id")))
    reviewed = dict(thanked_reviews(period).order_by().values_list("receptionist").annotate(Count("id")))
    return {
        user: BonusCounts(joined.get(user, 0), recorded.get(user, 0), reviewed.get(user, 0))
        for user in {*joined, *recorded, *reviewed}
    }


def find_anomalies(period: Asked) -> list[Finding]:
    """At most a hundred, own cards first. A patient without a phone has nobody's."""
    receipts = desk_receipts(period)
    named_alike = Q(patient__last_name=F("actor__last_name"), patient__first_name=F("actor__first_name"))
    own = receipts.filter(named_alike).exclude(actor__last_name="")
    same_phone = receipts.filter(patient__phone=F("actor__staff_member__phone")).exclude(patient__phone="")
    busy = receipts.values("actor", "patient").annotate(n=Count("id")).filter(n__gte=MANY_ON_ONE_CARD)
    pairs = list(busy.order_by("-n", "actor", "patient").values_list("actor", "patient")[:MOST_ANOMALIES])
    one_card = receipts.filter(
        actor__in={actor for actor, _patient in pairs}, patient__in={patient for _actor, patient in pairs}
    )
    findings = _findings(Anomaly.OWN_CARD, own, by=("actor_id", "patient_id"), at_least=1)
    findings += _findings(Anomaly.OWN_PHONE, same_phone, by=("actor_id", "patient_id"), at_least=1)
    findings += _findings(Anomaly.ONE_CARD, one_card, by=("actor_id", "patient_id"), at_least=MANY_ON_ONE_CARD)
    findings += _findings(Anomaly.OVERRIDES, overridden(period), by=("actor_id",), at_least=MANY_OVERRIDES)
    return findings[:MOST_ANOMALIES]


def desk_receipts(period: Asked) -> QuerySet[Receipt]:
    """What an import brought, nobody here has typed."""
    return Receipt.objects.filter(period.during(), actor__isnull=False)


def registered(period: Asked) -> QuerySet[ConsentRecord]:
    """Consents to the rules taken at the desk: of one patient there may be more than one."""
    return ConsentRecord.objects.filter(
        period.during("at", clinic="patient__home_clinic"),
        kind=ConsentRecord.Kind.RULES, granted=True, source=ConsentRecord.Source.DESK, actor__isnull=False,
    )  # fmt: skip


def recorded_inviters(period: Asked) -> QuerySet[Referral]:
    return Referral.objects.filter(period.during("set_at", clinic="patient__home_clinic"), set_by__isnull=False)


def overridden(period: Asked) -> QuerySet[Receipt]:
    return desk_receipts(period).filter(proven_by=SpendProof.Way.OVERRIDE)


def given_refunds(period: Asked) -> QuerySet[Refund]:
    return Refund.objects.filter(period.during("at", clinic="receipt__clinic"), actor__isnull=False)


def thanked_reviews(period: Asked) -> QuerySet[Any]:
    """Accepted in the period, each with the `receptionist` whose work it is."""
    accepted = Review.objects.filter(period.during("decided_at"), status=Review.Status.ACCEPTED)
    return with_receptionist(accepted).filter(receptionist__isnull=False)


def _findings(kind: Anomaly, rows: QuerySet[Receipt], *, by: tuple[str, ...], at_least: int) -> list[Finding]:
    groups: dict[tuple[Any, ...], Finding] = {}
    for receipt in rows.select_related("actor", "patient").order_by("paid_at", "id"):
        key = tuple(getattr(receipt, name) for name in by)
        if receipt.actor is not None:
            groups.setdefault(key, Finding(kind=kind, user=receipt.actor)).receipts.append(receipt)
    return [finding for finding in groups.values() if len(finding.receipts) >= at_least]
