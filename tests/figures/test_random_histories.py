"""Every figure of random histories equals a slow, obvious recomputation from receipts and refunds."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

import pytest

from clinics.models import Clinic
from loyalty.figures.channels import read_new_buyers
from loyalty.figures.clients import read_clients, read_cohorts, read_lifetime_value
from loyalty.figures.sales import By, read_doctor_returns, read_sales, read_sales_by
from loyalty.reports.scope import Days
from tests.figures.shop import person, refund, scope, sell
from tests.people import make_clinic, make_doctor
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db
BEGIN = datetime(2025, 9, 1, tzinfo=UTC)
KOPECK = Decimal("0.01")


@dataclass
class Line:
    doctor: int | None
    price: Decimal
    discount: Decimal
    points: Decimal
    back: list = field(default_factory=list)  # (moment, net price, points, is_complete) by slice

    @property
    def net(self):
        return self.price - self.discount


@dataclass
class Sale:
    patient: int
    source: str
    clinic: Clinic
    at: datetime
    way: str
    lines: list[Line]

    def day(self, moment=None):
        return (moment or self.at).astimezone(self.clinic.tz).date()

    def is_returned(self, last):
        return any(
            is_complete and self.day(at) <= last for line in self.lines for at, _, _, is_complete in line.back
        )


def random_history(seed):
    """Two clinics ten hours apart, a dozen patients, two doctors, refunds in slices; written and remembered."""
    rng = Random(seed)
    clinics = [make_clinic("west", timezone="Europe/Kaliningrad"), make_clinic("east", timezone="Asia/Kamchatka")]
    doctors = [None, make_doctor("petrov", clinics=clinics), make_doctor("sidorov", clinics=clinics)]
    people = [person(str(n), rng.choice(clinics), source=rng.choice(["", "site"])) for n in range(12)]
    sales = []
    for _number in range(36):
        patient, clinic = rng.choice(people), rng.choice(clinics)
        at = BEGIN + timedelta(minutes=rng.randrange(15 * 30 * 24 * 60))
        chosen = [rng.choice(doctors) for _line in range(rng.randint(1, 3))]
        lines = [_random_line(rng, doctor) for doctor in chosen]
        way = rng.choice(["QR", "CARD"])
        amounts = [(line.price, line.discount, line.points) for line in lines]
        receipt = sell(patient, at, *amounts, clinic=clinic, doctors=chosen, identified_by=way)
        sales.append(Sale(patient.pk, patient.source, clinic, at, way, lines))
        if rng.random() < 0.5:
            _random_refunds(rng, receipt, sales[-1])
    return clinics, doctors[1:], sales


def _random_line(rng, doctor):
    price = rng.choice([Decimal(0), Decimal(rng.randrange(1, 400_000)) * KOPECK])
    discount = rng.choice([Decimal(0), (price * rng.choice([10, 33, 100]) / 100).quantize(KOPECK)])
    points = Decimal(rng.randrange(int(price - discount) + 1)) if rng.random() < 0.5 else Decimal(0)
    return Line(doctor.pk if doctor else None, price, discount, points)


def _random_refunds(rng, receipt, sale):
    at, left = sale.at, [line.net for line in sale.lines]
    for number in range(rng.randint(1, 3)):
        at += timedelta(days=rng.randrange(40))
        is_complete = number == 2 or rng.random() < 0.3
        parts = []
        for place, line in enumerate(sale.lines):
            net = left[place] if is_complete else min(left[place], Decimal(rng.randrange(100_000)) * KOPECK)
            left[place] -= net
            refunded = line.net - left[place]
            so_far = sum(points for _, _, points, _ in line.back)
            points = Decimal(int(line.points * refunded / line.net)) - so_far if line.net else Decimal(0)
            line.back.append((at, net, points, is_complete))
            parts.append((net, points))
        refund(receipt, at, *parts, is_complete=is_complete)
        if is_complete:
            return


def moves(sales, days, doctor=None):
    """Sale and (price, discount, points, paid) of each line sold or given back within the days."""
    for sale in sales:
        for line in sale.lines:
            if doctor not in {None, line.doctor}:
                continue
            if days.first <= sale.day() <= days.last:
                yield sale, line, (line.price, line.discount, line.points, line.net - line.points), sale.at
            given = Decimal(0)
            before = Decimal(0)
            for at, net, points, is_complete in line.back:
                given += net
                share = line.discount * given / line.net if line.net else Decimal(0)
                after = line.discount if is_complete else share.quantize(KOPECK, ROUND_HALF_UP)
                if days.first <= sale.day(at) <= days.last:
                    yield sale, line, (-(net + after - before), -(after - before), -points, points - net), at
                before = after


def purchases(sales, days, doctor=None):
    return [
        sale
        for sale in sales
        if days.first <= sale.day() <= days.last
        and not sale.is_returned(days.last)
        and sum(line.net for line in sale.lines if doctor in {None, line.doctor}) > 0
    ]


def totals(sales, days, *, doctor=None, wanted=lambda sale: True):
    own = [sale for sale in sales if wanted(sale)]
    sums = [sum(amounts[place] for _, _, amounts, _ in moves(own, days, doctor)) for place in range(4)]
    visits = Counter(sale.patient for sale in purchases(own, days, doctor))
    return (*(int(total * 100) for total in sums), sum(visits.values()), len(visits),
            sum(n > 1 for n in visits.values()))  # fmt: skip


def read(sales):
    return (sales.price, sales.discount, sales.points, sales.paid, sales.receipts, sales.buyers,
            sales.repeat_buyers)  # fmt: skip


def clients(sales, first, months):
    """Who had paid, and not got all back, within the months before the day."""
    year, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    since = date(year, month + 1, first.day)
    return {
        sale.patient
        for sale in sales
        if since <= sale.day() < first
        and sum(line.net - line.points for line in sale.lines) > 0
        and not sale.is_returned(first - timedelta(days=1))
    }


@pytest.mark.parametrize("seed", range(6))
def test_figures_equal_a_slow_recomputation(seed):
    publish_preset()
    clinics, doctors, sales = random_history(seed)
    ever = date(2000, 1, 1)

    for days in (Days(date(2026, 2, 1), date(2026, 4, 30)), Days(date(2026, 9, 1), date(2026, 9, 30))):
        asked = scope(days, *clinics)
        assert read(read_sales(asked)) == totals(sales, days)
        for doctor in doctors:
            narrowed = scope(days, *clinics, doctor_id=doctor.pk)
            assert read(read_sales(narrowed)) == totals(sales, days, doctor=doctor.pk)
        for group in read_sales_by(asked, By.IDENTIFICATION):
            assert read(group) == totals(sales, days, wanted=lambda sale, key=group.key: sale.way == key)
        for clinic in clinics:
            alone = totals(sales, days, wanted=lambda sale, own=clinic: sale.clinic == own)
            assert read(read_sales(scope(days, clinic))) == alone
        _check_returns(asked, sales, days)
        _check_clients(asked, sales, days)
        _check_cohorts(asked, sales, days)
        bought = {sale.patient for sale in purchases(sales, Days(ever, days.last))}
        paid = sum(a[3] for sale, _, a, _ in moves(sales, Days(ever, days.last)) if sale.patient in bought)
        lifetime = read_lifetime_value(asked)
        assert (lifetime.buyers, lifetime.paid) == (len(bought), int(paid * 100))


def _check_returns(asked, sales, days):
    visits = Counter(sale.patient for sale in purchases(sales, days))
    for row in read_doctor_returns(asked):
        own = Counter(sale.patient for sale in purchases(sales, days, row.doctor_id))
        paid = sum(amounts[3] for _, _, amounts, _ in moves(sales, days, row.doctor_id))
        assert (row.patients, row.again, row.again_to_anyone, row.paid) == (
            len(own), sum(n > 1 for n in own.values()), sum(visits[who] > 1 for who in own), int(paid * 100),
        )  # fmt: skip


def _check_clients(asked, sales, days):
    before, after = clients(sales, days.first, 6), clients(sales, days.last + timedelta(days=1), 6)
    found = read_clients(asked, months=6)
    assert (found.at_start, found.at_end, found.new) == (len(before), len(after), len(after - before))


def _check_cohorts(asked, sales, days):
    everything = Days(date(2000, 1, 1), days.last)
    first = {}
    months = defaultdict(set)
    new = Counter()
    for sale in sorted(purchases(sales, everything), key=lambda sale: sale.at):
        month = sale.day().replace(day=1)
        if sale.patient not in first:
            new[sale.source] += days.first <= sale.day()
        first[sale.patient] = min(first.get(sale.patient, month), month)
        months[month].add(sale.patient)
    for row in read_cohorts(asked, width=3):
        own = {patient for patient, month in first.items() if month == row.month}
        paid = sum(a[3] for sale, _, a, _ in moves(sales, everything) if sale.patient in own)
        assert (row.size, row.kopecks) == (len(own), int(paid * 100))
        for offset, share in enumerate(row.shares):
            month = row.month.replace(
                year=row.month.year + (row.month.month - 1 + offset) // 12,
                month=(row.month.month - 1 + offset) % 12 + 1,
            )
            if share is not None:
                assert share * len(own) == len(own & months[month])
    assert read_new_buyers(asked) == {source: number for source, number in new.items() if number}
