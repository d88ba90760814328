"""What a patient has agreed to. Deny by default: no record means no."""

from collections.abc import Mapping
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from patients.models import ConsentRecord, Patient

# A call by a person, as a channel of consents: nothing is sent through it.
CALLS = "CALL"


def record_consent(
    *,
    patient: Patient,
    kind: str,
    granted: bool,
    source: str,
    at: datetime,
    channel: str = "",
    actor: User | None = None,
    reason: str = "",
) -> ConsentRecord:
    """Add a row to the journal; the newest row per kind and channel is the one in force."""
    return ConsentRecord.objects.create(
        patient=patient, kind=kind, channel=channel, granted=granted, source=source, at=at,
        actor=actor, reason=reason,
    )  # fmt: skip


def decide_consent(
    *,
    patient: Patient,
    kind: str,
    channel: str,
    granted: bool,
    source: str,
    reason: str,
    actor: User,
    at: datetime,
) -> bool:
    """Write down what the patient has said to the staff; False when it is in force already.

    Own transaction, locks the patient: a second click writes no second row.
    """
    with transaction.atomic():
        Patient.objects.select_for_update().only("id").get(pk=patient.pk)
        if current_consents(patient.pk).get((kind, channel), False) == granted:
            return False
        record_consent(
            patient=patient,
            kind=kind,
            channel=channel,
            granted=granted,
            source=source,
            reason=reason,
            actor=actor,
            at=at,
        )
    return True


def choose_messages(
    *, patient: Patient, wanted: Mapping[tuple[str, str], bool], actor: User, at: datetime
) -> list[tuple[str, str]]:
    """Write down what the patient has ticked, by (kind, channel); which of them are new.

    Own transaction, locks the patient. What is in force already, be it by a word on every channel, is left alone.
    """
    with transaction.atomic():
        Patient.objects.select_for_update().only("id").get(pk=patient.pk)
        consents = current_consents(patient.pk)
        new = [place for place, granted in wanted.items() if _is_granted(consents, *place) != granted]
        for kind, channel in new:
            record_consent(
                patient=patient,
                kind=kind,
                channel=channel,
                granted=wanted[kind, channel],
                source=ConsentRecord.Source.CABINET,
                actor=actor,
                at=at,
            )
    return new


def stop_advertising(*, patient: Patient, at: datetime) -> bool:
    """Withdraw the consent to advertising in every channel; False when there was none.

    Own transaction, locks the patient: the mail system's request and the patient's tap may come together.
    """
    advertising = ConsentRecord.Kind.ADVERTISING
    with transaction.atomic():
        Patient.objects.select_for_update().only("id").get(pk=patient.pk)
        granted = [
            place for place, is_on in current_consents(patient.pk).items() if is_on and place[0] == advertising
        ]
        for kind, channel in granted:
            record_consent(
                patient=patient,
                kind=kind,
                channel=channel,
                granted=False,
                source=ConsentRecord.Source.UNSUBSCRIBE,
                at=at,
            )
    return bool(granted)


def current_consents(patient_id: int) -> dict[tuple[str, str], bool]:
    """(kind, channel) -> granted, by one query."""
    newest = (
        ConsentRecord.objects.filter(patient=patient_id)
        .order_by("kind", "channel", "-id")
        .distinct("kind", "channel")
        .values_list("kind", "channel", "granted")
    )
    return {(kind, channel): granted for kind, channel, granted in newest}


def may_process(patient_id: int) -> bool:
    """Whether the patient's personal data may be processed at all."""
    return current_consents(patient_id).get((ConsentRecord.Kind.PERSONAL_DATA, ""), False)


def may_message(*, patient_id: int, kind: str, channel: str) -> bool:
    """Whether a message of the kind (SERVICE or ADVERTISING) may go through the channel.

    A record for the channel itself outweighs the one for every channel. Without the consent to process
    personal data nothing may be sent at all.
    """
    consents = current_consents(patient_id)
    if not consents.get((ConsentRecord.Kind.PERSONAL_DATA, ""), False):
        return False
    return _is_granted(consents, kind, channel)


def may_be_messaged(patient_id: int) -> dict[tuple[str, str], bool]:
    """What is in force for every kind of message and every channel. One query."""
    consents = current_consents(patient_id)
    kinds = (ConsentRecord.Kind.SERVICE, ConsentRecord.Kind.ADVERTISING)
    return {
        (kind, channel): _is_granted(consents, kind, channel)
        for kind in kinds
        for channel in Patient.Channel.values
    }


def take_over_consents(*, duplicate_id: int, survivor: Patient, actor: User, at: datetime) -> list[list[str]]:
    """Two cards of one person: the word said last is in force. The kinds and channels written down anew."""
    mine, theirs = (_newest(patient_id) for patient_id in (survivor.pk, duplicate_id))
    taken = []
    for place, row in sorted(theirs.items()):
        own = mine.get(place)
        if (own is None or row.at > own.at) and row.granted != (own is not None and own.granted):
            record_consent(
                patient=survivor,
                kind=row.kind,
                channel=row.channel,
                granted=row.granted,
                source=row.source,
                actor=actor,
                at=at,
            )
            taken.append([row.kind, row.channel])
    return taken


def return_consents(
    taken: list[list[str]], *, duplicate_id: int, survivor: Patient, actor: User, at: datetime
) -> None:
    """Take back what a merge wrote down, unless the patient has said something else since."""
    mine, theirs = (_newest(patient_id) for patient_id in (survivor.pk, duplicate_id))
    for kind, channel in taken:
        own, other = mine[kind, channel], theirs[kind, channel]
        if own.granted == other.granted and own.source == other.source:
            record_consent(
                patient=survivor,
                kind=kind,
                channel=channel,
                granted=not own.granted,
                source=own.source,
                actor=actor,
                at=at,
            )


def _is_granted(consents: Mapping[tuple[str, str], bool], kind: str, channel: str) -> bool:
    return consents.get((kind, channel), consents.get((kind, ""), False))


def _newest(patient_id: int) -> dict[tuple[str, str], ConsentRecord]:
    rows = ConsentRecord.objects.filter(patient=patient_id).order_by("kind", "channel", "-id")
    return {(row.kind, row.channel): row for row in rows.distinct("kind", "channel")}
