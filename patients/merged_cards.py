"""Cards that were merged into one, at any depth: what was written on them stayed there."""

from patients.models import Patient


def with_duplicates(patient_id: int) -> list[int]:
    """The card that stayed, then those merged into it. A query per level, at least one."""
    found = [patient_id]
    level = found
    while level:
        level = list(Patient.objects.filter(merged_into__in=level).values_list("pk", flat=True))
        found = found + level
    return found
