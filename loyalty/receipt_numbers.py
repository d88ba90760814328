"""By which receipt an operation was made: the number that people know it by. Reads only."""

from collections.abc import Collection

from django.db.models import Q

from loyalty.models import Receipt


def receipt_numbers(operation_ids: Collection[int]) -> dict[int, int]:
    """Numbers of receipts by the operations that spent and earned on them. One query."""
    receipts = Receipt.objects.filter(Q(spend_operation__in=operation_ids) | Q(earn_operation__in=operation_ids))
    numbers: dict[int, int] = {}
    for number, *operations in receipts.values_list("pk", "spend_operation_id", "earn_operation_id"):
        numbers |= dict.fromkeys(filter(None, operations), number)
    return numbers
