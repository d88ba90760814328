"""Decides which receipts of a batch of customers are new, known already, or can't be put in. Writes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Max

from clinics.calendar import local_date
from clinics.money import to_kopecks
from loyalty.imports.customers import find_customers
from loyalty.imports.faults import RowFault
from loyalty.imports.receipt_rows import FileReceipt
from loyalty.models import Entry, Receipt
from patients.models import Patient


@dataclass(slots=True)
class PlannedBatch:
    """`fresh` holds the receipts to post by customer, in date order; customers not in `people` are unknown."""

    people: dict[str, Patient]
    fresh: dict[str, list[FileReceipt]] = field(default_factory=dict)
    known: int = 0
    faults: list[RowFault] = field(default_factory=list)

    @property
    def newcomers(self) -> list[str]:
        return [customer for customer in self.fresh if customer not in self.people]


def plan_receipts(batch: Mapping[str, Sequence[FileReceipt]], *, source: str) -> PlannedBatch:
    """A constant number of queries."""
    plan = PlannedBatch(people=find_customers(list(batch), source=source))
    posted = _posted([receipt.document for own in batch.values() for receipt in own], source=source)
    moved_on = _last_movements(plan.people.values())
    for customer, receipts in batch.items():
        patient = plan.people.get(customer)
        for receipt in receipts:
            fault = _fault(receipt, patient=patient, posted=posted, moved_on=moved_on)
            if fault is not None:
                plan.faults += fault
            elif receipt.document in posted:
                plan.known += 1
            else:
                plan.fresh.setdefault(customer, []).append(receipt)
    plan.faults.sort(key=lambda fault: fault.row)
    return plan


def _posted(documents: Sequence[str], *, source: str) -> dict[str, Receipt]:
    found = Receipt.objects.filter(source_system=source, document__in=documents, revision=1)
    return {receipt.document: receipt for receipt in found.select_related("clinic")}


def _last_movements(people: Iterable[Patient]) -> dict[int, datetime]:
    """By patient id: the moment of the last operation on the account or of the last receipt."""
    ids = [patient.pk for patient in people]
    receipts = Receipt.objects.filter(patient__in=ids).values_list("patient_id").annotate(Max("paid_at"))
    entries = Entry.objects.filter(account__patient__in=ids).values_list("account__patient_id")
    last: dict[int, datetime] = dict(receipts)
    for patient_id, moment in entries.annotate(Max("operation__effective_at")):
        last[patient_id] = max(moment, last.get(patient_id, moment))
    return last


def _fault(
    receipt: FileReceipt,
    *,
    patient: Patient | None,
    posted: Mapping[str, Receipt],
    moved_on: Mapping[int, datetime],
) -> list[RowFault] | None:
    known = posted.get(receipt.document)
    if known is not None:
        same = (
            patient is not None
            and known.patient_id == patient.pk
            and to_kopecks(known.price) == receipt.price_kopecks
            and local_date(known.paid_at, known.clinic.tz) == local_date(receipt.paid_at, known.clinic.tz)
        )
        return None if same else receipt.faults("document", "document_taken", {"document": receipt.document})
    if patient is None:
        return None
    if patient.erased_at is not None:
        return receipt.faults("customer", "erased", {})
    last = moved_on.get(patient.pk)
    if last is not None and receipt.paid_at < last:
        day = local_date(last, patient.home_clinic.tz)
        return receipt.faults("date", "later_operations", {"moved_on": day.strftime("%d.%m.%Y")})
    return None
