"""Marketing spend from a file: a table of months, channels and sums, written whole or not at all."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics import clock
from clinics.admin_pages import own_clinics
from loyalty.imports.faults import FileRefused
from loyalty.imports.spend_import import COLUMNS, SpendRefused, import_spend
from loyalty.imports.stored_file import UploadedTable
from loyalty.imports.texts import reason_of, refusal_of

PERMISSIONS = ("loyalty.add_marketingspend", "loyalty.change_marketingspend")
MOST_BYTES = 1_000_000
# Whoever has more wrong rows sees the rest at the next try.
MOST_FAULTS = 20


class SpendFileForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("CSV or .xlsx, up to 1 MB; months as 01.11.2026.")
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB. Split it."))
        return file


def spend_import(request: HttpRequest) -> HttpResponse:
    """Rows of the person's own clinics and of the whole network."""
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    is_sent = request.method == "POST"
    form = SpendFileForm(request.POST, request.FILES) if is_sent else SpendFileForm()
    if form.is_valid() and _import(request, form):
        return redirect("admin:loyalty_marketingspend_changelist")
    context = {
        "title": _("Marketing spend from a file"),
        "form": form,
        "columns": [(column.code, column.synonyms[0]) for column in COLUMNS],
    }
    return render(
        request, "loyalty/admin/spend_import.html",
        {**admin.site.each_context(request), "is_nav_sidebar_enabled": False, **context},
        status=422 if form.errors else 200,
    )  # fmt: skip


def _import(request: HttpRequest, form: SpendFileForm) -> bool:
    table = UploadedTable(form.cleaned_data["file"].read())
    try:
        number = import_spend(table, clinics=own_clinics(request), actor=request.user, at=clock.now())  # type: ignore[arg-type]
    except FileRefused as refused:
        form.add_error("file", refusal_of(refused))
    except SpendRefused as refused:
        for fault in refused.faults[:MOST_FAULTS]:
            text = _("Row %(row)s, %(column)s: %(reason)s")
            form.add_error("file", text % {"row": fault.row, "column": fault.column, "reason": reason_of(fault)})
    else:
        text = ngettext("%(number)s sum has been written.", "%(number)s sums have been written.", number)
        messages.success(request, text % {"number": number})
    return not form.errors
