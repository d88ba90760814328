"""Posts receipts of the past as if each had been paid on its day: earning, spending, tiers and burning included.

The rules engine and the ledger's kernel are the desk's own; only the writing goes by whole sets. Points are
whole, nothing here reads the clock, and no message is queued: nobody wants news about last year.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

from django.db import connection

from clinics.calendar import local_date, minute_of_day
from clinics.models import Clinic
from clinics.money import to_roubles
from loyalty.checkout.catalogue import Catalogue, line_facts
from loyalty.checkout.draft import DraftLine
from loyalty.checkout.limit_use import ReceiptPlace
from loyalty.checkout.member_attributes import MemberAttributes, facts_without_points, read_attributes
from loyalty.checkout.revision import Revision
from loyalty.checkout.rows import award_rows, discount_rows, line_rows
from loyalty.ledger import posting
from loyalty.ledger.acts import PastAct, Posted
from loyalty.lot_dates import lot_of_closed_visit, rolling_after_payment
from loyalty.models import Award, LineDiscount, OperationKind, Receipt, ReceiptLine, Source, Standing
from loyalty.past.limits import PastLimits, read_past_limits
from loyalty.past.tiers import PastTiers, end_past, live_to, pay, read_past_tiers
from loyalty.program.versions import RunningProgram
from loyalty.rules import engine
from loyalty.rules.facts import ReceiptFacts, SpendChoice, SpendKind
from loyalty.rules.quote import Quote
from loyalty.rules.turnover import Payment
from loyalty.tiers.standing import TIER_FIELDS

NO_SPENDING = SpendChoice.none()
SPENDABLE_OF_MANY = """
    select account_id, ledger_spendable(account_id, at)
      from unnest(%s::bigint[], %s::timestamptz[]) as asked(account_id, at)"""


@dataclass(frozen=True, slots=True)
class PastReceipt:
    """One paid bill; (source system, document) is its business key, of the first revision."""

    standing: Standing  # with account, patient and home clinic
    clinic: Clinic
    paid_at: datetime
    lines: tuple[DraftLine, ...]
    source_system: str
    document: str
    choice: SpendChoice = NO_SPENDING
    booked_online: bool = False
    # A contact of another system has not agreed to the rules yet, but what they paid there earns.
    earns_as_member: bool = False

    @property
    def key(self) -> str:
        return Revision(self.source_system, self.document).key


@dataclass(frozen=True, slots=True)
class _Judged:
    past: PastReceipt
    today: date
    quote: Quote
    explanation: dict[str, Any]


def replay_receipts(
    receipts: Sequence[PastReceipt], *, catalogue: Catalogue, running: RunningProgram, recorded_at: datetime
) -> list[Receipt]:
    """Post the receipts in the order given, which must be by date for each patient.

    Call inside a transaction, with receipts that are not posted yet; one patient's standing must be one object
    in all of them, and it comes back changed. Locks the accounts, in id order. Raises ReplayRefused and
    LineRefused; both undo nothing themselves.
    """
    written: list[Receipt] = []
    if not receipts:
        return written
    attributes = read_attributes({past.standing.patient_id for past in receipts})
    tiers = read_past_tiers(
        (past.standing for past in receipts),
        program=running.program,
        first_paid_at=min(past.paid_at for past in receipts),
    )
    limits = read_past_limits(running.program.limits, patient_ids={past.standing.patient_id for past in receipts})
    for turn in _turns(receipts):
        spendable = _read_spendable(turn)
        judged = [
            _judge(
                past,
                attributes=attributes,
                tiers=tiers,
                limits=limits,
                spendable=spendable,
                catalogue=catalogue,
                running=running,
            )
            for past in turn
        ]
        acts = [act for item in judged for act in _acts(item, running=running)]
        posted = posting.replay(acts=acts, recorded_at=recorded_at, source=Source.IMPORT) if acts else {}
        written += _write(judged, posted=posted, catalogue=catalogue, running=running, recorded_at=recorded_at)
    standings = {past.standing.pk: past.standing for past in receipts}
    for standing in standings.values():
        end_past(standing, at=recorded_at, past=tiers)
    _write_standings(standings)
    limits.save()
    return written


def _turns(receipts: Sequence[PastReceipt]) -> Iterator[list[PastReceipt]]:
    """Everything at once where nobody spends; otherwise every patient's first, second, ... receipt.

    What may be spent is known only after the receipts before have been posted.
    """
    if all(past.choice.kind is SpendKind.NONE for past in receipts):
        yield list(receipts)
        return
    by_account: dict[int, list[PastReceipt]] = {}
    for past in receipts:
        by_account.setdefault(past.standing.account_id, []).append(past)
    for turn in zip_longest(*by_account.values()):
        yield [past for past in turn if past is not None]


def _read_spendable(turn: Sequence[PastReceipt]) -> dict[int, int]:
    """Spendable points by account, for those who want to spend, as of their receipt."""
    spending = [past for past in turn if past.choice.kind is not SpendKind.NONE]
    if not spending:
        return {}
    with connection.cursor() as cursor:
        moments = [past.paid_at for past in spending]
        cursor.execute(SPENDABLE_OF_MANY, [[past.standing.account_id for past in spending], moments])
        return dict(cursor.fetchall())


def _judge(
    past: PastReceipt,
    *,
    attributes: Mapping[int, MemberAttributes],
    tiers: PastTiers,
    limits: PastLimits,
    spendable: Mapping[int, int],
    catalogue: Catalogue,
    running: RunningProgram,
) -> _Judged:
    """Quote the receipt for its day and count it in the standing, so that the next one meets its tier."""
    standing = past.standing
    patient = standing.patient
    today = local_date(past.paid_at, patient.home_clinic.tz)
    live_to(standing, day=today, past=tiers)
    place = ReceiptPlace(patient.pk, past.clinic.code, local_date(past.paid_at, past.clinic.tz))
    quote = engine.quote(
        program=running.program,
        member=facts_without_points(standing, attributes=attributes[patient.pk], day=today)._replace(
            is_member=patient.is_member or past.earns_as_member,
            spendable_points=spendable.get(standing.account_id, 0),
        ),
        receipt=ReceiptFacts(
            lines=line_facts(past.lines, catalogue=catalogue),
            clinic=past.clinic.code,
            day=today,
            clinic_day=place.day,
            minute_of_day=minute_of_day(past.paid_at, past.clinic.tz),
            booked_online=past.booked_online,
        ),
        choice=past.choice,
        used=limits.used(place),
    )
    limits.count(quote.given_by, place)
    standing.visits += 1
    if quote.money_kopecks:
        standing.turnover += to_roubles(quote.money_kopecks)
        standing.first_paid_at = min(standing.first_paid_at or past.paid_at, past.paid_at)
        standing.last_paid_at = max(standing.last_paid_at or past.paid_at, past.paid_at)
        pay(standing, Payment(today, quote.money_kopecks), past=tiers)
    return _Judged(past=past, today=today, quote=quote, explanation=quote.explanation())


def _acts(judged: _Judged, *, running: RunningProgram) -> Iterator[PastAct]:
    """What the desk would have posted: the spending, then the earning, or else the longer rolling date."""
    past, quote = judged.past, judged.quote
    tz = past.standing.patient.home_clinic.tz
    account = past.standing.account
    rolling = (
        rolling_after_payment(running.program.life, account=account, paid_on=judged.today, tz=tz)
        if quote.money_kopecks
        else None
    )
    if quote.spend.points:
        yield PastAct(
            key=f"{past.key}:spend",
            kind=OperationKind.SPEND,
            account_id=past.standing.account_id,
            at=past.paid_at,
            units=quote.spend.points,
            explanation={"spend": judged.explanation["spend"]},
            program_version_id=running.version_id,
        )
    if quote.lots or rolling:
        yield PastAct(
            key=f"{past.key}:{'earn' if quote.lots else 'prolong'}",
            account_id=past.standing.account_id,
            at=past.paid_at,
            # A visit of the past is over.
            lots=[lot_of_closed_visit(plan, today=judged.today, tz=tz) for plan in quote.lots],
            rolling=rolling,
            explanation=quote.why_earned(),
            program_version_id=running.version_id,
        )


def _write(
    judged: Sequence[_Judged],
    *,
    posted: Mapping[str, Posted],
    catalogue: Catalogue,
    running: RunningProgram,
    recorded_at: datetime,
) -> list[Receipt]:
    receipts = Receipt.objects.bulk_create(
        _receipt(item, posted=posted, version_id=running.version_id, recorded_at=recorded_at) for item in judged
    )
    lines: list[ReceiptLine] = []
    awards: list[Award] = []
    discounts: list[LineDiscount] = []
    for item, receipt in zip(judged, receipts, strict=True):
        own = line_rows(receipt=receipt, drafted=item.past.lines, quote=item.quote, catalogue=catalogue)
        lines += own.values()
        awards += award_rows(item.quote, lines=own)
        discounts += discount_rows(item.quote, lines=own)
    ReceiptLine.objects.bulk_create(lines, batch_size=2000)
    Award.objects.bulk_create(awards, batch_size=2000)
    LineDiscount.objects.bulk_create(discounts, batch_size=2000)
    return receipts


def _receipt(judged: _Judged, *, posted: Mapping[str, Posted], version_id: int, recorded_at: datetime) -> Receipt:
    past, quote = judged.past, judged.quote
    spent, earned = posted.get(f"{past.key}:spend"), posted.get(f"{past.key}:earn")
    return Receipt(
        clinic=past.clinic,
        patient_id=past.standing.patient_id,
        source_system=past.source_system,
        document=past.document,
        identified_by=Receipt.IdentifiedBy.IMPORT,
        channel=past.standing.patient.source,
        booked_online=past.booked_online,
        paid_at=past.paid_at,
        visit_closed_at=past.paid_at,
        recorded_at=recorded_at,
        program_version_id=version_id,
        tier=quote.tier or "",
        price=to_roubles(quote.total_kopecks),
        discount=to_roubles(quote.discount_kopecks),
        points_value=to_roubles(quote.total_kopecks - quote.discount_kopecks - quote.money_kopecks),
        paid=to_roubles(quote.money_kopecks),
        points_spent=quote.spend.points,
        points_earned=quote.earned_points,
        spend_operation_id=spent.operation_id if spent else None,
        earn_operation_id=earned.operation_id if earned else None,
        explanation=judged.explanation,
    )


def _write_standings(standings: Mapping[int, Standing]) -> None:
    # An upsert: bulk_update would build one CASE per row and field, ten times slower.
    Standing.objects.bulk_create(
        standings.values(),
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*TIER_FIELDS, "turnover", "visits", "first_paid_at", "last_paid_at"],
    )
