"""Two cards of one person side by side: what each has, and what the one that stays will have."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinics.money import to_kopecks
from clinics.number_texts import money_text, number_text
from loyalty.merging.merging import MergePreview
from loyalty.models import Standing
from loyalty.program.versions import current_program
from loyalty.texts.explanations import tier_title
from patients.models import Patient


@dataclass(frozen=True, slots=True)
class MergeRow:
    title: str
    stays: str
    goes: str
    becomes: str


def merge_rows(patient: Patient, other: Patient, *, preview: MergePreview, at: datetime) -> tuple[MergeRow, ...]:
    """Three columns; a conflict of facts is won by the card that stays, sums are added up."""
    people = (patient, other, preview.survivor)
    standings = Standing.objects.select_related("account").in_bulk([patient.pk, other.pk], field_name="patient_id")
    accounts = (standings.get(patient.pk), standings.get(other.pk), preview.standing)
    facts = [
        (_("Full name"), [str(person) for person in people]),
        (_("Phone"), [person.masked_phone for person in people]),
        (_("Birth date"), [f"{person.birth_date:%d.%m.%Y}" if person.birth_date else "" for person in people]),
        (_("Family"), [str(person.household or "") for person in people]),
        (_("State"), [person.get_status_display() for person in people]),
    ]
    sums = [
        (_("Balance"), [_points(row, "balance") for row in accounts]),
        (_("Pending"), [_points(row, "pending") for row in accounts]),
        (_("Debt"), [_points(row, "debt") for row in accounts]),
        (_("Tier"), [_tier(row, at=at) for row in accounts]),
        (_("Paid in all"), [money_text(to_kopecks(row.turnover)) if row else "" for row in accounts]),
        (_("Visits"), [number_text(row.visits) if row else "" for row in accounts]),
    ]
    return tuple(
        MergeRow(title, *(text or "—" for text in texts)) for title, texts in (*facts, *sums) if any(texts)
    )


def _points(standing: Standing | None, name: str) -> str:
    points: int = getattr(standing.account, name) if standing else 0
    return number_text(points) if points or (name == "balance" and standing) else ""


def _tier(standing: Standing | None, *, at: datetime) -> str:
    return tier_title(current_program(at=at).program, standing.tier) if standing and standing.tier else ""
