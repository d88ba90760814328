"""Writes made-up guests with cards, consents, accounts and welcome points, set by set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clinics.calendar import local_date
from clinics.models import Clinic
from loyalty.demo.gifts import welcome_act
from loyalty.demo.names import Person
from loyalty.ledger import posting
from loyalty.lot_dates import rolling_from
from loyalty.models import Account, Source, Standing
from loyalty.program.versions import RunningProgram
from loyalty.tiers.standing import first_tier
from patients.cards import next_card_numbers
from patients.models import Card, ConsentRecord, Patient, PatientSourceKey

SOURCE = "demo"
CHANNELS_OF_ORIGIN = ("site", "telegram", "friends", "maps", "")


@dataclass(frozen=True, slots=True)
class NewGuest:
    """`number` is the guest's own for ever: the demo finds it again by it."""

    number: int
    person: Person
    phone: str
    email: str
    clinic: Clinic
    joined_at: datetime
    wants_advertising: bool


def write_guests(
    guests: Sequence[NewGuest], *, running: RunningProgram, recorded_at: datetime
) -> dict[int, Standing]:
    """Standings, with account and patient, by the guest's number; nothing when the first is known already.

    Call inside a transaction: guests are written all or none.
    """
    if PatientSourceKey.objects.filter(source=SOURCE, key=str(guests[0].number)).exists():
        return {}
    patients = Patient.objects.bulk_create(_patient(guest) for guest in guests)
    numbers = next_card_numbers(len(guests))
    Card.objects.bulk_create(
        Card(patient=patient, number=number, issued_at=guest.joined_at)
        for guest, patient, number in zip(guests, patients, numbers, strict=True)
    )
    PatientSourceKey.objects.bulk_create(
        PatientSourceKey(patient=patient, source=SOURCE, key=str(guest.number))
        for guest, patient in zip(guests, patients, strict=True)
    )
    ConsentRecord.objects.bulk_create(
        consent
        for guest, patient in zip(guests, patients, strict=True)
        for consent in _consents(guest, patient=patient)
    )
    standings = _open_standings(guests, patients=patients, running=running)
    welcomes = [
        welcome_act(standing, running=running, at=guest.joined_at)
        for guest, standing in zip(guests, standings, strict=True)
    ]
    posting.replay(
        acts=[act for act in welcomes if act is not None], recorded_at=recorded_at, source=Source.IMPORT
    )
    return {guest.number: standing for guest, standing in zip(guests, standings, strict=True)}


def source_of(guest: NewGuest) -> str:
    """The channel by which the guest came; empty when nobody knows."""
    return CHANNELS_OF_ORIGIN[guest.number % len(CHANNELS_OF_ORIGIN)]


def _patient(guest: NewGuest) -> Patient:
    person = guest.person
    return Patient(
        last_name=person.last_name,
        first_name=person.first_name,
        middle_name=person.middle_name,
        phone=guest.phone,
        email=guest.email,
        preferred_channel=Patient.Channel.EMAIL if guest.email else Patient.Channel.SMS,
        birth_date=person.birth_date,
        sex=Patient.Sex.FEMALE if person.is_woman else Patient.Sex.MALE,
        home_clinic=guest.clinic,
        status=Patient.Status.MEMBER,
        joined_at=guest.joined_at,
        source=source_of(guest),
        created_at=guest.joined_at,
    )


def _consents(guest: NewGuest, *, patient: Patient) -> list[ConsentRecord]:
    kinds = [ConsentRecord.Kind.RULES, ConsentRecord.Kind.PERSONAL_DATA, ConsentRecord.Kind.SERVICE]
    if guest.wants_advertising:
        kinds.append(ConsentRecord.Kind.ADVERTISING)
    return [
        ConsentRecord(
            patient=patient, kind=kind, granted=True, at=guest.joined_at, source=ConsentRecord.Source.DESK
        )
        for kind in kinds
    ]


def _open_standings(
    guests: Sequence[NewGuest], *, patients: Sequence[Patient], running: RunningProgram
) -> list[Standing]:
    accounts = []
    for guest, patient in zip(guests, patients, strict=True):
        tz = guest.clinic.tz
        opened_on = local_date(guest.joined_at, tz)
        rolling = rolling_from(running.program.life, lived_from=opened_on, tz=tz)
        accounts.append(
            Account(
                patient=patient,
                opened_at=guest.joined_at,
                rolling_until=rolling.last_day if rolling else None,
                rolling_expires_at=rolling.expires_at if rolling else None,
                rolling_months=rolling.months if rolling else None,
            )
        )
    Account.objects.bulk_create(accounts)
    return Standing.objects.bulk_create(
        Standing(patient=patient, account=account, turnover=Decimal(0), **first_tier(running.program))
        for patient, account in zip(patients, accounts, strict=True)
    )
