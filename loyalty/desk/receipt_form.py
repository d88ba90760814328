"""The receipt as typed: lines, the field for the next one, and the wish to spend.

Whatever is wrong is said at its field and everything typed stays. The form keeps services and categories
by id; titles come back with it only to be shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, repeat
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.checkout.draft import DraftLine
from loyalty.checkout.quoting import ATTACH_WITHIN
from loyalty.desk.doctors import OfferedDoctor
from loyalty.desk.price_list import PricedItem, find_categories, find_service, find_services
from loyalty.desk.typed_values import (
    MOST_RECEIPT_KOPECKS,
    Unreadable,
    looks_like_amount,
    read_points,
    read_quantity,
    read_roubles,
    roubles_field,
)
from loyalty.privileges.code_names import read_key
from loyalty.rules.facts import SpendChoice, SpendKind

MOST_LINES = 50
# As the fields of the page.
LONGEST_ENTRY, LONGEST_CATEGORY, LONGEST_POINTS, LONGEST_MOMENT = 200, 120, 20, 30


@dataclass(slots=True)
class FormLine:
    """One line as the page shows it; `price` is of one piece, as typed."""

    title: str
    price: str
    quantity: str = "1"
    service_id: int | None = None
    category_id: int | None = None
    doctor_id: int | None = None
    price_error: str = ""
    quantity_error: str = ""
    doctor_error: str = ""

    @property
    def has_error(self) -> bool:
        return bool(self.price_error or self.quantity_error or self.doctor_error)

    def read(self) -> DraftLine | None:
        """The line for the quote; None when something in it is unreadable, and the field says what."""
        price = quantity = 0
        try:
            price = read_roubles(self.price)
        except Unreadable as error:
            self.price_error = error.text
        try:
            quantity = read_quantity(self.quantity)
        except Unreadable as error:
            self.quantity_error = error.text
        if self.has_error:
            return None
        return DraftLine(
            price_kopecks=price * quantity,
            service_id=self.service_id,
            category_id=self.category_id,
            quantity=quantity,
            doctor_id=self.doctor_id,
        )


@dataclass(slots=True)
class ReceiptForm:
    lines: list[FormLine] = field(default_factory=list)
    doctors: Sequence[OfferedDoctor] = ()  # of the desk's clinic; without any the lines ask for none
    entry: str = ""
    entry_category: str = ""
    entry_error: str = ""
    choices: list[PricedItem] = field(default_factory=list)  # services that fit what was typed
    spend: str = SpendKind.NONE
    spend_points: str = ""
    spend_error: str = ""
    paid_at: str = ""  # empty: now; else the clinic's day and hour, as the browser's field sends them
    paid_at_error: str = ""
    replaces_id: int | None = None
    moment: datetime | None = None  # what `paid_at` says
    is_line_new: bool = False  # added with this very request
    drafted: list[DraftLine] = field(default_factory=list)
    choice: SpendChoice = field(default_factory=SpendChoice.none)

    @property
    def is_valid(self) -> bool:
        has_line_error = any(line.has_error for line in self.lines)
        return not (has_line_error or self.entry_error or self.spend_error or self.paid_at_error)


def read_form(data: QueryDict, *, doctors: Sequence[OfferedDoctor], zone: ZoneInfo) -> ReceiptForm:
    """Read the posted form, hours in the clinic's zone. At most one query: the service or category typed."""
    form = ReceiptForm(
        lines=_posted_lines(data),
        doctors=doctors,
        entry=_entry(data),
        entry_category=data.get("entry_category", "").strip()[:LONGEST_CATEGORY],
        spend=data.get("spend", SpendKind.NONE),
        spend_points=data.get("spend_points", "").strip()[:LONGEST_POINTS],
        paid_at=data.get("paid_at", "").strip()[:LONGEST_MOMENT],
        replaces_id=_id(data.get("replaces", "")),
    )
    picked = _id(data.get("pick", ""))
    if picked is not None:
        _add_picked(form, picked)
    elif form.entry:
        _add_entry(form)
    elif form.entry_category:
        form.entry_error = _("Type the amount of this category first.")
    _check_doctors(form)
    read_lines = [line.read() for line in form.lines]
    form.drafted = [line for line in read_lines if line is not None]
    if not form.entry_error:
        form.entry_error = _size_error(form, posted=len(data.getlist("line_price")))
    _read_choice(form)
    _read_moment(form, zone=zone)
    return form


def _entry(data: QueryDict) -> str:
    """A reward code that was scanned into this field is read with the codes."""
    text = data.get("entry", "").strip()[:LONGEST_ENTRY]
    return "" if read_key(text) else text


def _size_error(form: ReceiptForm, *, posted: int) -> str:
    if posted > MOST_LINES:
        return _("A receipt has at most %(count)s lines.") % {"count": MOST_LINES}
    if sum(line.price_kopecks for line in form.drafted) > MOST_RECEIPT_KOPECKS:
        return _("The receipt is above 100 million roubles. Check the prices and quantities.")
    return ""


def _posted_lines(data: QueryDict) -> list[FormLine]:
    removed = data.get("remove", "")
    columns = zip(
        data.getlist("line_title"),
        data.getlist("line_price"),
        data.getlist("line_quantity"),
        data.getlist("line_service"),
        data.getlist("line_category"),
        # Where the clinic has no doctors the page has no such field.
        chain(data.getlist("line_doctor"), repeat("")),
        strict=False,
    )
    return [
        FormLine(
            title=title[:200],
            price=price[:20],
            quantity=quantity[:5],
            service_id=_id(service),
            category_id=None if _id(service) else _id(category),
            doctor_id=_id(doctor),
        )
        for number, (title, price, quantity, service, category, doctor) in enumerate(columns, start=1)
        if str(number) != removed
    ][:MOST_LINES]


def _id(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _add_picked(form: ReceiptForm, service_id: int) -> None:
    item = find_service(service_id)
    if item is None:
        form.entry_error = _("This service is no longer sold. Choose another one.")
        return
    _add_service(form, item)


def _add_entry(form: ReceiptForm) -> None:
    if len(form.lines) >= MOST_LINES:
        form.entry_error = _("A receipt has at most %(count)s lines.") % {"count": MOST_LINES}
    elif looks_like_amount(form.entry):
        _add_amount(form)
    else:
        _add_typed_service(form)


def _add_amount(form: ReceiptForm) -> None:
    try:
        kopecks = read_roubles(form.entry)
    except Unreadable as error:
        form.entry_error = error.text
        return
    line = FormLine(title=_("Amount"), price=roubles_field(kopecks))
    if form.entry_category:
        found = find_categories(form.entry_category)
        if len(found) != 1:
            form.entry_error = _category_error(form.entry_category, found)
            return
        line.title, line.category_id = found[0].name, found[0].id
    _append(form, line)


def _category_error(text: str, found: list[PricedItem]) -> str:
    if not found:
        return _("There is no category “%(text)s”. Check the name or leave the field empty.") % {"text": text}
    names = ", ".join(item.name for item in found)
    return _("Several categories fit “%(text)s”: %(names)s. Type the whole name.") % {"text": text, "names": names}


def _add_typed_service(form: ReceiptForm) -> None:
    found = find_services(form.entry)
    if len(found) == 1:
        _add_service(form, found[0])
    elif found:
        form.choices = found
        form.entry_error = _("Several services fit “%(text)s”. Choose one.") % {"text": form.entry}
    else:
        form.entry_error = _(
            "There is no service “%(text)s”. Type a part of its name, its code, or an amount."
        ) % {"text": form.entry}


def _add_service(form: ReceiptForm, item: PricedItem) -> None:
    _append(form, FormLine(title=item.name, price=roubles_field(item.price_kopecks), service_id=item.id))


def _append(form: ReceiptForm, line: FormLine) -> None:
    """One doctor mostly does the whole visit: a new line begins with the doctor of the line above."""
    if form.lines:
        line.doctor_id = form.lines[-1].doctor_id
    form.lines.append(line)
    form.is_line_new = True
    form.entry = form.entry_category = ""


def _check_doctors(form: ReceiptForm) -> None:
    offered = {doctor.id for doctor in form.doctors}
    for line in form.lines:
        if line.doctor_id is not None and line.doctor_id not in offered:
            line.doctor_error = doctor_gone()


def doctor_gone() -> str:
    return _("This doctor no longer sees patients here. Choose another one or leave the field empty.")


def _read_choice(form: ReceiptForm) -> None:
    if form.spend not in set(SpendKind):
        form.spend = SpendKind.NONE
    if form.spend != SpendKind.AMOUNT:
        form.choice = SpendChoice(SpendKind(form.spend))
        return
    try:
        form.choice = SpendChoice.amount(read_points(form.spend_points))
    except Unreadable as error:
        form.spend_error = error.text


def _read_moment(form: ReceiptForm, *, zone: ZoneInfo) -> None:
    if not form.paid_at:
        return
    try:
        form.moment = datetime.fromisoformat(form.paid_at).replace(tzinfo=zone)
    except ValueError:
        text = _("“%(text)s” is not a day and an hour. Choose them in the field.")
        form.paid_at_error = text % {"text": form.paid_at}
        return
    now = clock.now()
    if form.moment > now:
        form.paid_at_error = _("This time has not come yet. Check the day and the hour.")
    elif form.moment < now - ATTACH_WITHIN:
        form.paid_at_error = _("A receipt can be added within 24 hours after it was paid, and this one is older.")
    else:
        # Points are spent only while one pays.
        form.spend, form.choice = SpendKind.NONE, SpendChoice.none()
