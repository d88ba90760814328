"""Clinics: each person sees and edits their own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from clinics.first_owner import work_at_new_clinic
from clinics.models import Clinic


@admin.register(Clinic)
class ClinicAdmin(PortalAdmin):
    title_add = _("New clinic")
    list_display = ("name", "city", "timezone", "phone", "is_active")
    search_fields = ("name", "city", "=code")
    prepopulated_fields = {"code": ("name",)}
    ordering = ("name", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clinic]:
        rows = super().get_queryset(request)
        # Closed clinics stay visible to those who worked there: their receipts do.
        return rows if request.user.is_superuser else rows.filter(staff__user=request.user.pk)

    def save_model(self, request: HttpRequest, obj: Clinic, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change and isinstance(request.user, User):
            work_at_new_clinic(user=request.user, clinic=obj)
