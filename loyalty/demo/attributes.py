"""Tags and social groups of the made-up guests: what they bought, how old they are, and no chance at all."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from clinics.calendar import age_on
from loyalty.demo.clinics import MOSCOW, DemoPlace
from loyalty.demo.history import PlannedLife
from loyalty.demo.people import NewGuest
from patients.models import Patient, SocialGroup, SocialGroupRecord, Tag

TAGS = (
    ("has-children", "Есть дети", Tag.Kind.CATEGORY),
    ("orthodontics", "Ортодонтия", Tag.Kind.DIRECTION),
    ("implants", "Импланты", Tag.Kind.DIRECTION),
    ("asks-antonova", "Просит Антонову", Tag.Kind.DOCTOR),
)
# Who has bought so many services of a category gets the tag.
TAG_BY_PURCHASES = (
    ("paediatric", 5, "has-children"),
    ("orthodontics", 3, "orthodontics"),
    ("implantation", 2, "implants"),
)
PENSION_AGE = 60
# Every second guest of the age has shown the document, every fifth parent one of a large family.
PENSIONER_EVERY, LARGE_FAMILY_EVERY, ASKS_EVERY = 2, 5, 40


@dataclass(frozen=True, slots=True)
class KnownGuest:
    guest: NewGuest
    life: PlannedLife
    patient: Patient


def write_attributes(guests: Sequence[KnownGuest], *, place: DemoPlace, today: date) -> None:
    """Call inside a transaction, once for each guest. Two inserts whatever the number of guests."""
    tags = {code: _tag(code, name, kind) for code, name, kind in TAGS}
    groups = {group.code: group for group in SocialGroup.objects.filter(code__in=("pensioner", "large_family"))}
    Patient.tags.through.objects.bulk_create(
        Patient.tags.through(patient_id=known.patient.pk, tag_id=tags[code].pk)
        for known in guests
        for code in sorted(_tag_codes(known))
    )
    SocialGroupRecord.objects.bulk_create(
        SocialGroupRecord(
            patient=known.patient,
            group=groups[code],
            document=document,
            valid_until=valid_until,
            seen_by=place.receptionists[known.guest.clinic.code],
            seen_at=known.guest.joined_at,
        )
        for known in guests
        for code, document, valid_until in _documents(known, today=today)
    )


def _tag(code: str, name: str, kind: Tag.Kind) -> Tag:
    return Tag.objects.get_or_create(code=code, defaults={"name": name, "kind": kind})[0]


def _tag_codes(known: KnownGuest) -> set[str]:
    bought = Counter(service.category for receipt in known.life.receipts for service in receipt.services)
    codes = {tag for category, least, tag in TAG_BY_PURCHASES if bought[category] >= least}
    asks = known.guest.clinic.code == MOSCOW and known.guest.number % ASKS_EVERY == 4
    return codes | {"asks-antonova"} if asks else codes


def _documents(known: KnownGuest, *, today: date) -> Iterator[tuple[str, str, date | None]]:
    """(code of the group, document, its last day): a few of the families' documents have run out."""
    number = known.guest.number
    if age_on(known.guest.person.birth_date, today) >= PENSION_AGE and number % PENSIONER_EVERY == 0:
        yield "pensioner", f"Пенсионное удостоверение № {100_000 + number}", None
    if "has-children" in _tag_codes(known) and number % LARGE_FAMILY_EVERY == 0:
        last_day = date(today.year - 1 + number % 3, 12, 31)
        yield "large_family", f"Удостоверение многодетной семьи № {200_000 + number}", last_day
