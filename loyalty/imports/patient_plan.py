"""Decides, row by row, whom a row of a file of patients means and what it would change. Writes nothing.

A person is found by the old system's key, then by phone; the desk knows better than an old file, so a known
person only gets what is still empty. One phone belongs to one person: a second one is a fault of the row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User

from clinics.models import Clinic
from loyalty.imports.faults import RowFault
from loyalty.imports.openings import known_openings, same_opening
from loyalty.imports.patient_rows import PatientRow
from loyalty.imports.row_attributes import RowGroup
from loyalty.models import ImportedOpening
from patients.models import ConsentRecord, Patient, PatientSourceKey, SocialGroupRecord
from patients.names import name_key

# Keys that an import made itself, of the phone or of the name.
_MADE_KEYS = ("phone:", "person:")
_FILLED_IN = ("last_name", "first_name", "middle_name", "email", "birth_date", "sex", "phone")


@dataclass(frozen=True, slots=True)
class ImportScope:
    """Where the rows come from and go to; `at` is the moment of the import."""

    source: str  # slug of the old system
    clinic: Clinic
    at: datetime
    actor: User | None = None

    @property
    def card_source(self) -> str:
        return f"{self.source}-card"


@dataclass(slots=True)
class SeenInFile:
    """Keys, phones and cards of the good rows so far, with their rows."""

    keys: dict[str, int] = field(default_factory=dict)
    phones: dict[str, int] = field(default_factory=dict)
    cards: dict[str, int] = field(default_factory=dict)

    def remember(self, row: PatientRow) -> None:
        self.keys[row.key] = row.number
        if row.phone:
            self.phones.setdefault(row.phone, row.number)
        if row.card_number:
            self.cards[row.card_number] = row.number


@dataclass(frozen=True, slots=True)
class PlannedPatient:
    """`patient` is None for a new one; `fields` are the changed values of a known one."""

    row: PatientRow
    patient: Patient | None
    fields: dict[str, object] = field(default_factory=dict)
    links_key: bool = True
    links_card: bool = False
    consents: tuple[tuple[str, str], ...] = ()
    has_new_opening: bool = False
    joins_household: bool = False
    tag_ids: tuple[int, ...] = ()
    group: RowGroup | None = None

    @property
    def changes_something(self) -> bool:
        return self.patient is None or bool(
            self.fields or self.links_key or self.links_card or self.consents
            or self.has_new_opening or self.joins_household or self.tag_ids or self.group
        )  # fmt: skip


class _Known:
    """What the database knows of the people of one batch, by a fixed number of queries."""

    def __init__(self, rows: Sequence[PatientRow], scope: ImportScope) -> None:
        keys = PatientSourceKey.objects.filter(source=scope.source, key__in=[row.key for row in rows])
        self.by_key = {
            found.key: found.patient
            for found in keys.select_related("patient__home_clinic", "patient__merged_into__home_clinic")
        }
        cards = PatientSourceKey.objects.filter(
            source=scope.card_source, key__in=[row.card_number for row in rows if row.card_number]
        )
        self.card_owner = dict(cards.values_list("key", "patient_id"))
        phones = {phone for row in rows for phone in (row.phone, row.household_phone) if phone}
        active = Patient.objects.filter(phone__in=phones, merged_into=None, erased_at=None).select_related(
            "home_clinic"
        )
        self.by_phone = {str(patient.phone): patient for patient in active}
        found = (*self.by_key.values(), *self.by_phone.values())
        people = {(patient.merged_into or patient).pk for patient in found}
        self.keys_of: dict[int, set[str]] = {}
        own_keys = PatientSourceKey.objects.filter(source=scope.source, patient__in=people)
        for patient_id, key in own_keys.values_list("patient_id", "key"):
            self.keys_of.setdefault(patient_id, set()).add(key)
        self.consents: dict[int, set[tuple[str, str]]] = {}
        given = ConsentRecord.objects.filter(patient__in=people).values_list("patient_id", "kind", "channel")
        for patient_id, kind, channel in given.distinct():
            self.consents.setdefault(patient_id, set()).add((kind, channel))
        tagged = Patient.tags.through.objects.filter(patient__in=people)
        self.tagged = set(tagged.values_list("patient_id", flat=True))
        groups = SocialGroupRecord.objects.filter(patient__in=people)
        self.groups = set(groups.values_list("patient_id", "group_id"))
        self.import_source = scope.source
        self.openings: dict[str, ImportedOpening] = known_openings(
            source=scope.source, keys=[row.key for row in rows]
        )


def plan_patients(
    rows: Sequence[PatientRow], *, scope: ImportScope, seen: SeenInFile
) -> Iterable[PlannedPatient | RowFault]:
    """One answer per row, in order. A constant number of queries per call."""
    known = _Known(rows, scope)
    for row in rows:
        answer = _plan(row, known=known, seen=seen)
        if isinstance(answer, PlannedPatient):
            seen.remember(row)
        yield answer


def _plan(row: PatientRow, *, known: _Known, seen: SeenInFile) -> PlannedPatient | RowFault:
    fault = _fault_within_file(row, seen)
    patient = known.by_key.get(row.key)
    is_made_key = row.key.startswith(_MADE_KEYS)
    if fault is None and patient is not None and patient.erased_at is not None:
        fault = RowFault(row.number, "key", "erased")
    if fault is not None:
        return fault
    if patient is not None:
        patient = patient.merged_into or patient
        if is_made_key and not _same_person(row, patient):
            return RowFault(row.number, "phone", "phone_taken", {"patient": patient.pk})
    links_key = row.key not in known.by_key
    if patient is None and row.phone in known.by_phone:
        patient = known.by_phone[row.phone]
        others = {key for key in known.keys_of.get(patient.pk, ()) if not key.startswith(_MADE_KEYS)}
        if not _same_person(row, patient) or (others and not is_made_key):
            return RowFault(row.number, "phone", "phone_taken", {"patient": patient.pk})
    return _with_changes(row, patient, links_key=links_key, known=known, seen=seen)


def _fault_within_file(row: PatientRow, seen: SeenInFile) -> RowFault | None:
    # A batch may be planned a second time: a row does not conflict with itself.
    for column, places, value in (
        ("phone", seen.phones, row.phone),
        ("key", seen.keys, row.key),
        ("card_number", seen.cards, row.card_number),
    ):
        other_row = places.get(value, row.number) if value else row.number
        if other_row != row.number:
            return RowFault(row.number, column, f"{column}_in_row", {"other_row": other_row})
    return None


def _same_person(row: PatientRow, patient: Patient) -> bool:
    """Same last name and, where both give one, same first name."""
    ours = (name_key(patient.last_name), name_key(patient.first_name))
    theirs = (name_key(row.last_name), name_key(row.first_name))
    return ours[0] in {"", theirs[0]} and (ours[1] == theirs[1] or "" in {ours[1], theirs[1]})


def _with_changes(
    row: PatientRow, patient: Patient | None, *, links_key: bool, known: _Known, seen: SeenInFile
) -> PlannedPatient | RowFault:
    stored = known.openings.get(row.key)
    if stored is not None and not row.opening.is_empty and not same_opening(stored, row.opening):
        return RowFault(row.number, "balance", "opening_differs", {"points": stored.points})
    card_owner = known.card_owner.get(row.card_number)
    if card_owner is not None and (patient is None or card_owner != patient.pk):
        return RowFault(row.number, "card_number", "card_taken", {"patient": card_owner})
    if row.household_phone and row.household_phone not in (known.by_phone.keys() | seen.phones.keys()):
        return RowFault(row.number, "household_phone", "household_unknown")
    fields = {} if patient is None else _empty_fields(row, patient) | _origin(row, patient, known=known)
    taken = known.by_phone.get(str(fields.get("phone")))
    if taken is not None:
        return RowFault(row.number, "phone", "phone_taken", {"patient": taken.pk})
    given = known.consents.get(patient.pk, set()) if patient else set()
    return PlannedPatient(
        row=row,
        patient=patient,
        fields=fields,
        links_key=links_key,
        links_card=bool(row.card_number) and card_owner is None,
        consents=tuple(consent for consent in row.consents if consent not in given),
        has_new_opening=stored is None and not row.opening.is_empty,
        joins_household=bool(row.household_phone) and (patient is None or patient.household_id is None),
        tag_ids=() if patient is not None and patient.pk in known.tagged else row.attributes.tag_ids,
        group=_new_group(row, patient, known=known),
    )


def _new_group(row: PatientRow, patient: Patient | None, *, known: _Known) -> RowGroup | None:
    """A document that the desk has seen is newer than the file's."""
    group = row.attributes.group
    has_it = patient is not None and group is not None and (patient.pk, group.group_id) in known.groups
    return None if has_it else group


def _origin(row: PatientRow, patient: Patient, *, known: _Known) -> dict[str, object]:
    """Where the patient once came from; until then an import gives the name of the old system."""
    source = row.attributes.source
    is_open = patient.source in {"", known.import_source} and source not in {"", patient.source}
    return {"source": source} if is_open else {}


def _empty_fields(row: PatientRow, patient: Patient) -> dict[str, object]:
    """What the file knows and the portal does not. A name is taken whole or not at all."""
    fields = {}
    for name in _FILLED_IN:
        is_name = name in {"first_name", "middle_name"}
        if getattr(row, name) and not getattr(patient, name) and not (is_name and patient.last_name):
            fields[name] = getattr(row, name)
    return fields
