"""Composes the admin: which site it is and which stock sections the portal leaves out."""

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from clinics.roles import sync_roles

# Roles are written in code; one-time codes, addresses of patients and keys of phones are nobody's to see.
NOT_SHOWN = (
    "auth.Group",
    "account.EmailAddress",
    "account.EmailConfirmation",
    "otp_totp.TOTPDevice",
    "otp_static.StaticDevice",
    "django_celery_beat.ClockedSchedule",
    "django_celery_beat.SolarSchedule",
)


class ProjectConfig(AppConfig):
    name = "config"
    verbose_name = _("Portal")

    def ready(self) -> None:
        # The last app that Django makes permissions for: the roles get theirs once, when all exist.
        last = [app for app in apps.get_app_configs() if app.models_module][-1]
        post_migrate.connect(sync_roles, sender=last, dispatch_uid="clinics.sync_roles")


class PortalAdminConfig(admin_apps.AdminConfig):
    default = False  # `config` itself is ProjectConfig; this one stands in the place of django.contrib.admin
    default_site = "config.admin_site.PortalAdminSite"

    def ready(self) -> None:
        super().ready()
        for label in NOT_SHOWN:
            model = apps.get_model(label)
            if admin.site.is_registered(model):
                admin.site.unregister(model)
        _register_schedule()


def _register_schedule() -> None:
    # Its base reads models: they are all there only now.
    from config.schedule_admin import ScheduleAdmin  # noqa: PLC0415

    tasks = apps.get_model("django_celery_beat.PeriodicTask")
    admin.site.unregister(tasks)
    admin.site.register(tasks, ScheduleAdmin)
