"""Log-ins of the staff: their role, whether they work here still, and how they get in."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm, UserCreationForm
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ManyToManyField, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.admin.staff_access import access_page
from clinics.admin_pages import PortalAdmin
from clinics.roles import OWNER, PERMISSIONS_BY_ROLE, ROLE_TITLES
from clinics.scope import clinics_of
from clinics.staff_access import note_password, note_rights

admin.site.unregister(User)


class StaffUserForm(UserChangeForm):
    def clean(self) -> dict[str, Any]:
        """Somebody must be left who can give roles."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        stays_owner = cleaned.get("is_active") and any(group.name == OWNER for group in cleaned.get("groups", ()))
        if not stays_owner and self._is_last_owner():
            raise ValidationError(
                _("This is the only owner. Make somebody else an owner first."), code="last_owner"
            )
        return cleaned

    def _is_last_owner(self) -> bool:
        owners = User.objects.filter(groups__name=OWNER, is_active=True)
        return owners.filter(pk=self.instance.pk).exists() and not owners.exclude(pk=self.instance.pk).exists()


class RoleField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Group) -> str:
        return capfirst(str(ROLE_TITLES[obj.name]))


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, capfirst(str(title))) for name, title in ROLE_TITLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class StaffUserAdmin(UserAdmin, PortalAdmin):
    """Log-ins of the staff only: a patient's cabinet user is never seen or edited here."""

    form = StaffUserForm
    # The stock one asks besides whether there is a password at all: here everybody logs in by one.
    add_form = UserCreationForm
    list_display = ("username", "last_name", "first_name", "role", "is_active")
    list_filter = ("is_active", RoleFilter)
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
                    "password1",
                    "password2",
                )
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows = super().get_queryset(request).filter(is_staff=True).prefetch_related("groups")
        if request.user.is_superuser:
            return rows
        own = Q(staff_member__home_clinic__in=clinics_of(request.user).values("pk"))
        # A log-in without a work place yet is whoever's comes to give it one.
        return rows.filter(own | Q(staff_member=None), is_superuser=False)

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
            kwargs |= {
                "queryset": Group.objects.filter(name__in=PERMISSIONS_BY_ROLE).order_by("name"),
                "form_class": RoleField,
                "label": _("Role"),
                "help_text": _("What the person may do. Where they work is said on the page of the staff."),
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    @admin.display(description=_("role"))
    def role(self, person: User) -> str:
        return ", ".join(str(ROLE_TITLES.get(group.name, group.name)) for group in person.groups.all())

    def get_urls(self) -> list[URLPattern]:
        access = path(
            "<path:object_id>/access/", self.admin_site.admin_view(self.access_view), name="auth_user_access"
        )
        return [access, *super().get_urls()]

    def access_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        person = self.get_object(request, unquote(object_id))
        if not isinstance(request.user, User) or not self.has_change_permission(request, person):
            raise PermissionDenied
        if person is None:
            raise Http404
        return access_page(request, person=person, actor=request.user, site=self.admin_site)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        if not change:
            obj.is_staff = True
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Other rights begin with another log-in: what is open on the screens of the person ends at once."""
        super().save_related(request, form, formsets, change)
        if isinstance(request.user, User) and {"is_active", "groups"} & set(form.changed_data):
            own_key = request.session.session_key if form.instance == request.user else None
            note_rights(person=form.instance, actor=request.user, at=clock.now(), except_key=own_key)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
            person = User.objects.get(pk=unquote(id))
            assert isinstance(request.user, User)  # noqa: S101  # the stock page lets nobody else through
            own_key = request.session.session_key if person == request.user else None
            note_password(person=person, actor=request.user, at=clock.now(), except_key=own_key)
        return response
