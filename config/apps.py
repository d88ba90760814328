"""Composes the admin: which site it is and which stock sections the portal leaves out."""

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _

# Roles are written in code; one-time codes and addresses of patients are nobody's to edit by hand.
NOT_SHOWN = (
    "auth.Group",
    "account.EmailAddress",
    "account.EmailConfirmation",
    "django_celery_beat.ClockedSchedule",
    "django_celery_beat.SolarSchedule",
)


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = _("Portal")


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False  # `config` itself is ProjectConfig; this one stands in the place of django.contrib.admin
    default_site = "config.admin_site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        for label in NOT_SHOWN:
            model = apps.get_model(label)
            if admin.site.is_registered(model):
                admin.site.unregister(model)
