"""What a report is asked about: clinics, days of their own calendars, doctor, patients. Frozen; reads no clock.

Days are inclusive, and each clinic counts them in its own zone: a receipt of 23:30 belongs to the day that the
clinic's wall calendar showed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinics.calendar import add_months, end_of_day, end_of_period, local_date
from clinics.models import Clinic
from loyalty.models import Receipt, ReceiptLine
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class Days:
    """Calendar days, both inclusive."""

    first: date
    last: date

    @property
    def number(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def before(self) -> "Days":
        """The equal period just before: whole calendar months before whole months, as many days otherwise."""
        if self.is_months:
            months = (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1
            return Days(add_months(self.first, -months), self.first - timedelta(days=1))
        return Days(self.first - timedelta(days=self.number), self.first - timedelta(days=1))

    @property
    def year_before(self) -> "Days":
        """Whole months stay whole: of February the 29th too."""
        last = add_months(self.last, -12)
        return Days(add_months(self.first, -12), end_of_period(last, "month") if self.is_months else last)

    @property
    def is_months(self) -> bool:
        """Whole calendar months, one or more."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1


@dataclass(frozen=True, slots=True)
class Segment:
    """Patients by what is known of them now; empty is everybody."""

    tier: str = ""
    tag_id: int | None = None
    source: str = ""
    social_group_id: int | None = None

    @property
    def is_everybody(self) -> bool:
        return self == Segment()

    def patients(self) -> QuerySet[Patient]:
        rows = Patient.objects.all()
        if self.tier:
            rows = rows.filter(standing__tier=self.tier)
        if self.tag_id is not None:
            rows = rows.filter(tags=self.tag_id)
        if self.source:
            rows = rows.filter(source=self.source)
        if self.social_group_id is not None:
            rows = rows.filter(social_groups__group=self.social_group_id)
        return rows


@dataclass(frozen=True, slots=True)
class Scope:
    """The clinics are those that the person may see, narrowed by the filter: there is always one."""

    clinics: tuple[Clinic, ...]
    days: Days
    at: datetime  # the moment of asking
    doctor_id: int | None = None
    segment: Segment = field(default_factory=Segment)
    compared: Days | None = None
    # Choices of the report's own filters, by name.
    choices: dict[str, Any] = field(default_factory=dict)

    @property
    def clinic_ids(self) -> list[int]:
        return [clinic.pk for clinic in self.clinics]

    @property
    def is_whole(self) -> bool:
        """Neither doctor nor patients are narrowed down: daily rollups answer."""
        return self.doctor_id is None and self.segment.is_everybody

    @property
    def before(self) -> "Scope | None":
        """The same question about the days compared with."""
        return None if self.compared is None else self.over(self.compared)

    def over(self, days: Days) -> "Scope":
        return replace(self, days=days, compared=None)

    def today(self) -> date:
        """The latest day that has begun in any of the clinics."""
        return max(local_date(self.at, clinic.tz) for clinic in self.clinics)

    def spans(self, days: Days | None = None) -> list[tuple[Clinic, datetime, datetime]]:
        """Each clinic with the moments at which its days begin and are over."""
        chosen = days or self.days
        return [
            (clinic, end_of_day(chosen.first - timedelta(days=1), clinic.tz), end_of_day(chosen.last, clinic.tz))
            for clinic in self.clinics
        ]

    def span_arrays(self, days: Days | None = None) -> tuple[list[int], list[datetime], list[datetime]]:
        """The spans for SQL: `unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[])`."""
        spans = self.spans(days)
        return [c.pk for c, _, _ in spans], [start for _, start, _ in spans], [end for _, _, end in spans]

    def during(self, moment: str = "paid_at", *, clinic: str = "clinic") -> Q:
        """Rows of the clinics within the days: `moment` and `clinic` are names of fields."""
        groups: dict[tuple[datetime, datetime], list[int]] = {}
        for place, starts_at, ends_at in self.spans():
            groups.setdefault((starts_at, ends_at), []).append(place.pk)
        condition = Q(pk__in=[])
        for (starts_at, ends_at), ids in groups.items():
            moments = {f"{moment}__gte": starts_at, f"{moment}__lt": ends_at}
            condition |= Q(**{f"{clinic}__in": ids}, **moments)
        return condition

    def receipts(self) -> QuerySet[Receipt]:
        """Paid within the days; those refunded in full are among them."""
        rows = Receipt.objects.filter(self.during())
        if self.doctor_id is not None:
            own = ReceiptLine.objects.filter(receipt=OuterRef("pk"), doctor=self.doctor_id)
            rows = rows.filter(Exists(own))
        if not self.segment.is_everybody:
            rows = rows.filter(patient__in=self.segment.patients())
        return rows


def clinic_names(clinics: Sequence[Clinic]) -> str:
    return ", ".join(clinic.name for clinic in clinics)
