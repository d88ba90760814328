"""Searches facts by the patient they belong to, with the desk's rules of finding."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.scope import clinics_of
from patients.search import active_patients, matching_patients

SEARCH_HELP = _("Patient's phone or its last 4 digits, card number, last name")


def facts_of_found_patients(
    *, request: HttpRequest, rows: QuerySet, text: str, patient_field: str, number_field: str = ""
) -> QuerySet:
    """Rows of the patients that the text means; a short number also means the row itself."""
    if not text.strip():
        return rows
    clinic_ids = list(clinics_of(request.user).values_list("pk", flat=True))
    people = matching_patients(text, rows=active_patients(), clinic_ids=clinic_ids)
    condition = Q(**{f"{patient_field}__in": people.values("pk")})
    number = text.strip()
    if number_field and number.isdecimal() and len(number) < 10:
        condition |= Q(**{number_field: int(number)})
    return rows.filter(condition)
