"""All tasks of the call list, open and done, with what came of them. Read-only: they are worked on at the desk."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from clinics.admin_pages import FactInline, OwnClinicsFilter, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.calls.listing import visible_to
from loyalty.models import Call, CallTask


class CallInline(FactInline):
    model = Call
    fields = ("at", "outcome", "comment", "actor")
    readonly_fields = fields
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Call]:
        return super().get_queryset(request).select_related("actor")


@admin.register(CallTask)
class CallTaskAdmin(SearchedByPatient):
    inlines = (CallInline,)
    list_display = ("id", "created_at", "patient", "clinic", "kind", "due_date", "taken_by", "outcome", "done_at")
    list_filter = (OwnClinicsFilter, "kind", "outcome")
    list_select_related = ("patient", "clinic", "taken_by")
    ordering = ("-id",)
    fields = (
        "patient", "clinic", "kind", "words", "due_date", "created_at", "author", "taken_by", "outcome", "done_at",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallTask]:
        rows = only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")
        return rows.filter(visible_to(request.user))
