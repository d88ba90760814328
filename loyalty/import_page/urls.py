"""Addresses of the imports; they live in the admin's namespace."""

from django.urls import path

from loyalty.import_page import run_views, upload_views
from loyalty.models import ImportRun

KINDS = (
    ("patients", ImportRun.Kind.PATIENTS),
    ("receipts", ImportRun.Kind.RECEIPTS),
    ("prices", ImportRun.Kind.PRICES),
)

urlpatterns = [
    path("", upload_views.imports, name="imports"),
    *(path(f"{word}/", upload_views.new_import, {"kind": kind}, name=f"import_{word}") for word, kind in KINDS),
    *(
        path(f"{word}/sample/", upload_views.sample_file, {"kind": kind}, name=f"import_{word}_sample")
        for word, kind in KINDS
    ),
    path("run/<int:import_id>/", run_views.import_run, name="import_run"),
    path("run/<int:import_id>/write/", run_views.import_write, name="import_write"),
    path("run/<int:import_id>/discard/", run_views.import_discard, name="import_discard"),
    path("run/<int:import_id>/errors/", run_views.import_errors, name="import_errors"),
]
