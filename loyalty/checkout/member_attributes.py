"""What the clinic knows of a member besides points, in the words of the rules.

Tags and social groups by code; a group counts to the last day of its document, inclusive. They are those of
now: a receipt of the past is judged by what is known today.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from clinics.money import to_kopecks
from loyalty.models import Standing
from loyalty.rules.facts import MemberFacts

# Two columns about the patient whose id stands in place of `{id}`.
COLUMNS = """
    array(select tag.code
            from patients_patient_tags tagged
            join patients_tag tag on tag.id = tagged.tag_id
           where tagged.patient_id = {id}),
    (select json_object_agg(social.code, record.valid_until)::text
       from patients_socialgrouprecord record
       join patients_socialgroup social on social.id = record.group_id
      where record.patient_id = {id})"""
# No value of a request or a row goes into the text.
OF_MANY = f"select asked.id, {COLUMNS.format(id='asked.id')} from unnest(%s::bigint[]) as asked(id)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class MemberAttributes:
    """`group_days` holds the last day of each group's document by the group's code; None is without end."""

    tags: frozenset[str] = frozenset()
    group_days: Mapping[str, date | None] = field(default_factory=dict)

    @classmethod
    def from_columns(cls, tags: list[str], groups: str | None) -> "MemberAttributes":
        days: dict[str, str | None] = json.loads(groups) if groups else {}
        return cls(
            tags=frozenset(tags),
            group_days={code: date.fromisoformat(day) if day else None for code, day in days.items()},
        )

    def social_groups_on(self, day: date) -> frozenset[str]:
        return frozenset(code for code, last in self.group_days.items() if last is None or day <= last)


def read_attributes(patient_ids: Iterable[int]) -> dict[int, MemberAttributes]:
    """Of each of the patients; one query."""
    with connection.cursor() as cursor:
        cursor.execute(OF_MANY, [list(patient_ids)])
        rows: list[tuple[int, Any, Any]] = cursor.fetchall()
    return {patient_id: MemberAttributes.from_columns(tags, groups) for patient_id, tags, groups in rows}


def facts_without_points(standing: Standing, *, attributes: MemberAttributes, day: date) -> MemberFacts:
    """What a rule may ask of the member on the day of the home clinic, but for their points."""
    patient = standing.patient
    return MemberFacts(
        is_member=patient.is_member,
        tier=standing.tier or None,
        turnover_kopecks=to_kopecks(standing.turnover),
        visits=standing.visits,
        tags=attributes.tags,
        social_groups=attributes.social_groups_on(day),
        source=patient.source,
        birth_date=patient.birth_date,
        sex=patient.sex,
    )
