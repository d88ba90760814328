"""The catalogue of privileges, and the codes that patients have bought. Codes are facts: they are only shown."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from clinics import audit, clock
from clinics.admin_pages import OwnClinicsAdmin, OwnClinicsFilter, only_own_clinics, own_clinics
from clinics.number_texts import number_text, points_word
from loyalty.admin.people_search import SearchedByPatient
from loyalty.models import Privilege, PrivilegeCode
from loyalty.privileges.code_names import read_key, shown_code
from loyalty.program.versions import NoProgram, current_program

Kind = Privilege.Kind


class PrivilegeForm(forms.ModelForm):
    """What a privilege gives must be whole: a discount has its amount, a free service says which one it is."""

    tiers = forms.MultipleChoiceField(
        label=gettext_lazy("Tiers"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("With none chosen all may buy."),
    )

    class Meta:
        model = Privilege
        fields = (
            "title", "title_en", "description", "description_en", "kind", "amount", "services", "categories",
            "price", "valid_days", "available_from", "available_to", "clinics", "tiers", "stock", "is_active",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "tiers" in self.fields:
            # A tier that the program no longer has stays chosen until somebody takes it off.
            known = dict(_tier_choices())
            kept = [code for code in self.instance.tiers if code not in known]
            cast(forms.MultipleChoiceField, self.fields["tiers"]).choices = [
                *known.items(),
                *((code, code) for code in kept),
            ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        kind, amount = data.get("kind"), data.get("amount")
        if kind == Kind.AMOUNT and (amount is None or amount <= 0) and "amount" not in self.errors:
            self.add_error("amount", _("Type how many roubles the discount is."))
        elif kind != Kind.AMOUNT and amount is not None:
            self.add_error("amount", _("Only a discount has an amount. Clear the field."))
        if kind == Kind.SERVICE and not (data.get("services") or data.get("categories")):
            self.add_error("services", _("Choose the service that is free, or its category."))
        first, last = data.get("available_from"), data.get("available_to")
        if first and last and last < first:
            self.add_error("available_to", _("The last day is before the first one."))
        stock = data.get("stock")
        if stock is not None and stock < self.instance.sold:
            text = _("%(count)s have been bought already.") % {"count": number_text(self.instance.sold)}
            self.add_error("stock", text)
        return data

    def _get_validation_exclusions(self) -> set[str]:
        # What the constraints say of these is said above at its field, in words.
        return {
            *super()._get_validation_exclusions(),  # type: ignore[misc]  # unknown to the stubs
            "amount",
            "available_to",
            "stock",
        }


@admin.register(Privilege)
class PrivilegeAdmin(OwnClinicsAdmin):
    form = PrivilegeForm
    title_add = gettext_lazy("New reward")
    list_display = ("title", "kind", "cost", "valid_days", "available_from", "available_to", "left", "is_active")
    list_filter = ("kind", "is_active")
    search_fields = ("title", "title_en")
    autocomplete_fields = ("services", "categories")
    ordering = ("price", "id")
    fields = (
        "title", "title_en", "description", "description_en", ("kind", "amount"), "services", "categories",
        "price", "valid_days", ("available_from", "available_to"), "clinics", "tiers", "stock", "is_active",
        "bought", "made_by",
    )  # fmt: skip
    readonly_fields = ("bought", "made_by")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Privilege]:
        """Those of the own clinics, and those that work in all."""
        rows = super().get_queryset(request)
        if getattr(request.user, "is_superuser", False):
            return rows
        through = Privilege.clinics.through.objects
        own = through.filter(clinic__in=[clinic.pk for clinic in own_clinics(request)]).values("privilege")
        return rows.filter(Q(pk__in=own) | ~Q(pk__in=through.values("privilege")))

    def save_model(self, request: HttpRequest, obj: Privilege, form: Any, change: bool) -> None:
        at, actor = clock.now(), cast(User, request.user)
        if not change:
            obj.author, obj.created_at = actor, at
        super().save_model(request, obj, form, change)
        code = "privilege.changed" if change else "privilege.added"
        details = {"fields": sorted(form.changed_data)} if change else {}
        audit.record(code=code, at=at, actor=actor, target=obj, details=details)

    @admin.display(description=gettext_lazy("price"), ordering="price")
    def cost(self, privilege: Privilege) -> str:
        return points_word(privilege.price)

    @admin.display(description=pgettext_lazy("privilege", "left"))
    def left(self, privilege: Privilege) -> str:
        return "∞" if privilege.stock is None else number_text(privilege.stock - privilege.sold)

    @admin.display(description=gettext_lazy("bought"))
    def bought(self, privilege: Privilege) -> str:
        return number_text(privilege.sold)

    @admin.display(description=gettext_lazy("author"))
    def made_by(self, privilege: Privilege) -> str:
        author = privilege.author
        return (author.get_full_name() or author.get_username()) if author else "—"


class PrivilegeCodeClinicFilter(OwnClinicsFilter):
    field = "patient__home_clinic"


@admin.register(PrivilegeCode)
class PrivilegeCodeAdmin(SearchedByPatient):
    list_display = ("code", "issued_at", "patient", "privilege", "cost", "valid_to", "status", "receipt")
    list_filter = (PrivilegeCodeClinicFilter, "status")
    list_select_related = ("patient", "privilege", "receipt")
    ordering = ("-id",)
    fields = (
        "code", "patient", "privilege", "cost", ("issued_at", "valid_to"), "status", ("used_at", "receipt"),
    )  # fmt: skip
    readonly_fields = ("code", "cost")
    search_help_text = gettext_lazy("The code, patient's phone or its last 4 digits, card number, last name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PrivilegeCode]:
        return only_own_clinics(request=request, rows=super().get_queryset(request), field="patient__home_clinic")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet, search_term: str
    ) -> tuple[QuerySet, bool]:
        if key := read_key(search_term):
            return queryset.filter(key=key), False
        return super().get_search_results(request, queryset, search_term)

    def object_title(self, obj: PrivilegeCode) -> str:
        return self.code(obj)

    @admin.display(description=gettext_lazy("code"), ordering="key")
    def code(self, code: PrivilegeCode) -> str:
        return shown_code(code.key, get_language() or "")

    @admin.display(description=gettext_lazy("points"), ordering="points")
    def cost(self, code: PrivilegeCode) -> str:
        return number_text(code.points)


def _tier_choices() -> list[tuple[str, str]]:
    try:
        program = current_program(at=clock.now()).program
    except NoProgram:
        return []
    return [(tier.code, tier.title.in_language(get_language() or "")) for tier in program.tiers]
