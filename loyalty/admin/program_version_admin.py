"""Versions of the program: what they say, and what each says differently from the one that it replaces."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.admin_pages import FactAdmin
from loyalty.models import ProgramVersion
from loyalty.program.comparison import Change, compare_versions
from loyalty.program.files import document_text
from loyalty.program.names import read_names
from loyalty.program.sentences import Reader, tell_program
from loyalty.program.versions import replaced_by


@admin.register(ProgramVersion)
class ProgramVersionAdmin(FactAdmin):
    list_display = ("number", "title", "status", "starts_at", "published_at", "published_by")
    list_filter = ("status",)
    list_select_related = ("published_by",)
    ordering = ("-number",)
    fields = (
        "number", "title", "status", "starts_at",
        "created_at", "created_by", "published_at", "published_by",
        "in_words", "changes", "rules",
    )  # fmt: skip
    readonly_fields = ("in_words", "changes", "rules")

    @admin.display(description=_("in plain words"))
    def in_words(self, version: ProgramVersion) -> SafeString:
        names = read_names(version.document)
        sentences = tell_program(version.document, names=names, reader=Reader.STAFF)
        items = format_html_join("", "<li>{}</li>", ((sentence.full_text,) for sentence in sentences))
        return format_html("<ol>{}</ol>", items)

    @admin.display(description=_("what it changes"))
    def changes(self, version: ProgramVersion) -> SafeString | str:
        """Against the version before it; of one that is not published, against the version in force."""
        old = replaced_by(version, at=clock.now())
        if old is None:
            return "—"
        changes = compare_versions(old, version)
        if not changes:
            return _("It says the same as version %(number)s.") % {"number": old.number}
        items = format_html_join("", "<li>{}</li>", ((_lines(change),) for change in changes))
        title = _("Compared with version %(number)s:") % {"number": old.number}
        return format_html("<p>{}</p><ul>{}</ul>", title, items)

    @admin.display(description=_("document"))
    def rules(self, version: ProgramVersion) -> SafeString:
        """As the file that `program export` writes; JSON field widgets would hide the Russian titles."""
        return format_html("<pre>{}</pre>", document_text(version.document))


def _lines(change: Change) -> SafeString:
    return format_html_join("", "<div>{}</div>", ((line,) for line in change.lines))
