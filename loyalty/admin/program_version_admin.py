"""Versions of the program: looked at here, changed by `manage.py program` until they have forms of their own."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import FactAdmin
from loyalty.models import ProgramVersion
from loyalty.program.files import document_text


@admin.register(ProgramVersion)
class ProgramVersionAdmin(FactAdmin):
    list_display = ("number", "title", "status", "starts_at", "published_at", "published_by")
    list_filter = ("status",)
    list_select_related = ("published_by",)
    ordering = ("-number",)
    fields = (
        "number", "title", "status", "starts_at",
        "created_at", "created_by", "published_at", "published_by", "rules",
    )  # fmt: skip
    readonly_fields = ("rules",)

    @admin.display(description=_("document"))
    def rules(self, version: ProgramVersion) -> SafeString:
        """As the file that `program export` writes; JSON field widgets would hide the Russian titles."""
        return format_html("<pre>{}</pre>", document_text(version.document))
