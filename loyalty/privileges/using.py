"""A code at the desk: may it be used on this receipt, and marking it as used."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from clinics.calendar import local_date
from loyalty.models import PrivilegeCode
from loyalty.privileges.code_names import read_key
from loyalty.privileges.terms import Terms, facts_of, read_terms
from loyalty.rules.facts import PrivilegeFacts
from loyalty.rules.privileges import privilege_code
from loyalty.rules.quote import Quote

Status = PrivilegeCode.Status


class WhyNot(StrEnum):
    """Why a code can't be used on a receipt."""

    UNKNOWN = "UNKNOWN"
    FOREIGN = "FOREIGN"
    USED = "USED"
    RETURNED = "RETURNED"
    LATE = "LATE"
    OTHER_CLINIC = "OTHER_CLINIC"


class PrivilegeRefused(Exception):
    """The code can't be used. `day` is when it was used, or its last one; `receipt_id` is what used it."""

    def __init__(self, *, key: str, why: WhyNot, day: date | None = None, receipt_id: int | None = None) -> None:
        super().__init__(key, why)
        self.key = key
        self.why = why
        self.day = day
        self.receipt_id = receipt_id


@dataclass(frozen=True, slots=True)
class PresentedCode:
    """A code that may be used on the receipt."""

    code: PrivilegeCode
    terms: Terms

    @property
    def facts(self) -> PrivilegeFacts | None:
        return facts_of(self.code.key, self.terms)

    def is_used_by(self, quote: Quote) -> bool:
        """A code that takes nothing off stays the patient's, but for goods that are simply handed over."""
        return self.terms.is_handed_over or quote.given_by(privilege_code(self.code.key)) > 0


def find_code(text: str) -> PrivilegeCode | None:
    """The code that was typed or scanned, in any state. At most one query."""
    key = read_key(text)
    return _codes([key]).get(key) if key else None


def present_codes(
    keys: Sequence[str], *, patient_id: int, clinic_code: str, at: datetime
) -> tuple[PresentedCode, ...]:
    """The codes with these keys, each once. One query; none without keys. Raises PrivilegeRefused."""
    if not keys:
        return ()
    found = _codes(keys)
    return tuple(
        _presented(key, found.get(key), patient_id=patient_id, clinic_code=clinic_code, at=at)
        for key in dict.fromkeys(keys)
    )


def use_codes(presented: Iterable[PresentedCode], *, receipt_id: int, at: datetime) -> None:
    """Mark as used by a receipt; in the caller's transaction, after the account's lock.

    Raises PrivilegeRefused.
    """
    for each in presented:
        unused = PrivilegeCode.objects.filter(pk=each.code.pk, status=Status.OPEN)
        if not unused.update(status=Status.USED, receipt=receipt_id, used_at=at):
            raise refusal_of(_codes([each.code.key])[each.code.key])


def refusal_of(code: PrivilegeCode) -> PrivilegeRefused:
    """Why a code that is used or returned already can't be used."""
    if code.status == Status.USED and code.used_at is not None:
        day = local_date(code.used_at, code.patient.home_clinic.tz)
        return PrivilegeRefused(key=code.key, why=WhyNot.USED, day=day, receipt_id=code.receipt_id)
    return PrivilegeRefused(key=code.key, why=WhyNot.RETURNED, day=code.valid_to)


def _codes(keys: Iterable[str]) -> dict[str, PrivilegeCode]:
    rows = PrivilegeCode.objects.filter(key__in=keys).select_related("privilege", "patient__home_clinic")
    return {code.key: code for code in rows}


def _presented(
    key: str, code: PrivilegeCode | None, *, patient_id: int, clinic_code: str, at: datetime
) -> PresentedCode:
    if code is None:
        raise PrivilegeRefused(key=key, why=WhyNot.UNKNOWN)
    if code.patient_id != patient_id:
        raise PrivilegeRefused(key=key, why=WhyNot.FOREIGN)
    if code.status != Status.OPEN:
        raise refusal_of(code)
    if code.expires_at <= at:
        raise PrivilegeRefused(key=key, why=WhyNot.LATE, day=code.valid_to)
    terms = read_terms(code.terms)
    if not terms.works_in(clinic_code):
        raise PrivilegeRefused(key=key, why=WhyNot.OTHER_CLINIC)
    return PresentedCode(code=code, terms=terms)
