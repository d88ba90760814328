"""The list of patients and the patient's card."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.models import User
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalChanges, ModelChange

from clinics import clock
from clinics.admin_history import HistoryAdmin, ReadableChanges
from clinics.admin_pages import FactInline, OwnClinicsFilter, only_own_clinics
from clinics.scope import clinics_of
from patients.admin.card_facts import read_card_facts
from patients.admin.dialogs import DIALOGS, dialogs_for
from patients.admin.patient_form import PatientForm
from patients.admin.points_block import read_points_block
from patients.admin.social_group_inline import SocialGroupInline, save_social_groups
from patients.cabinet_sessions import end_cabinet_sessions
from patients.card_numbers import format_card
from patients.models import Card, ConsentRecord, Patient, SocialGroupRecord
from patients.phone import mask_phone
from patients.search import matching_patients
from patients.source_titles import source_title


class HomeClinicFilter(OwnClinicsFilter):
    title = _("home clinic")
    parameter_name = "home_clinic"
    field = "home_clinic"


class CardInline(FactInline):
    model = Card
    template = "admin/patients/patient/cards_inline.html"
    fields = ("number_in_groups", "status", "issued_at", "closed_at", "close_reason")
    readonly_fields = fields
    ordering = ("-id",)

    @admin.display(description=_("number"))
    def number_in_groups(self, card: Card) -> str:
        return str(card)


class ConsentInline(FactInline):
    model = ConsentRecord
    template = "admin/patients/patient/consents_inline.html"
    fields = ("kind", "channel", "granted", "at", "source", "actor", "reason")
    readonly_fields = fields
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentRecord]:
        return super().get_queryset(request).select_related("actor")


class MaskedChanges(ReadableChanges):
    """Changes of a patient as the history shows them: a phone in full is looked up at the desk, under audit."""

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> Any:
        shown = mask_phone(value or "") if change.field == "phone" else value
        return super().prepare_delta_change_value(change, shown)


@admin.register(Patient)
class PatientAdmin(HistoryAdmin):
    title_add = _("Register a patient")
    import_page = "import_patients"
    import_permissions = ("loyalty.import_people",)
    title_change = _("Patient's card")
    form = PatientForm
    inlines = (SocialGroupInline, CardInline, ConsentInline)
    list_display = ("full_name_shown", "phone_shown", "card_shown", "status", "home_clinic")
    list_filter = ("status", HomeClinicFilter)
    list_select_related = ("home_clinic",)
    search_fields = ("name_key",)
    search_help_text = _("Phone or its last 4 digits, card number, last name")
    ordering = ("name_key", "id")
    autocomplete_fields = ("household", "tags")
    readonly_fields = ("phone_shown", "status", "joined_at", "home_clinic", "came_by", "created_at")
    fieldsets = (
        (_("Contacts"), {
            "fields": (
                ("last_name", "first_name", "middle_name"), ("phone_shown", "new_phone"),
                ("email", "preferred_channel", "language"), ("birth_date", "sex"), "note",
            ),
        }),
        (_("Programme"), {"fields": (("status", "joined_at"), ("home_clinic", "came_by"), "household", "tags")}),
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Patient]:
        card = Card.objects.filter(patient=OuterRef("pk"), status=Card.Status.ACTIVE)
        rows = super().get_queryset(request).filter(merged_into=None, erased_at=None)
        rows = rows.annotate(card_number=Subquery(card.values("number")[:1]))
        return only_own_clinics(request=request, rows=rows, field="home_clinic")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        """The desk's rules of finding, with pages instead of the desk's ten."""
        if not search_term.strip():
            return queryset, False
        return matching_patients(search_term, rows=queryset), False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """There is one way to register a person, the desk's: with consents, a card and an account."""
        return HttpResponseRedirect(reverse("admin:desk_register"))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.dialog_view)
        dialogs = [
            path(f"<path:object_id>/{name}/", view, {"dialog": name}, name=f"patients_patient_{name}")
            for name in DIALOGS
        ]
        return [*dialogs, *super().get_urls()]

    def dialog_view(self, request: HttpRequest, object_id: str, dialog: str) -> HttpResponse:
        patient = self.get_object(request, unquote(object_id))
        if patient is None or not self.has_view_permission(request, patient):
            raise Http404
        return DIALOGS[dialog].show(request, patient=patient, site=self.admin_site)

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: HistoricalChanges
    ) -> ReadableChanges:
        return MaskedChanges(self.model, historical_record)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(  # noqa: PLR0917  # Django's own signature
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Patient | None = None,
    ) -> HttpResponse:
        context["show_save_and_add_another"] = False
        if obj is not None:
            at = clock.now()
            points = read_points_block(patient=obj, at=at)
            context |= {
                "points": points,
                "facts": read_card_facts(
                    patient=obj,
                    at=at,
                    clinic_ids=frozenset(clinics_of(request.user).values_list("pk", flat=True)),
                ),
                "dialogs": dialogs_for(request.user, patient=obj, points=points),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def save_model(self, request: HttpRequest, obj: Patient, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if form.cleaned_data.get("new_phone"):
            # The old number may be somebody else's by now.
            end_cabinet_sessions(obj)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if formset.model is SocialGroupRecord and isinstance(request.user, User):
            save_social_groups(formset, actor=request.user)
        else:
            super().save_formset(request, form, formset, change)

    @admin.display(description=_("patient"), ordering="name_key")
    def full_name_shown(self, patient: Patient) -> str:
        return str(patient)

    @admin.display(description=_("source"))
    def came_by(self, patient: Patient) -> str:
        return source_title(patient.source)

    @admin.display(description=_("phone"), empty_value="—")
    def phone_shown(self, patient: Patient) -> str:
        return patient.masked_phone

    @admin.display(description=_("card"), empty_value="—")
    def card_shown(self, patient: Patient) -> str:
        number: str = getattr(patient, "card_number", None) or ""
        return format_card(number)
