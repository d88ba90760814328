"""Closes the visit of a receipt: the points that waited for it get their days and become available.

The desk does it by a press, the night does it for visits that everybody forgot.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from loyalty.checkout.revision import Revision
from loyalty.ledger import posting
from loyalty.ledger.posting import VisitLot
from loyalty.lot_dates import visit_lot
from loyalty.models import Lot, Receipt, Source
from loyalty.rules.quote import opening_of


@dataclass(frozen=True, slots=True)
class ClosedVisit:
    """`points` became available by this call; a repeated one does nothing more and finds when it was closed."""

    receipt: Receipt
    points: int
    is_duplicate: bool


def close_visit(
    receipt_id: int, *, at: datetime, actor: User | None = None, source: str = Source.SYSTEM
) -> ClosedVisit:
    """Close the visit, once. Own transaction; locks the receipt, then the accounts that hold its points.

    Raises Receipt.DoesNotExist.
    """
    with transaction.atomic():
        # Not the strongest lock: a refund, which holds the account's, may refer to the receipt meanwhile.
        receipts = Receipt.objects.select_for_update(of=("self",), no_key=True)
        receipt = receipts.select_related("patient__home_clinic", "clinic").get(pk=receipt_id)
        if receipt.visit_closed_at is not None:
            return ClosedVisit(receipt=receipt, points=0, is_duplicate=True)
        revision = Revision(receipt.source_system, receipt.document, receipt.revision)
        released = posting.close_visit(
            operation_id=receipt.earn_operation_id or 0,
            lots=list(_waiting_lots(receipt, at=at)),
            key=f"{revision.key}:visit",
            at=at,
            actor_id=actor.pk if actor else None,
            explanation={"visit_of": receipt.pk},
            program_version_id=receipt.program_version_id,
            source=source,
        )
        receipt.visit_closed_at = at
        receipt.save(update_fields=["visit_closed_at"])
        if actor is not None:
            audit.record(code="receipt.visit_closed", at=at, actor=actor, clinic=receipt.clinic, target=receipt)
    return ClosedVisit(receipt=receipt, points=released.units, is_duplicate=False)


def _waiting_lots(receipt: Receipt, *, at: datetime) -> Iterator[VisitLot]:
    """The earning made its lots in the order in which the quote had planned them."""
    made = (
        Lot.objects.filter(entry__operation=receipt.earn_operation_id).order_by("id").values_list("pk", flat=True)
    )
    for lot_id, plan in zip(made, receipt.explanation["lots"], strict=True):
        if "on_closing" in plan:
            opening = opening_of(plan["on_closing"])
            yield visit_lot(lot_id, opening, closed_at=at, tz=receipt.patient.home_clinic.tz)
