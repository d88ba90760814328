"""The admin of the portal: stock Django with the desk mounted in it and a calm order of sections."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _

from config.staff_login import StaffLoginForm

# Whoever may look at clinics runs the settings; the reception does not.
SETTINGS_PERMISSION = "clinics.view_clinic"
DESK_PERMISSION = "loyalty.use_desk"
APP_ORDER = ("patients", "loyalty", "notifications", "clinics", "auth", "django_celery_beat")


class PortalAdminSite(admin.AdminSite):
    site_title = _("Clinic loyalty")
    site_header = _("Clinic · Loyalty")
    index_title = _("All sections")
    site_url = None
    login_form = StaffLoginForm

    def get_urls(self) -> list[URLResolver | URLPattern]:
        own = [path("desk/", include("loyalty.desk.urls")), path("program/", include("loyalty.program_page.urls"))]
        return [*own, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return super().each_context(request) | {"desk_url": reverse("admin:desk")}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Those who work at the desk land on it; an address they were on the way to comes first."""
        response = super().login(request, extra_context)
        is_going_home = isinstance(response, HttpResponseRedirect) and response.url == reverse("admin:index")
        if is_going_home and works_at_the_desk(request):
            return HttpResponseRedirect(reverse("admin:desk"))
        return response

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: _place(app["app_label"]))


def works_at_the_desk(request: HttpRequest) -> bool:
    """The desk is the person's first work place: they may use it and do not run the settings."""
    user = request.user
    return user.has_perm(DESK_PERMISSION) and not user.has_perm(SETTINGS_PERMISSION)


def _place(app_label: str) -> int:
    return APP_ORDER.index(app_label) if app_label in APP_ORDER else len(APP_ORDER)
