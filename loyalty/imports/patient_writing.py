"""Writes what has been planned for one batch of imported patients, set by set. Call inside a transaction.

Rows are inserted in bulk, so django-simple-history keeps no row of them: who imported what, and when, is in
the audit and on the journal of consents.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time

from loyalty.imports.accounts import open_standings
from loyalty.imports.openings import NewOpening, post_openings
from loyalty.imports.patient_plan import ImportScope, PlannedPatient
from loyalty.imports.patient_rows import CONSENTS, PatientRow
from loyalty.rules.compiled import CompiledProgram
from patients.cards import next_card_numbers
from patients.models import Card, ConsentRecord, Household, Patient, PatientSourceKey, SocialGroupRecord


def write_patients(
    plans: Sequence[PlannedPatient], *, scope: ImportScope, program: CompiledProgram, version_id: int
) -> None:
    """Create and complete the planned people with cards, keys, consents, households and opening balances."""
    people = _write_people(plans, scope)
    _write_consents(plans, people, scope)
    keys = _write_keys(plans, people, scope)
    _join_households(plans, people)
    _write_attributes(plans, people, scope)
    openings = [NewOpening(keys[plan.row.number], plan.row.opening) for plan in plans if plan.has_new_opening]
    # Without welcome points: whoever comes from another system is no newcomer.
    with_account = {
        people[plan.row.number].pk: people[plan.row.number]
        for plan in plans
        if plan.has_new_opening or (plan.row.is_member and people[plan.row.number].is_member)
    }
    standings = open_standings(
        list(with_account.values()), program=program, opened_at=dict.fromkeys(with_account, scope.at)
    )
    post_openings(openings, standings=standings, program=program, version_id=version_id, at=scope.at)


def _write_people(plans: Sequence[PlannedPatient], scope: ImportScope) -> dict[int, Patient]:
    """Patients by row number."""
    new = {plan.row.number: _new_patient(plan.row, scope) for plan in plans if plan.patient is None}
    Patient.objects.bulk_create(new.values())
    Card.objects.bulk_create(
        Card(patient=patient, number=number, issued_at=scope.at)
        for patient, number in zip(new.values(), next_card_numbers(len(new)), strict=True)
    )
    known = {plan.row.number: _completed(plan, scope) for plan in plans if plan.patient is not None}
    Patient.objects.bulk_update(
        known.values(),
        ["last_name", "first_name", "middle_name", "email", "birth_date", "sex", "phone", "status",
         "joined_at", "source"],
    )  # fmt: skip
    return new | known


def _new_patient(row: PatientRow, scope: ImportScope) -> Patient:
    return Patient(
        last_name=row.last_name,
        first_name=row.first_name,
        middle_name=row.middle_name,
        phone=row.phone,
        email=row.email,
        birth_date=row.birth_date,
        sex=row.sex,
        home_clinic=scope.clinic,
        status=Patient.Status.MEMBER if row.is_member else Patient.Status.CONTACT,
        joined_at=_joined_at(row, scope) if row.is_member else None,
        source=row.attributes.source or scope.source,
        created_at=scope.at,
    )


def _joined_at(row: PatientRow, scope: ImportScope) -> datetime:
    if row.joined_on is None:
        return scope.at
    return datetime.combine(row.joined_on, time(12), tzinfo=scope.clinic.tz)


def _completed(plan: PlannedPatient, scope: ImportScope) -> Patient:
    patient = plan.patient
    assert patient is not None  # noqa: S101  # the caller has chosen known people
    for name, value in plan.fields.items():
        setattr(patient, name, value)
    if CONSENTS["consent_rules"] in plan.consents and not patient.is_member:
        patient.status = Patient.Status.MEMBER
        patient.joined_at = _joined_at(plan.row, scope)
    return patient


def _write_consents(plans: Sequence[PlannedPatient], people: dict[int, Patient], scope: ImportScope) -> None:
    ConsentRecord.objects.bulk_create(
        ConsentRecord(
            patient=people[plan.row.number],
            kind=kind,
            channel=channel,
            granted=True,
            at=scope.at,
            source=ConsentRecord.Source.IMPORT,
            reason=scope.source,
        )
        for plan in plans
        for kind, channel in plan.consents
    )


def _write_keys(
    plans: Sequence[PlannedPatient], people: dict[int, Patient], scope: ImportScope
) -> dict[int, PatientSourceKey]:
    """Keys by row number, those known before included."""
    PatientSourceKey.objects.bulk_create(
        [
            PatientSourceKey(patient=people[plan.row.number], source=scope.source, key=plan.row.key)
            for plan in plans
            if plan.links_key
        ]
        + [
            PatientSourceKey(patient=people[plan.row.number], source=scope.card_source, key=plan.row.card_number)
            for plan in plans
            if plan.links_card
        ]
    )
    rows = {plan.row.key: plan.row.number for plan in plans}
    found = {rows[key.key]: key for key in PatientSourceKey.objects.filter(source=scope.source, key__in=rows)}
    for number, key in found.items():
        key.patient = people[number]
    return found


def _join_households(plans: Sequence[PlannedPatient], people: dict[int, Patient]) -> None:
    """Put whoever came with a relative's phone into that relative's household, which is made when missing."""
    joining: dict[str, list[Patient]] = defaultdict(list)
    for plan in plans:
        if plan.joins_household and plan.row.household_phone:
            joining[plan.row.household_phone].append(people[plan.row.number])
    relatives = Patient.objects.select_for_update().filter(phone__in=joining, merged_into=None, erased_at=None)
    for relative in relatives.order_by("id"):
        household = relative.household
        if household is None:
            household = Household.objects.create(name=relative.last_name, contact=relative)
            Patient.objects.filter(pk=relative.pk).update(household=household)
        ids = [patient.pk for patient in joining[str(relative.phone)]]
        Patient.objects.filter(pk__in=ids).update(household=household)


def _write_attributes(plans: Sequence[PlannedPatient], people: dict[int, Patient], scope: ImportScope) -> None:
    # Conflicts are left alone: two keys of one batch may have become one patient by a merge.
    tagged = Patient.tags.through
    tagged.objects.bulk_create(
        (
            tagged(patient_id=people[plan.row.number].pk, tag_id=tag_id)
            for plan in plans
            for tag_id in plan.tag_ids
        ),
        ignore_conflicts=True,
    )
    SocialGroupRecord.objects.bulk_create(
        (
            SocialGroupRecord(
                patient=people[plan.row.number],
                group_id=plan.group.group_id,
                document=plan.group.document,
                valid_until=plan.group.valid_until,
                seen_at=scope.at,
            )
            for plan in plans
            if plan.group is not None
        ),
        ignore_conflicts=True,
    )
