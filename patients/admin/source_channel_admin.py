"""Source channels of the person's own clinics, with the link and the QR to put on posters and into messages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import OwnClinicsAdmin, OwnClinicsFilter
from clinics.qr_codes import qr_svg
from clinics.scope import clinics_of
from patients.models import SourceChannel
from patients.share_links import channel_link


class ChannelClinicFilter(OwnClinicsFilter):
    field = "clinics"


@admin.register(SourceChannel)
class SourceChannelAdmin(OwnClinicsAdmin):
    title_add = _("New source channel")
    list_display = ("name", "kind", "link", "is_active")
    list_filter = ("is_active", "kind", ChannelClinicFilter)
    search_fields = ("name", "=code")
    prepopulated_fields = {"code": ("name",)}
    filter_horizontal = ("clinics",)
    ordering = ("name", "id")

    class Media:
        css = {"all": ("patients/channel.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceChannel]:
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        return rows.filter(clinics__in=clinics_of(request.user).values("pk")).distinct()

    def get_fields(self, request: HttpRequest, obj: SourceChannel | None = None) -> Any:
        own = ("name", "code", "kind", "clinics", "is_active")
        return (*own, "link", "qr") if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: SourceChannel | None = None) -> Any:
        return ("code", "link", "qr") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: SourceChannel | None = None) -> Any:
        may_type_code = obj is None and self.has_add_permission(request)
        return super().get_prepopulated_fields(request, obj) if may_type_code else {}

    def has_delete_permission(self, request: HttpRequest, obj: SourceChannel | None = None) -> bool:
        """Patients and receipts keep the code for ever: a channel is closed, not deleted."""
        return False

    @admin.display(description=_("link"))
    def link(self, channel: SourceChannel) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', channel_link(channel.code))

    @admin.display(description=_("QR of the link"))
    def qr(self, channel: SourceChannel) -> SafeString:
        return format_html('<div class="channel-qr">{}</div>', qr_svg(channel_link(channel.code)))
