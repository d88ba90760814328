"""Opens a patient's account and gives the welcome points."""

from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from clinics import audit
from clinics.calendar import local_date
from loyalty.ledger import posting
from loyalty.lot_dates import lot_for, rolling_from
from loyalty.models import Account, OperationKind, Standing
from loyalty.program.versions import RunningProgram, current_program
from loyalty.rules.compiled import CompiledProgram
from loyalty.tiers.standing import first_tier
from patients.former_members import has_been_member
from patients.models import Patient
from patients.registration import NewPatient, agree_to_rules, register_patient


def register_member(new: NewPatient, *, at: datetime, consent_source: str, actor: User | None) -> Patient:
    """Register a person and open their account; whoever agreed to the rules gets the welcome points, once.

    Own transaction. Raises PhoneTaken, NoProgram.
    """
    running = current_program(at=at)
    with transaction.atomic():
        patient = register_patient(new, at=at, consent_source=consent_source, actor=actor)
        standing = open_account(patient=patient, program=running.program, at=at)
        if patient.is_member:
            _welcome(standing, running=running, actor=actor, at=at)
    return patient


def enrol_contact(*, patient: Patient, at: datetime, source: str, actor: User | None) -> bool:
    """Make a contact who has just agreed to the rules a member, with welcome points once.

    Own transaction; False when they were a member already. Raises NoProgram.
    """
    running = current_program(at=at)
    with transaction.atomic():
        if not agree_to_rules(patient=patient, at=at, source=source, actor=actor):
            return False
        standing = open_account(patient=patient, program=running.program, at=at)
        _welcome(standing, running=running, actor=actor, at=at)
    return True


def open_account(*, patient: Patient, program: CompiledProgram, at: datetime) -> Standing:
    """The patient's standing with its account; made when there is none. Call inside a transaction.

    Without payments a rolling life runs from the opening.
    """
    tz = patient.home_clinic.tz
    rolling = rolling_from(program.life, lived_from=local_date(at, tz), tz=tz)
    account, _opened = Account.objects.get_or_create(
        patient=patient,
        defaults={
            "opened_at": at,
            "rolling_until": rolling.last_day if rolling else None,
            "rolling_expires_at": rolling.expires_at if rolling else None,
            "rolling_months": rolling.months if rolling else None,
        },
    )
    standing, _made = Standing.objects.get_or_create(
        patient=patient, defaults={"account": account, **first_tier(program)}
    )
    return standing


def _welcome(standing: Standing, *, running: RunningProgram, actor: User | None, at: datetime) -> None:
    """Whoever has left and comes back has had what is given for joining."""
    # Asked after the phone is theirs: an erasure under way would not be seen before.
    if has_been_member(standing.patient.phone):
        _join_again(standing, actor=actor, at=at)
        return
    gift = running.program.welcome
    if gift is None:
        return
    tz = standing.patient.home_clinic.tz
    posting.earn(
        account_id=standing.account_id,
        lots=[lot_for(gift.points, life=gift.life, given_on=local_date(at, tz), tz=tz)],
        key=f"welcome:{standing.patient_id}",
        kind=OperationKind.GIFT,
        at=at,
        actor_id=actor.pk if actor else None,
        explanation={"rule": "welcome", "points": gift.points},
        program_version_id=running.version_id,
    )


def _join_again(standing: Standing, *, actor: User | None, at: datetime) -> None:
    standing.has_left_before = True
    standing.save(update_fields=["has_left_before"])
    patient = standing.patient
    audit.record(code="patient.joined_again", at=at, actor=actor, clinic=patient.home_clinic, target=patient)
