"""Staff: who works where. What they may do comes from the role of their log-in alone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import ForeignKey, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_history import HistoryAdmin
from clinics.admin_pages import OwnClinicsAdmin
from clinics.models import StaffMember
from clinics.scope import clinics_of
from patients.phone import normalise_phone


class StaffMemberForm(forms.ModelForm):
    def clean_phone(self) -> str:
        typed: str = self.cleaned_data["phone"]
        phone = normalise_phone(typed) if typed else ""
        if phone is None:
            raise forms.ValidationError(
                _("This is not a whole phone number. Write it like +7 916 123-45-67."), code="phone"
            )
        return phone


@admin.register(StaffMember)
class StaffMemberAdmin(HistoryAdmin, OwnClinicsAdmin):
    title_add = _("New staff member")
    form = StaffMemberForm
    list_display = ("__str__", "home_clinic")
    list_select_related = ("user", "home_clinic")
    search_fields = ("user__username", "user__last_name")
    autocomplete_fields = ("user",)
    ordering = ("user__username", "id")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMember]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(home_clinic__in=clinics_of(request.user).values("pk"))

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "home_clinic":
            kwargs["queryset"] = clinics_of(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
