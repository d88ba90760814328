"""Source channels of the person's own clinics, with the link, the QR, and a poster and leaflets to print."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.admin_pages import OwnClinicsAdmin, OwnClinicsFilter
from clinics.qr_codes import qr_svg
from clinics.scope import clinics_of
from loyalty.program.poster_lines import find_poster_lines
from patients.models import SourceChannel
from patients.share_links import channel_link, without_scheme

# Four leaflets are cut out of one sheet of A4.
SHEETS = {"poster": range(1), "leaflet": range(4)}


class ChannelClinicFilter(OwnClinicsFilter):
    field = "clinics"


@admin.register(SourceChannel)
class SourceChannelAdmin(OwnClinicsAdmin):
    title_add = _("New source channel")
    list_display = ("name", "kind", "link", "to_print", "is_active")
    list_filter = ("is_active", "kind", ChannelClinicFilter)
    search_fields = ("name", "=code")
    prepopulated_fields = {"code": ("name",)}
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
        return (*own, "link", "qr", "to_print") if obj else own

    def get_readonly_fields(self, request: HttpRequest, obj: SourceChannel | None = None) -> Any:
        return ("code", "link", "qr", "to_print") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: SourceChannel | None = None) -> Any:
        may_type_code = obj is None and self.has_add_permission(request)
        return super().get_prepopulated_fields(request, obj) if may_type_code else {}

    def has_delete_permission(self, request: HttpRequest, obj: SourceChannel | None = None) -> bool:
        """Patients and receipts keep the code for ever: a channel is closed, not deleted."""
        return False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.sheet_view)
        sheets = [
            path(f"<path:object_id>/{name}/", view, {"sheet": name}, name=f"patients_sourcechannel_{name}")
            for name in SHEETS
        ]
        return [*sheets, *super().get_urls()]

    def sheet_view(self, request: HttpRequest, object_id: str, sheet: str) -> HttpResponse:
        channel = self.get_object(request, unquote(object_id))
        if channel is None or not self.has_view_permission(request, channel):
            raise Http404
        link = channel_link(channel.code)
        context = {
            "channel": channel,
            "sheet": sheet,
            "copies": SHEETS[sheet],
            "lines": find_poster_lines(at=clock.now()),
            "qr": qr_svg(link),
            "shown_link": without_scheme(link),
            "clinics": channel.clinics.filter(is_active=True).order_by("name", "id"),
        }
        return render(request, "admin/patients/sourcechannel/sheet.html", context)

    @admin.display(description=_("to print"))
    def to_print(self, channel: SourceChannel) -> SafeString:
        addresses = [reverse(f"admin:patients_sourcechannel_{name}", args=[channel.pk]) for name in SHEETS]
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            addresses[0],
            _("Poster, A4"),
            addresses[1],
            _("Leaflets, four on a sheet"),
        )

    @admin.display(description=_("link"))
    def link(self, channel: SourceChannel) -> SafeString:
        return format_html('<a href="{0}">{0}</a>', channel_link(channel.code))

    @admin.display(description=_("QR of the link"))
    def qr(self, channel: SourceChannel) -> SafeString:
        return format_html('<div class="channel-qr">{}</div>', qr_svg(channel_link(channel.code)))
