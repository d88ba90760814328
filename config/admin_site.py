"""The admin of the portal: stock Django with the desk mounted in it and a calm order of sections."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from clinics import clock
from clinics.admin_sections import open_sections
from clinics.staff_login import pending, phone_views, views
from clinics.staff_login.form import StaffLoginForm
from config.first_steps import first_steps
from loyalty.calls.listing import count_today


class PortalAdminSite(admin.AdminSite):
    site_title = _("Clinic loyalty")
    site_header = _("Clinic · Loyalty")
    index_title = _("All sections")
    site_url = None
    empty_value_display = "—"
    login_form = StaffLoginForm

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff whose log-in is complete: every page of the admin, the desk and the program asks this."""
        return super().has_permission(request) and pending.has_passed(request)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        own: list[URLResolver | URLPattern] = [
            path("desk/", include("loyalty.desk.urls")),
            path("program/", include("loyalty.program_page.urls")),
            path("reports/", include("loyalty.reports_page.urls")),
            path("import/", include("loyalty.import_page.urls")),
            path("activity/", include("loyalty.admin.urls")),
            path("login/code/", views.second_step_page, name="second_step"),
            path("login/phone/", phone_views.phone_page, name="second_step_phone"),
        ]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"desk_url": reverse("admin:desk")}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """With what a new clinic has still to do, for those who open it, and whom to call today."""
        own: dict[str, Any] = {}
        if isinstance(request.user, User):
            own["first_steps"] = first_steps(request.user)
            own["calls"] = count_today(request.user, at=clock.now())
        return super().index(request, own | (extra_context or {}))

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The stock page; what follows the right password is `StaffLoginView`'s to say."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index"))
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, reverse("admin:index")),
            **(extra_context or {}),
        }
        show = views.StaffLoginView.as_view(
            extra_context=context, authentication_form=self.login_form, template_name="admin/login.html"
        )
        return cast(HttpResponse, show(request))

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        return open_sections(self, request, app_label)

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        sections = self.get_app_list(request, app_label)
        own = {"title": sections[0]["name"]} if sections else {}
        return super().app_index(request, app_label, own | (extra_context or {}))
