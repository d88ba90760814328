"""Addresses of the program's pages; they live in the admin's namespace."""

from django.urls import path

from loyalty.program_page import (
    draft_views,
    editing_views,
    moves_views,
    publish_views,
    trial_views,
    version_views,
    what_if_views,
)

urlpatterns = [
    path("", version_views.program, name="program"),
    path("new/", draft_views.program_new, name="program_new"),
    path("import/", draft_views.program_import, name="program_import"),
    path("<int:number>/", version_views.program_version, name="program_version"),
    path("<int:number>/file/", draft_views.program_export, name="program_export"),
    path("<int:number>/archive/", draft_views.program_archive, name="program_archive"),
    path("<int:number>/publish/", publish_views.program_publish, name="program_publish"),
    path("<int:number>/moves/", moves_views.program_moves, name="program_moves"),
    path("<int:number>/try/", trial_views.program_try, name="program_try"),
    path("<int:number>/what-if/", what_if_views.program_what_if, name="program_what_if"),
    path("<int:number>/what-if/<int:run_id>/", what_if_views.program_what_if_run, name="program_what_if_run"),
    path("<int:number>/what-if/<int:run_id>/xlsx/", what_if_views.what_if_xlsx, name="program_what_if_xlsx"),
    path("<int:number>/part/<slug:slug>/", editing_views.program_part, name="program_part"),
    path("<int:number>/<slug:kind>/<slug:code>/", editing_views.program_rule, name="program_rule"),
]
