"""A document entered again after its receipt was refunded in full: the next revision, which refers to the old one.

The business key (source system, document, revision) stays taken for ever; one receipt of a document may stand.
"""

from dataclasses import dataclass

from loyalty.models import Receipt


class ReceiptStands(Exception):
    """No receipt of this clinic that is refunded in full: its document can't be entered again."""

    def __init__(self, *, receipt_id: int) -> None:
        super().__init__(receipt_id)
        self.receipt_id = receipt_id


class AlreadyReplaced(Exception):
    """The receipt's document has been entered again before; carries the newer receipt."""

    def __init__(self, *, receipt: Receipt) -> None:
        super().__init__(receipt.pk)
        self.receipt = receipt


@dataclass(frozen=True, slots=True)
class Revision:
    """The business key of a receipt-to-be."""

    source_system: str
    document: str
    number: int = 1
    replaces_id: int | None = None  # the receipt of the revision before

    @property
    def key(self) -> str:
        """The beginning of its ledger keys."""
        suffix = "" if self.number == 1 else f":{self.number}"
        return f"receipt:{self.source_system}:{self.document}{suffix}"


def revision_after(receipt_id: int, *, clinic_code: str) -> Revision:
    """The key under which a refunded receipt's document is entered again, at its own clinic.

    Locks the receipt, so that it is replaced once; a full refund is never undone. Call inside a transaction.
    Raises ReceiptStands, AlreadyReplaced.
    """
    own = Receipt.objects.filter(clinic__code=clinic_code)
    receipt = own.select_for_update(of=("self",)).filter(pk=receipt_id).first()
    if receipt is None:
        raise ReceiptStands(receipt_id=receipt_id)
    newer = find_replacement(receipt_id)
    if newer is not None:
        raise AlreadyReplaced(receipt=newer)
    if not receipt.refunds.filter(is_complete=True).exists():
        raise ReceiptStands(receipt_id=receipt_id)
    return Revision(receipt.source_system, receipt.document, number=receipt.revision + 1, replaces_id=receipt.pk)


def find_replacement(receipt_id: int) -> Receipt | None:
    """The receipt by which this one's document was entered again."""
    return Receipt.objects.filter(replaces=receipt_id).select_related("patient__standing__account").first()
