"""What is asked before a file is looked through."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics.models import Clinic, ServiceCategory
from clinics.scope import clinics_of
from loyalty.import_page.kinds import ImportKind
from loyalty.imports.runs.asking import NewImport
from loyalty.models import ImportRun, ProgramVersion
from loyalty.program.new_codes import latin_slug

MOST_MEGABYTES = 20
LONGEST_SOURCE = 40


class FileForm(forms.Form):
    """The file; subclasses ask where its rows go."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Choose another one."),
            "max_length": gettext_lazy("The name of the file is too long. Rename it."),
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > MOST_MEGABYTES << 20:
            text = _("The file is larger than %(limit)s MB. Split it into several.")
            raise forms.ValidationError(text % {"limit": MOST_MEGABYTES})
        return file


class PeopleForm(FileForm):
    """Patients and receipts: which clinic, from where, by which version of the program."""

    clinic = forms.ModelChoiceField(
        queryset=Clinic.objects.none(),
        label=gettext_lazy("Clinic"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose the clinic."),
            "invalid_choice": gettext_lazy("Choose the clinic."),
        },
    )
    source = forms.CharField(
        label=gettext_lazy("Where the file comes from"),
        max_length=LONGEST_SOURCE,
        help_text=gettext_lazy(
            "The name of the previous program, always the same one: by it and the key a patient is recognised"
            " the next time."
        ),
        error_messages={"required": gettext_lazy("Name the program that the file comes from.")},
    )
    program = forms.ModelChoiceField(
        queryset=ProgramVersion.objects.none(),
        label=gettext_lazy("By which version of the program"),
        empty_label=None,
        error_messages={
            "required": gettext_lazy("Choose a version of the program."),
            "invalid_choice": gettext_lazy("Choose a version of the program."),
        },
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["clinic"].queryset = clinics_of(user)  # type: ignore[attr-defined]
        published = ProgramVersion.objects.exclude(status=ProgramVersion.Status.DRAFT)
        self.fields["program"].queryset = published.defer("document").order_by("-number")  # type: ignore[attr-defined]
        self.fields["program"].label_from_instance = _version_label  # type: ignore[attr-defined]
        self.order_fields(["file", "clinic", "source", "program"])

    def clean_source(self) -> str:
        slug = latin_slug(self.cleaned_data["source"])
        if not slug:
            raise forms.ValidationError(_("Name the program that the file comes from, by letters or digits."))
        return slug[:LONGEST_SOURCE]

    def new_import(self, kind: ImportKind) -> NewImport:
        data = self.cleaned_data
        return NewImport(
            kind=kind.kind,
            file_name=data["file"].name,
            content=data["file"].read(),
            clinic=data["clinic"],
            source=data["source"],
            program_version=data["program"],
        )


class PricesForm(FileForm):
    """The price list belongs to the whole network."""

    creates_categories = forms.BooleanField(
        required=False,
        label=gettext_lazy("Create categories that are not there yet"),
        help_text=gettext_lazy("Without the tick a row with an unknown category is left out as an error."),
    )

    def __init__(self, *args: Any, user: User, **options: Any) -> None:
        super().__init__(*args, **options)
        # A new clinic has no categories at all; later an unknown one is rather a slip of the pen.
        self.fields["creates_categories"].initial = not ServiceCategory.objects.exists()

    def new_import(self, kind: ImportKind) -> NewImport:
        data = self.cleaned_data
        return NewImport(
            kind=kind.kind,
            file_name=data["file"].name,
            content=data["file"].read(),
            creates_categories=data["creates_categories"],
        )


FORMS: dict[str, type[PeopleForm] | type[PricesForm]] = {
    ImportRun.Kind.PATIENTS: PeopleForm,
    ImportRun.Kind.RECEIPTS: PeopleForm,
    ImportRun.Kind.PRICES: PricesForm,
}


def _version_label(version: ProgramVersion) -> str:
    return _("%(title)s, version %(number)s") % {"title": version.title, "number": version.number}
