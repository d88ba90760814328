"""What an import tells about its rows while it goes on."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from loyalty.models import RowOutcome

Counts = TypeVar("Counts")


# Row number, what becomes of it, and the texts that it would change by column ("" where there was none).
OnOutcome = Callable[[int, RowOutcome, Mapping[str, str]], None]
# Rows of a batch and its counts, told inside the batch's transaction: what is written down then stands or falls
# with the batch.
InBatch = Callable[[int, Any], None]


def ignore(*_told: object) -> None:
    pass


def added(counts: Counts, more: Counts) -> Counts:
    """The sum of two dataclasses of numbers, field by field."""
    names = [field.name for field in fields(counts)]  # type: ignore[arg-type]
    return type(counts)(**{name: getattr(counts, name) + getattr(more, name) for name in names})
