"""All that the clinics keep of one patient, as tables: the page and the file are made of the same ones.

Only the patient's own: relatives, friends and staff are not named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from loyalty.models import Entry, Receipt, ReceiptLine
from notifications.models import OutboxMessage
from patients.models import Card, ConsentRecord, Patient

Value = str | int | bool | date | datetime | Decimal | None


@dataclass(frozen=True, slots=True)
class Column:
    code: str
    title: str


@dataclass(frozen=True, slots=True)
class Table:
    """`code` and the columns' codes are for machines and never change."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def as_records(self) -> list[dict[str, Value]]:
        codes = [column.code for column in self.columns]
        return [dict(zip(codes, row, strict=True)) for row in self.rows]


def own_data(patient: Patient) -> list[Table]:
    """Titles in the language of the page. Six queries whatever there is; reads only."""
    return [_person(patient), *_tables(patient)]


def _person(patient: Patient) -> Table:
    facts: list[tuple[str, str, Value]] = [
        ("last_name", _("Last name"), patient.last_name),
        ("first_name", _("First name"), patient.first_name),
        ("middle_name", _("Middle name"), patient.middle_name),
        ("phone", _("Phone"), patient.phone),
        ("email", _("E-mail"), patient.email),
        ("birth_date", _("Birth date"), patient.birth_date),
        ("sex", _("Sex"), patient.get_sex_display()),
        ("language", _("Language"), patient.language),
        ("home_clinic", _("Clinic"), patient.home_clinic.name),
        ("joined_at", _("In the program since"), patient.joined_at),
    ]
    columns = tuple(Column(code, title) for code, title, _value in facts)
    return Table("person", _("About you"), columns, (tuple(value for _code, _title, value in facts),))


def _tables(patient: Patient) -> Iterator[Table]:
    yield _table(
        "cards",
        _("Cards"),
        (("number", _("Number")), ("status", _("State")), ("given_at", _("Card given"))),
        (
            (card.number, card.get_status_display(), card.issued_at)
            for card in Card.objects.filter(patient=patient).order_by("pk")
        ),
    )
    consents = ConsentRecord.objects.filter(patient=patient).order_by("pk")
    yield _table(
        "consents",
        _("Consents"),
        (
            ("at", _("When")),
            ("kind", _("To what")),
            ("channel", _("Channel")),
            ("granted", _("Given")),
            ("source", _("How")),
        ),
        ((row.at, row.get_kind_display(), row.channel, row.granted, row.get_source_display()) for row in consents),
    )
    yield _table(
        "operations",
        _("Points"),
        (("at", _("When")), ("kind", _("What")), ("points", _("Points"))),
        (
            (entry.operation.effective_at, entry.operation.get_kind_display(), entry.units)
            for entry in Entry.objects.filter(account__patient=patient).select_related("operation").order_by("pk")
        ),
    )
    yield _receipts(patient)
    yield _lines(patient)
    sent = OutboxMessage.objects.filter(patient=patient, sent_at__isnull=False).order_by("pk")
    yield _table(
        "messages",
        _("Messages"),
        (("at", _("When")), ("channel", _("Channel")), ("address", _("Where to")), ("text", _("Text"))),
        ((row.sent_at, row.channel, row.address, row.body) for row in sent),
    )


def _receipts(patient: Patient) -> Table:
    receipts = Receipt.objects.filter(patient=patient).select_related("clinic").order_by("paid_at", "pk")
    return _table(
        "receipts",
        _("Receipts"),
        (
            ("number", _("Number")),
            ("paid_at", _("When")),
            ("clinic", _("Clinic")),
            ("price", _("Price, ₽")),
            ("paid", _("Paid in money, ₽")),
            ("points_spent", _("Points spent")),
            ("points_earned", _("Points earned")),
        ),
        (
            (row.pk, row.paid_at, row.clinic.name, row.price, row.paid, row.points_spent, row.points_earned)
            for row in receipts
        ),
    )


def _lines(patient: Patient) -> Table:
    lines = ReceiptLine.objects.filter(receipt__patient=patient).select_related("service", "category")
    return _table(
        "services",
        _("Services"),
        (("receipt", _("Receipt")), ("service", _("Service")), ("price", _("Price, ₽"))),
        ((row.receipt_id, str(row), row.price) for row in lines.order_by("receipt", "position")),
    )


def _table(code: str, title: str, columns: tuple[tuple[str, str], ...], rows: Any) -> Table:
    return Table(code, title, tuple(Column(*column) for column in columns), tuple(rows))
