"""The patient's own data: to read on a page, or as a file for another program."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from clinics.calendar import local_date
from patients.cabinet.access import patient_page
from patients.cabinet.data_table import Table, Value
from patients.cabinet.own_data import own_data
from patients.models import Patient


@require_safe
@patient_page
def show_data(request: HttpRequest, patient: Patient) -> HttpResponse:
    zone = patient.home_clinic.tz
    tables = [_worded(table, zone) for table in own_data(patient) if table.rows]
    return render(request, "cabinet/own_data.html", {"person": tables[0], "tables": tables[1:]})


@require_safe
@patient_page
def download_data(_request: HttpRequest, patient: Patient) -> HttpResponse:
    """JSON with moments in UTC and sums in roubles."""
    person, *tables = own_data(patient)
    data = {person.code: person.as_records()[0]} | {table.code: table.as_records() for table in tables}
    response = JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return response


def _worded(table: Table, zone: ZoneInfo) -> dict[str, object]:
    columns = [column.title for column in table.columns]
    rows = [
        [(title, _text(value, zone)) for title, value in zip(columns, row, strict=True) if value not in (None, "")]
        for row in table.rows
    ]
    return {"code": table.code, "title": table.title, "rows": rows}


def _text(value: Value, zone: ZoneInfo) -> str:
    match value:
        case bool():
            return _("yes") if value else _("no")
        case datetime():
            return f"{local_date(value, zone):%d.%m.%Y}"
        case date():
            return f"{value:%d.%m.%Y}"
    return str(value)
