"""Staff: who works where, and their log-in. What they may do comes from the role alone."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import ForeignKey, ManyToManyField, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import BoundedPaginator, HistoryAdmin, OwnClinicsAdmin
from clinics.models import StaffMember
from clinics.roles import PERMISSIONS_BY_ROLE
from clinics.scope import clinics_of


@admin.register(StaffMember)
class StaffMemberAdmin(HistoryAdmin, OwnClinicsAdmin):
    title_add = _("New staff member")
    list_display = ("__str__", "home_clinic")
    list_select_related = ("user", "home_clinic")
    search_fields = ("user__username", "user__last_name")
    autocomplete_fields = ("user",)
    filter_horizontal = ("clinics",)
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


admin.site.unregister(User)


@admin.register(User)
class StaffUserAdmin(UserAdmin):
    """Log-ins of the staff only: a patient's cabinet user is never seen or edited here."""

    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    list_display = ("username", "last_name", "first_name", "is_active")
    list_filter = ("is_active", "groups")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("last_name", "first_name", "email")}),
        (_("Role"), {"fields": ("is_active", "groups")}),
    )
    filter_horizontal = ()
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    "username",
                    "last_name",
                    "first_name",
                    "groups",
                    "usable_password",
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows = super().get_queryset(request).filter(is_staff=True)
        return rows if request.user.is_superuser else rows.filter(is_superuser=False)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        context = {"title": _("Log-ins of the staff"), "title_add": _("New log-in")}
        return super().changelist_view(request, context | (extra_context or {}))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        context = {"title": _("Log-in") if object_id else _("New log-in")}
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = Group.objects.filter(name__in=PERMISSIONS_BY_ROLE).order_by("name")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)
