"""Codes that nobody used: their points go back to the lots they came from, dates unchanged.

What is past its day by then comes back past its day too: nobody can spend it, and the night burns it. A refund's
days of grace are for points that the clinic took, not for those that the patient left lying.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.ledger.posting import DatedDay
from loyalty.lot_dates import dated_day
from loyalty.models import Account, Entry, Privilege, PrivilegeCode, Receipt, Source

Status = PrivilegeCode.Status


def due_codes(*, clinic_id: int, cutoff: datetime, after_id: int = 0, most: int) -> list[int]:
    """Codes of the clinic's patients that ended by the cutoff and were not used, by id, after the given one."""
    rows = PrivilegeCode.objects.filter(
        status=Status.OPEN, expires_at__lte=cutoff, patient__home_clinic=clinic_id, pk__gt=after_id
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:most])


def return_unused(code_id: int, *, cutoff: datetime, at: datetime) -> int:
    """Points given back; 0 when the code has been used or returned meanwhile. Own transaction.

    Locks the accounts of the purchase and of the patient first, in id order, then the code.
    """
    with transaction.atomic():
        accounts = _lock_accounts(PrivilegeCode.objects.get(pk=code_id))
        rows = PrivilegeCode.objects.select_for_update(of=("self",)).select_related("patient__home_clinic")
        # Read under the lock: a desk may have used it meanwhile.
        code = rows.filter(pk=code_id, status=Status.OPEN, expires_at__lte=cutoff).first()
        if code is None:
            return 0
        _return(code, accounts=accounts, at=at)
    return code.points


def free_codes(receipt: Receipt, *, at: datetime) -> tuple[PrivilegeCode, ...]:
    """After its receipt is refunded in full a code may be used again; if it is late, its points come back.

    The caller has locked the accounts of the receipt's patient.
    """
    rows = PrivilegeCode.objects.select_for_update(of=("self",)).select_related("patient__home_clinic")
    codes = tuple(rows.filter(receipt=receipt).order_by("pk"))
    for code in codes:
        code.receipt, code.used_at, code.status = None, None, Status.OPEN
        if code.expires_at > at:
            code.save(update_fields=["receipt", "used_at", "status"])
        else:
            _return(code, accounts=_lock_accounts(code), at=at)
    return codes


def _lock_accounts(code: PrivilegeCode) -> Sequence[Account]:
    """The one that paid for the code; of a merged card the patient's own too, to which all points moved on."""
    paid = Entry.objects.filter(operation=code.operation_id).values("account")
    own = Q(standing__patient=code.patient_id)
    rows = Account.objects.filter(own | Q(pk__in=paid)).order_by("pk")
    return list(rows.select_for_update(of=("self",)))


def _return(code: PrivilegeCode, *, accounts: Sequence[Account], at: datetime) -> None:
    key = f"privilege:{code.pk}:return"
    returned = posting.return_spent(
        operation_id=code.operation_id,
        units=code.points,
        key=key,
        at=at,
        grace=_ended_day(code, at=at),
        explanation={"privilege": code.privilege_id},
        source=Source.SYSTEM,
    )
    code.status, code.return_operation_id = Status.RETURNED, returned.operation_id
    code.receipt, code.used_at = None, None
    code.save(update_fields=["status", "return_operation", "receipt", "used_at"])
    Privilege.objects.filter(pk=code.privilege_id, sold__gt=0).update(sold=F("sold") - 1)
    _move_on_merged(code, accounts=accounts, key=key, at=at)


def _ended_day(code: PrivilegeCode, *, at: datetime) -> DatedDay:
    """A day that is over: what had burnt, or is past its day, does not come to life again."""
    tz = code.patient.home_clinic.tz
    return dated_day(local_date(at, tz) - timedelta(days=1), tz)


def _move_on_merged(code: PrivilegeCode, *, accounts: Sequence[Account], key: str, at: datetime) -> None:
    """Of a card merged since: what came back to its old account moves on as all did."""
    own = next((account for account in accounts if account.patient_id == code.patient_id), None)
    for old in accounts:
        if own is not None and old.pk != own.pk:
            posting.transfer(from_account_id=old.pk, to_account_id=own.pk, key=f"{key}:merged:{old.pk}", at=at)
