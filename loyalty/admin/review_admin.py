"""Reviews as facts, and the places where patients may leave them."""

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import OwnClinicsFilter, PortalAdmin, only_own_clinics
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import Review, ReviewPlatform


@admin.register(Review)
class ReviewAdmin(SearchedByPatient):
    """Read-only: they are decided on on a page of their own."""

    list_display = ("id", "at", "patient", "clinic", "platform", "stars", "status", "points", "decided_by")
    list_filter = (OwnClinicsFilter, "status", "stars")
    list_select_related = ("patient", "clinic", "platform", "decided_by")
    ordering = ("-id",)
    fields = (
        "patient", "clinic", "platform", "stars", "text", "at", "status", "decided_by", "decided_at", "reason",
        "points",
    )  # fmt: skip
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Review]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="clinic")


@admin.register(ReviewPlatform)
class ReviewPlatformAdmin(PortalAdmin):
    title_add = _("New place for reviews")
    title_change = _("Place for reviews")
    list_display = ("name", "code", "url", "is_open")
    ordering = ("name", "id")
    fields = ("name", "name_en", "code", "url", "is_open")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(self, request: HttpRequest, obj: ReviewPlatform | None = None) -> tuple[str, ...]:
        """Rules name the place by its code for ever."""
        return ("code",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: ReviewPlatform | None = None) -> bool:
        return False
