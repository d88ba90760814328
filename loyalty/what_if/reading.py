"""Reads the past of one part of the members, one after the other, from the streams.

Points held when the period began are those of that moment, reckoned back from the ledger; turnover and visits of
then are those of today less what the period added. Tags, social groups and the other attributes are today's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from itertools import groupby
from operator import itemgetter
from typing import Any

from clinics.calendar import add_months
from loyalty.checkout.member_attributes import MemberAttributes
from loyalty.rules.compiled import CompiledProgram
from loyalty.rules.facts import LineFacts, ReceiptFacts
from loyalty.rules.tier_states import TierState, after_nights, after_payment, settled
from loyalty.rules.tiers import tier_for_turnover
from loyalty.rules.turnover import ONE_DAY, Payment, Turnover, first_counted_day, with_payment
from loyalty.what_if.goods import PriceList, read_price_list
from loyalty.what_if.streams import (
    LINE_COLUMNS,
    LOTS,
    MEMBERS,
    PAYMENTS,
    RECEIPTS,
    MemberRow,
    Part,
    Period,
    ReceiptRow,
    RowsByPatient,
    stream,
)
from loyalty.what_if.trial.past import PastLot, PastMember, PastReceipt

RECEIPT_ID = itemgetter(1)
EVER_SINCE = datetime(2000, 1, 1, tzinfo=UTC)


def read_past(
    period: Period, part: Part, *, current: CompiledProgram, draft: CompiledProgram
) -> Iterator[PastMember]:
    """Every member of the part whose account was open by the period's end. Call inside a transaction."""
    values = {
        "starts_at": period.starts_at,
        "until": period.until,
        "after_id": part.after_id,
        "last_id": part.last_id,
        "counted_from": _counted_from(period, current=current, draft=draft),
    }
    prices = read_price_list()
    receipts = RowsByPatient(stream(RECEIPTS, values))
    lots = RowsByPatient(stream(LOTS, values))
    payments = RowsByPatient(stream(PAYMENTS, values) if values["counted_from"] else iter(()))
    for row in map(MemberRow._make, stream(MEMBERS, values)):
        yield _member(
            row,
            receipt_rows=receipts.of(row.patient_id),
            lot_rows=lots.of(row.patient_id),
            payment_rows=payments.of(row.patient_id),
            current=current,
            prices=prices,
        )


def _counted_from(period: Period, *, current: CompiledProgram, draft: CompiledProgram) -> datetime | None:
    """Since when single payments before the period matter; None when no tier counts the last months only.

    All of them where the tiers in force do: whether one was falling when the period began, they alone tell.
    """
    if current.turnover_months is not None:
        return EVER_SINCE
    if draft.turnover_months is None:
        return None
    # No zone is more than 14 hours ahead: a day more, the days themselves decide.
    first = first_counted_day(period.starts_at.date() - ONE_DAY, months=draft.turnover_months)
    return datetime.combine(first, time(), tzinfo=UTC)


def _member(
    row: MemberRow,
    *,
    receipt_rows: Sequence[Sequence[Any]],
    lot_rows: Sequence[Sequence[Any]],
    payment_rows: Sequence[Sequence[Any]],
    current: CompiledProgram,
    prices: PriceList,
) -> PastMember:
    grouped = [list(rows) for _id, rows in groupby(receipt_rows, key=RECEIPT_ID)]
    paid = sum(ReceiptRow.of(rows[0]).paid for rows in grouped)
    turnover = Turnover(
        max(0, row.turnover - paid), tuple(Payment(day, kopecks) for _id, day, kopecks in payment_rows)
    )
    rolling_until = _rolling_date(row)
    attributes = MemberAttributes.from_columns(row.tags, row.groups)
    return PastMember(
        first_day=row.first_day,
        last_day=row.last_day,
        is_member=row.is_member,
        opened_on=row.opened_on,
        is_new=row.is_new,
        welcomed_on=row.welcomed_on,
        rolling_until=rolling_until,
        rolling_months=row.rolling_months if rolling_until else None,
        tier=_opening_tier(row, current, turnover=turnover),
        turnover=turnover,
        visits=max(0, row.visits - len(grouped)),
        tags=attributes.tags,
        group_days=attributes.group_days,
        source=row.source,
        birth_date=row.birth_date,
        sex=row.sex,
        opening=[PastLot(points, row.first_day, *rest) for _id, points, day, *rest in lot_rows if day is None],
        given=[PastLot(points, day, *rest) for _id, points, day, *rest in lot_rows if day is not None],
        receipts=[_receipt(rows, prices=prices) for rows in grouped],
    )


def _rolling_date(row: MemberRow) -> date | None:
    """Where the payments before the period had left it. Imported payments may be older than the account."""
    if row.is_new or row.rolling_months is None:
        return None
    return add_months(max(row.opened_on, row.last_paid_on or row.opened_on), row.rolling_months)


def _opening_tier(row: MemberRow, current: CompiledProgram, *, turnover: Turnover) -> TierState:
    """What the payments had reached; or the stored tier, where no turnover explains it: an old card's."""
    state = TierState("", floor=row.floor_tier, floor_until=row.floor_until)
    stored = current.tier_by_code.get(row.earned_tier)
    reached = tier_for_turnover(current, turnover_kopecks=row.turnover)
    if stored is not None and reached is not None and stored.threshold_kopecks > reached.threshold_kopecks:
        return replace(state, earned=stored.code)
    if current.turnover_months is None:
        return settled(current, state, turnover=turnover, day=row.first_day)
    paid = Turnover(turnover.lifetime_kopecks - sum(payment.kopecks for payment in turnover.payments))
    state = settled(current, state, turnover=paid, day=min(row.opened_on, row.first_day))
    for payment in turnover.payments:
        state = after_nights(current, state, turnover=paid, day=payment.day)
        paid = with_payment(paid, payment)
        state = after_payment(current, state, turnover=paid, day=payment.day)
    return after_nights(current, state, turnover=paid, day=row.first_day)


def _receipt(rows: Sequence[Sequence[Any]], *, prices: PriceList) -> PastReceipt:
    head = ReceiptRow.of(rows[0])
    lines = [_line(row, prices=prices) for row in rows]
    wish = head.points_value
    if head.returned:
        wish = wish * (head.points_spent - head.returned) // head.points_spent
    return PastReceipt(
        facts=ReceiptFacts(
            # A line that was given back whole has never been sold.
            lines=tuple([line for line in lines if line is not None]),
            clinic=head.clinic,
            day=head.day,
            minute_of_day=head.minute_of_day,
            clinic_day=head.clinic_day,
            booked_online=head.booked_online,
        ),
        paid_with_points_kopecks=wish,
        earns_as_member=head.is_imported,
        manual_bp=head.manual_bp,
    )


def _line(row: Sequence[Any], *, prices: PriceList) -> LineFacts | None:
    position, service_id, category_id, doctor_id, quantity, price, discount, refunded = row[LINE_COLUMNS:]
    if refunded:
        price -= price * refunded // (price - discount)
        if not price:
            return None
    service, categories = prices.goods(service_id, category_id)
    return LineFacts(
        position=position,
        price_kopecks=price,
        service=service,
        categories=categories,
        quantity=quantity,
        doctor=None if doctor_id is None else prices.doctors[doctor_id],
    )
