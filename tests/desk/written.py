"""Counts the rows of all tables that a refused act must leave alone."""

from clinics.models import AuditEvent
from loyalty.models import (
    Account,
    Allocation,
    Award,
    Entry,
    Lot,
    Operation,
    Receipt,
    ReceiptLine,
    Refund,
    Standing,
)
from notifications.models import OutboxMessage
from patients.models import Card, ConsentRecord, Patient, SpendCode, SpendProof

TABLES = (
    Account, Allocation, AuditEvent, Award, Card, ConsentRecord, Entry, Lot, Operation, OutboxMessage,
    Patient, Receipt, ReceiptLine, Refund, SpendCode, SpendProof, Standing,
)  # fmt: skip


def written():
    return {table.__name__: table.objects.count() for table in TABLES}
