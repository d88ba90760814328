"""Merges two cards of one person, and takes them apart again within thirty days.

Points go by a transfer of the ledger that makes the lots anew with their dates; the undo is its reversal. What a
rule, a limit or a report asks a patient for moves too; cards, messages and the history stay where they were
written, and whoever looks them up is led to the card that stays. Units are whole points.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from clinics import audit
from loyalty.ledger import posting
from loyalty.ledger.posting import MovedOn
from loyalty.lot_dates import dated_day
from loyalty.merging.rows import empty_again, fill_in, move_rows, move_rows_back
from loyalty.merging.standings import add_standing, standing_before, take_standing
from loyalty.models import Account, PatientMerge, Refund, Source, Standing
from loyalty.program.versions import current_program
from patients.cabinet_sessions import end_cabinet_sessions
from patients.consents import return_consents, take_over_consents
from patients.models import Patient
from patients.referrals import move_referrals, move_referrals_back

UNDO_DAYS = timedelta(days=30)


class MergeRefused(Exception):
    """The two cannot be made one. Nothing was written."""


class CardGone(MergeRefused):
    """One of the two has been merged or erased meanwhile, or both are the same."""


class SurvivorIsContact(MergeRefused):
    """The card that stays has no account, the other one has: it must be the other way round."""


class UndoRefused(Exception):
    """The merge cannot be undone. Nothing was written."""


class TooLate(UndoRefused):
    """More than thirty days have passed, it is undone already, or one of the cards is gone."""


class RefundedSince(UndoRefused):
    """A receipt that moved has been refunded since."""


class SpentSince(UndoRefused):
    """Of the points that moved so many have been spent or taken since."""

    def __init__(self, *, points: int) -> None:
        super().__init__(points)
        self.points = points


class PhoneTakenSince(UndoRefused):
    """Somebody else has registered with the phone of the card that went."""


@dataclass(frozen=True, slots=True)
class MergePreview:
    """The card that stays as it would be, and how many rows would come to it."""

    survivor: Patient
    standing: Standing | None
    receipts: int
    friends: int
    consents: int


class _Undo(Exception):
    """Carries a preview out of the transaction that is rolled back."""

    def __init__(self, preview: MergePreview) -> None:
        super().__init__()
        self.preview = preview


@dataclass(frozen=True, slots=True)
class Pair:
    """Both cards, locked, with what they hold."""

    survivor: Patient
    duplicate: Patient
    standings: dict[int, Standing]

    @property
    def kept(self) -> Standing | None:
        return self.standings.get(self.survivor.pk)

    @property
    def gone(self) -> Standing | None:
        return self.standings.get(self.duplicate.pk)


def merge_patients(*, survivor_id: int, duplicate_id: int, reason: str, actor: User, at: datetime) -> PatientMerge:
    """Make the duplicate a part of the survivor.

    Own transaction; locks both patients, then both accounts, in id order.
    Raises CardGone, SurvivorIsContact, NoProgram.
    """
    program = current_program(at=at).program
    with transaction.atomic():
        pair = _lock(survivor_id, duplicate_id)
        if survivor_id == duplicate_id or not (pair.survivor.is_active and pair.duplicate.is_active):
            raise CardGone
        if (pair.gone and not pair.kept) or (pair.duplicate.is_member and not pair.survivor.is_member):
            raise SurvivorIsContact
        merge = PatientMerge.objects.create(
            survivor=pair.survivor, duplicate=pair.duplicate, reason=reason, actor=actor, at=at
        )
        before = standing_before(pair.kept) if pair.kept else None
        rolling = _rolling_of(pair.kept)
        pair.duplicate.merged_into = pair.survivor
        pair.duplicate.save(update_fields=["merged_into"])
        merge.moved = move_rows(duplicate=pair.duplicate, survivor=pair.survivor) | {
            "referrals": move_referrals(duplicate=pair.duplicate, survivor=pair.survivor),
            "consents": take_over_consents(duplicate_id=duplicate_id, survivor=pair.survivor, actor=actor, at=at),
            "filled": fill_in(duplicate=pair.duplicate, survivor=pair.survivor),
            "standing": before,
            "last_refund": Refund.objects.order_by("-pk").values_list("pk", flat=True).first() or 0,
        }
        if pair.kept and pair.gone:
            merge.transfer_id = _move_points(merge, pair, actor=actor, at=at)
            add_standing(pair.kept, other=pair.gone, program=program, at=at)
        merge.moved["rolling"] = [rolling, _rolling_of(pair.kept)]
        merge.save(update_fields=["moved", "transfer"])
        end_cabinet_sessions(pair.duplicate)
        _record("patient.merged", merge, pair=pair, reason=reason, actor=actor, at=at)
    return merge


def preview_merge(*, survivor_id: int, duplicate_id: int, actor: User, at: datetime) -> MergePreview:
    """What the card that stays would be: the merge itself, undone. Raises what it raises."""
    try:
        with transaction.atomic():
            merge = merge_patients(
                survivor_id=survivor_id, duplicate_id=duplicate_id, reason="", actor=actor, at=at
            )
            raise _Undo(_preview(merge))
    except _Undo as undone:
        return undone.preview


def _preview(merge: PatientMerge) -> MergePreview:
    survivor = Patient.objects.get(pk=merge.survivor_id)
    standing = Standing.objects.select_related("account").filter(patient=survivor).first()
    moved = merge.moved
    return MergePreview(
        survivor=survivor,
        standing=standing,
        receipts=len(moved["receipts"]),
        friends=len(moved["referrals"]["brought"]),
        consents=len(moved["consents"]),
    )


def undo_merge(*, merge_id: int, reason: str, actor: User, at: datetime) -> None:
    """Take the two apart: everything that moved goes back, what came since stays.

    Own transaction; locks as a merge. Raises TooLate, RefundedSince, SpentSince, PhoneTakenSince, NoProgram.
    """
    program = current_program(at=at).program
    with transaction.atomic():
        merge = PatientMerge.objects.get(pk=merge_id)
        pair = _lock(merge.survivor_id, merge.duplicate_id)
        merge.refresh_from_db()
        _require_undoable(merge, pair=pair, at=at)
        moved = merge.moved
        if merge.transfer_id and pair.kept and pair.gone:
            _return_points(merge, pair, actor=actor, at=at)
        move_rows_back(moved, duplicate=pair.duplicate, survivor=pair.survivor)
        move_referrals_back(moved["referrals"], duplicate=pair.duplicate, survivor=pair.survivor)
        return_consents(
            moved["consents"], duplicate_id=pair.duplicate.pk, survivor=pair.survivor, actor=actor, at=at
        )
        empty_again(moved["filled"], duplicate=pair.duplicate, survivor=pair.survivor)
        with _phone_may_be_taken():
            pair.duplicate.merged_into = None
            pair.duplicate.save(update_fields=["merged_into"])
        if pair.kept and pair.gone:
            take_standing(pair.kept, moved["standing"], other=pair.gone, program=program, at=at)
        merge.undone_at, merge.undone_by = at, actor
        merge.save(update_fields=["undone_at", "undone_by"])
        _record("patient.merge_undone", merge, pair=pair, reason=reason, actor=actor, at=at)


def _lock(survivor_id: int, duplicate_id: int) -> Pair:
    """A receipt needs a patient's key only, so patients first cannot wait in a circle with it."""
    ids = [survivor_id, duplicate_id]
    rows = Patient.objects.select_related("home_clinic", "user").filter(pk__in=ids).order_by("pk")
    people = {person.pk: person for person in rows.select_for_update(of=("self",), no_key=True)}
    list(Account.objects.filter(patient__in=ids).order_by("pk").select_for_update())
    standings = Standing.objects.select_related("account", "patient__home_clinic").filter(patient__in=ids)
    return Pair(people[survivor_id], people[duplicate_id], {row.patient_id: row for row in standings})


def _require_undoable(merge: PatientMerge, *, pair: Pair, at: datetime) -> None:
    is_whole = pair.survivor.is_active and pair.duplicate.erased_at is None
    is_in_time = merge.undone_at is None and at - merge.at <= UNDO_DAYS
    if not (is_whole and is_in_time and pair.duplicate.merged_into_id == pair.survivor.pk):
        raise TooLate
    if Refund.objects.filter(receipt__in=merge.moved["receipts"], pk__gt=merge.moved["last_refund"]).exists():
        raise RefundedSince


def _move_points(merge: PatientMerge, pair: Pair, *, actor: User, at: datetime) -> int | None:
    kept, gone = pair.standings[pair.survivor.pk], pair.standings[pair.duplicate.pk]
    posted = posting.transfer(
        from_account_id=gone.account_id,
        to_account_id=kept.account_id,
        key=f"merge:{merge.pk}",
        at=at,
        actor_id=actor.pk,
        explanation={"merge": merge.pk},
        source=Source.DESK,
    )
    return posted.operation_id


def _return_points(merge: PatientMerge, pair: Pair, *, actor: User, at: datetime) -> None:
    kept, gone = pair.standings[pair.survivor.pk], pair.standings[pair.duplicate.pk]
    try:
        posting.transfer_back(
            operation_id=merge.transfer_id or 0,
            from_account_id=gone.account_id,
            to_account_id=kept.account_id,
            key=f"merge:{merge.pk}:undo",
            at=at,
            actor_id=actor.pk,
            explanation={"merge": merge.pk},
            source=Source.DESK,
        )
    except MovedOn as error:
        raise SpentSince(points=error.units) from error
    before, after = merge.moved["rolling"]
    kept.account.refresh_from_db()
    # A payment since then has moved the date on: it is the patient's own.
    if before and before != after and _rolling_of(kept) == after:
        day = dated_day(datetime.fromisoformat(before).date(), pair.survivor.home_clinic.tz)
        posting.set_rolling(
            account_id=kept.account_id, rolling=day, key=f"merge:{merge.pk}:rolling", at=at, source=Source.DESK
        )


def _rolling_of(standing: Standing | None) -> str | None:
    if standing is None:
        return None
    day = Account.objects.values_list("rolling_until", flat=True).get(pk=standing.account_id)
    return day.isoformat() if day else None


@contextmanager
def _phone_may_be_taken() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise PhoneTakenSince from error


def _record(code: str, merge: PatientMerge, *, pair: Pair, reason: str, actor: User, at: datetime) -> None:
    details: dict[str, Any] = {"merge": merge.pk, "duplicate": pair.duplicate.pk}
    audit.record(
        code=code,
        at=at,
        actor=actor,
        clinic=pair.survivor.home_clinic,
        target=pair.survivor,
        reason=reason,
        details=details,
    )
