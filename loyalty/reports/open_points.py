"""What is open and what has burnt, for the clinics of a report. Reads no clock."""

from loyalty.figures.sold import segment_ids
from loyalty.reports.columns import rate_bp
from loyalty.reports.scope import Scope
from loyalty.rollups.cohort_days import Cohort, read_cohorts
from loyalty.rollups.open_reading import OpenPoints, open_points_on


def open_points(scope: Scope) -> list[OpenPoints]:
    """At the end of the scope's last day, by the month in which they burn."""
    return open_points_on(scope.days.last, clinics=scope.clinics, patient_ids=segment_ids(scope))


def cohorts(scope: Scope) -> list[Cohort]:
    """By the month of issue, as they are now."""
    return read_cohorts(scope.clinics)


def breakage_bp(found: list[Cohort]) -> int | None:
    """The share of issued points that burnt, over mature cohorts only; None while there is none."""
    mature = [cohort for cohort in found if cohort.is_mature]
    return rate_bp(sum(one.burnt for one in mature), sum(one.issued for one in mature))
