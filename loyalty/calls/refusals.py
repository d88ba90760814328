"""Patients who have asked not to be called: a word of theirs like any other, kept in the journal of consents.

Their own requests still land on the list: they ask for the call themselves.
"""

from datetime import datetime

from django.contrib.auth.models import User

from patients.consents import CALLS, current_consents, record_consent
from patients.models import ConsentRecord, Patient

Kind = ConsentRecord.Kind


def has_refused_calls(patient_id: int) -> bool:
    """A word about calls, or about any processing of personal data. Nobody has to agree to be called."""
    consents = current_consents(patient_id)
    return not consents.get((Kind.ADVERTISING, CALLS), True) or not consents.get((Kind.PERSONAL_DATA, ""), True)


def refuse_calls(*, patient: Patient, actor: User, at: datetime) -> None:
    """Said in a call. Call inside a transaction that has locked the patient."""
    if not has_refused_calls(patient.pk):
        record_consent(
            patient=patient,
            kind=Kind.ADVERTISING,
            channel=CALLS,
            granted=False,
            source=ConsentRecord.Source.CALL,
            actor=actor,
            at=at,
        )
