"""Searches facts by the patient they belong to, with the desk's rules of finding."""

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import FactAdmin, own_clinics
from patients.search import active_patients, matching_patients

SEARCH_HELP = _("Patient's phone or its last 4 digits, card number, last name")


def facts_of_found_patients(
    *, request: HttpRequest, rows: QuerySet, text: str, patient_field: str, number_field: str = ""
) -> QuerySet:
    """Rows of the patients that the text means; a short number also means the row itself."""
    if not text.strip():
        return rows
    clinic_ids = [clinic.pk for clinic in own_clinics(request)]
    people = matching_patients(text, rows=active_patients(), clinic_ids=clinic_ids)
    condition = Q(**{f"{patient_field}__in": people.values("pk")})
    number = text.strip()
    if number_field and number.isdecimal() and len(number) < 10:
        condition |= Q(**{number_field: int(number)})
    return rows.filter(condition)


class SearchedByPatient(FactAdmin):
    """A list of facts that is searched by whose they are. `number_field` is what a short number also means."""

    search_fields = ("id",)
    search_help_text = SEARCH_HELP
    patient_field = "patient"
    number_field = ""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        found = facts_of_found_patients(
            request=request,
            rows=queryset,
            text=search_term,
            patient_field=self.patient_field,
            number_field=self.number_field,
        )
        return found, False
