"""Rows of a quoted receipt's lines, awards and discounts: the desk and the replay of the past write the same."""

from collections.abc import Iterator, Mapping, Sequence

from clinics.money import to_roubles
from loyalty.checkout.catalogue import Catalogue
from loyalty.checkout.draft import DraftLine
from loyalty.models import Award, LineDiscount, Receipt, ReceiptLine
from loyalty.rules.quote import Quote


def line_rows(
    *, receipt: Receipt, drafted: Sequence[DraftLine], quote: Quote, catalogue: Catalogue
) -> dict[int, ReceiptLine]:
    """The unsaved lines by position."""
    rows = {}
    for draft, line in zip(drafted, quote.lines, strict=True):
        item = catalogue.item_of(draft)
        rows[line.position] = ReceiptLine(
            receipt=receipt,
            position=line.position,
            service_id=draft.service_id,
            category_id=item.category_id if item else None,
            doctor_id=draft.doctor_id,
            quantity=draft.quantity,
            price=to_roubles(line.price_kopecks),
            discount=to_roubles(line.discount_kopecks),
            points_value=to_roubles(line.price_kopecks - line.discount_kopecks - line.money_kopecks),
            paid=to_roubles(line.money_kopecks),
            points_spent=line.points,
        )
    return rows


def award_rows(quote: Quote, *, lines: Mapping[int, ReceiptLine]) -> Iterator[Award]:
    """The unsaved awards of lines that have been saved."""
    for earning in quote.earnings:
        for share in earning.lines:
            yield Award(
                line=lines[share.position],
                rule_code=earning.rule_code,
                kind=earning.kind.value,
                rate_bp=earning.rate_bp,
                base=to_roubles(share.base_kopecks),
                points=share.points,
            )


def discount_rows(quote: Quote, *, lines: Mapping[int, ReceiptLine]) -> Iterator[LineDiscount]:
    """The unsaved discounts of lines that have been saved."""
    for discount in quote.discounts:
        for position, kopecks in discount.lines:
            yield LineDiscount(line=lines[position], promotion_code=discount.code, amount=to_roubles(kopecks))
