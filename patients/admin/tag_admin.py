"""Tags and social groups: the words that rules and segments may use of a patient."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import PortalAdmin
from patients.models import SocialGroup, Tag


@admin.register(Tag)
class TagAdmin(PortalAdmin):
    title_add = _("New tag")
    list_display = ("name", "code", "kind")
    list_filter = ("kind",)
    search_fields = ("name", "=code")
    prepopulated_fields = {"code": ("name",)}
    ordering = ("name", "id")


@admin.register(SocialGroup)
class SocialGroupAdmin(PortalAdmin):
    title_add = _("New social group")
    list_display = ("name", "name_en", "code")
    search_fields = ("name", "name_en", "=code")
    ordering = ("name", "id")
