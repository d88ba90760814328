"""The counts of a run as they are stored, and as the kind's own dataclass."""

from collections.abc import Mapping

from loyalty.imports.patient_import import PatientCounts
from loyalty.imports.price_import import PriceCounts
from loyalty.imports.receipt_import import ReceiptCounts
from loyalty.models import ImportRun

Counts = PatientCounts | ReceiptCounts | PriceCounts
_COUNTS: dict[str, type[Counts]] = {
    ImportRun.Kind.PATIENTS: PatientCounts,
    ImportRun.Kind.RECEIPTS: ReceiptCounts,
    ImportRun.Kind.PRICES: PriceCounts,
}


def counts_of(kind: str, stored: Mapping[str, int]) -> Counts:
    """Zero for what has not been counted yet."""
    return _COUNTS[kind](**stored)
