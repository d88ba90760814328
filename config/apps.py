"""Composes the admin: which site it is and which stock sections the portal leaves out."""

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _
from django_celery_beat.apps import BeatConfig

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


class ScheduleConfig(BeatConfig):
    """The scheduler under the name that the clinic's pages give it."""

    default = False
    verbose_name = _("Schedule")


def _register_schedule() -> None:
    # Their bases read models: they are all there only now.
    from config.schedule_admin import HoursAdmin, ScheduleAdmin  # noqa: PLC0415

    for label, page in (("PeriodicTask", ScheduleAdmin), ("CrontabSchedule", HoursAdmin)):
        model = apps.get_model(f"django_celery_beat.{label}")
        admin.site.unregister(model)
        admin.site.register(model, page)
