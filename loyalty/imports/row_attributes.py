"""What a patient's row says besides contacts and balances: origin, tags, a social group with its document.

Tags and groups are named by the codes that the portal has; a code it does not have is a fault of the row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from loyalty.imports import cells
from loyalty.imports.columns import Column
from loyalty.imports.row_cells import RowCells
from patients.models import SocialGroup, Tag

COLUMNS = (
    Column("source", ("источник", "канал", "откуда пришёл")),
    Column("tags", ("метки", "теги")),
    Column("social_group", ("социальная группа", "льгота")),
    Column("social_group_document", ("документ социальной группы", "документ льготы")),
    Column("social_group_until", ("социальная группа до", "льгота до")),
)
LONGEST_SOURCE = 50
LONGEST_DOCUMENT = 120


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """Ids by code."""

    tags: Mapping[str, int]
    social_groups: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A social group and the document that the previous system has seen."""

    group_id: int
    document: str
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class RowAttributes:
    source: str = ""
    tag_ids: tuple[int, ...] = ()
    group: RowGroup | None = None


def read_known_codes() -> KnownCodes:
    """Two queries."""
    return KnownCodes(
        tags=dict(Tag.objects.values_list("code", "id")),
        social_groups=dict(SocialGroup.objects.values_list("code", "id")),
    )


def read_row_attributes(reader: RowCells, *, known: KnownCodes) -> RowAttributes:
    """Faults stay with the reader."""
    return RowAttributes(
        source=reader.read("source", cells.read_slug, empty="", longest=LONGEST_SOURCE),
        tag_ids=_tags(reader, known=known),
        group=_group(reader, known=known),
    )


def _tags(reader: RowCells, *, known: KnownCodes) -> tuple[int, ...]:
    codes = list(dict.fromkeys(code.strip() for code in reader.row["tags"].split(",") if code.strip()))
    for code in codes:
        if code not in known.tags:
            reader.refuse("tags", "unknown_tag", found=code[:40])
    return tuple(known.tags[code] for code in codes if code in known.tags)


def _group(reader: RowCells, *, known: KnownCodes) -> RowGroup | None:
    code = reader.row["social_group"]
    document = reader.read("social_group_document", cells.read_name, empty="", longest=LONGEST_DOCUMENT)
    valid_until = reader.read("social_group_until", cells.read_day, empty=None)
    if code and code not in known.social_groups:
        reader.refuse("social_group", "unknown_social_group", found=code[:40])
    elif code and not reader.row["social_group_document"]:
        reader.refuse("social_group_document", "group_without_document")
    elif not code and (document or valid_until):
        reader.refuse("social_group", "missing")
    elif code and document:
        return RowGroup(known.social_groups[code], document, valid_until)
    return None
