"""Names to choose from in the forms of the program. Each list is one query, made when a form asks for it."""

from collections.abc import Iterable
from functools import cached_property

from django.db import connection

from clinics.models import Clinic, Doctor, Service, ServiceCategory
from patients.models import SocialGroup, SourceChannel, Tag
from patients.models.source_channel import OWN_SOURCES

Choice = tuple[str, str]

# A step from one source to the next along the index: a distinct would read every patient.
SOURCES = """
    with recursive source as (
        (select source from patients_patient where source > '' order by source limit 1)
        union all
        select (select patient.source from patients_patient patient
                 where patient.source > source.source order by patient.source limit 1)
          from source where source.source is not null)
    select source from source where source is not null"""
INDENT = "— "


class Choices:
    """Codes with their names, sorted by name."""

    @cached_property
    def services(self) -> list[Choice]:
        return list(Service.objects.filter(is_active=True).order_by("name", "id").values_list("code", "name"))

    @cached_property
    def categories(self) -> list[Choice]:
        """Children stand under their parents."""
        rows = list(ServiceCategory.objects.order_by("name", "id").values_list("id", "parent_id", "code", "name"))
        children: dict[int | None, list[tuple[int, str, str]]] = {}
        for own_id, parent_id, code, name in rows:
            children.setdefault(parent_id, []).append((own_id, code, name))

        def walk(parent_id: int | None, depth: int) -> Iterable[Choice]:
            for own_id, code, name in children.get(parent_id, ()):
                yield code, INDENT * depth + name
                yield from walk(own_id, depth + 1)

        return list(walk(None, 0))

    @cached_property
    def doctors(self) -> list[Choice]:
        return list(Doctor.objects.filter(is_active=True).order_by("name", "id").values_list("code", "name"))

    @cached_property
    def clinics(self) -> list[Choice]:
        return list(Clinic.objects.filter(is_active=True).order_by("name", "id").values_list("code", "name"))

    @cached_property
    def tags(self) -> list[Choice]:
        return list(Tag.objects.order_by("name", "id").values_list("code", "name"))

    @cached_property
    def social_groups(self) -> list[Choice]:
        return [(group.code, str(group)) for group in SocialGroup.objects.order_by("name", "id")]

    @cached_property
    def sources(self) -> list[Choice]:
        """Channels by name, also those that nobody has come by yet, then what imports have brought."""
        names = {code: str(name) for code, name in OWN_SOURCES.items()}
        names |= dict(SourceChannel.objects.order_by("name", "id").values_list("code", "name"))
        with connection.cursor() as cursor:
            cursor.execute(SOURCES)
            found = {source: source for (source,) in cursor.fetchall()}
        return list((names | {code: code for code in found if code not in names}).items())
