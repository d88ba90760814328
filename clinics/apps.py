"""Registers the clinics app with Django."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ClinicsConfig(AppConfig):
    name = "clinics"
    verbose_name = _("Clinics")

    def ready(self) -> None:
        from clinics.roles import sync_roles  # noqa: PLC0415  # models are not loaded before ready()

        post_migrate.connect(sync_roles, dispatch_uid="clinics.sync_roles")
