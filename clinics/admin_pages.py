"""What all admin pages of the portal share: human titles, bounded counting, read-only facts, clinic scope."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.core.paginator import Page, Paginator
from django.db.models import ForeignKey, IntegerField, ManyToManyField, Model, QuerySet, Subquery
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinics.admin_typed_choices import FEW, NOT_FOUND, TypedSelect, TypedSelectMultiple
from clinics.models import Clinic
from clinics.number_texts import number_text
from clinics.scope import clinics_of

MOST_COUNTED = 5_000
LONGEST_ID = 18  # digits that fit into a bigint


class CountOf(Subquery):
    """How many rows the query has, as one value beside other columns; the database works it out once."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class BoundedPaginator(Paginator):
    """Counts up to 5 000 rows and no further: whoever needs row 5 001 narrows the list down.

    Told that the first page is asked for, it reads and counts by one query.
    """

    asks_first_page = False

    def page(self, number: int | str) -> Page:
        rows = self.object_list
        number = self.validate_number(number)
        if self.asks_first_page and number == 1:
            return Page(self.first_rows[: self.per_page], 1, self)
        if number == 1 or not isinstance(rows, QuerySet) or rows.query.distinct:
            return super().page(number)
        # Rows on the way to the page are stepped over in the index: only the page's own are read.
        start = (number - 1) * self.per_page
        shown = rows.values("pk")[start : start + self.per_page]
        return Page(rows.filter(pk__in=shown), number, self)

    @cached_property
    def count(self) -> int:
        return min(self._counted, MOST_COUNTED)

    @property
    def is_cut(self) -> bool:
        """The list has more rows than its pages show."""
        return self._counted > MOST_COUNTED

    @property
    def shown_text(self) -> str:
        return number_text(self.count)

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        if not isinstance(rows, QuerySet):
            return min(len(rows), MOST_COUNTED + 1)
        if not self.asks_first_page:
            return self._keys(rows).count()
        if len(self.first_rows) <= self.per_page:
            return len(self.first_rows)
        counted: int = self.first_rows[0].all_counted
        return counted

    @cached_property
    def first_rows(self) -> list[Any]:
        """The rows of the first page, and one more if there is one; each knows how many there are in all."""
        rows = self.object_list
        if isinstance(rows, QuerySet):
            rows = rows.annotate(all_counted=CountOf(self._keys(rows)))
        return list(rows[: self.per_page + 1])

    @staticmethod
    def _keys(rows: QuerySet) -> QuerySet:
        """One row more than the bound tells a list that is cut from a list of exactly so many."""
        return rows.order_by().values("pk")[: MOST_COUNTED + 1]


class OnceReadList(ChangeList):
    """A list of one page shows the rows that its paginator has read already."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        if not self.query and not self.has_active_filters:
            # Beside the search its outcome stands: how many there are in all is said below the list.
            self.full_result_count = self.result_count
        if not self.multi_page and self.paginator.asks_first_page:
            self.result_list = self.paginator.first_rows


class PortalAdmin(admin.ModelAdmin):
    """Titles without «object», no second count over the whole table, 50 rows a page."""

    show_full_result_count = False
    paginator = BoundedPaginator
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    title_list: Any = None
    title_add: Any = None
    # Name of the page where rows come from a file, and what one must be allowed to open it.
    import_page = ""
    import_permissions: Sequence[str] = ()
    title_change: Any = None

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """Only rows that the person's own list of them shows: else a number in a post would name another's."""
        section = self.admin_site._registry.get(db_field.remote_field.model)
        if isinstance(section, PortalAdmin):
            kwargs.setdefault("queryset", section.get_queryset(request))
        return super().formfield_for_foreignkey(
            db_field, request, **self._typed_choice(TypedSelect, db_field, request) | kwargs
        )

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        return super().formfield_for_manytomany(
            db_field, request, **self._typed_choice(TypedSelectMultiple, db_field, request) | kwargs
        )

    def _typed_choice(
        self,
        widget: type[TypedSelect | TypedSelectMultiple],
        db_field: ForeignKey | ManyToManyField,
        request: HttpRequest,
    ) -> dict[str, Any]:
        """What makes a field that searches usable without scripts."""
        if db_field.name not in self.get_autocomplete_fields(request):
            return {}
        section = self.admin_site.get_model_admin(db_field.remote_field.model)

        def find(text: str) -> list[Model]:
            rows, _has_duplicates = section.get_search_results(request, section.get_queryset(request), text)
            return list(rows.distinct()[:FEW])

        return {
            "widget": widget(
                db_field, self.admin_site, find=find, label=section.search_help_text or _("Name or a part of it")
            ),
            "error_messages": {"invalid_choice": NOT_FOUND, "invalid_pk_value": NOT_FOUND},
        }

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page filters by: `?phone__startswith=` would spell out a masked phone digit by digit."""
        filters = self.get_list_filter(request)
        names = {item if isinstance(item, str) else getattr(item, "parameter_name", None) for item in filters}
        is_on_page = lookup.partition("__")[0] in names
        return is_on_page and super().lookup_allowed(lookup, value, request)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return OnceReadList

    def get_paginator(self, request: HttpRequest, *args: Any, **kwargs: Any) -> BoundedPaginator:
        paginator = self.paginator(*args, **kwargs)
        # Lists name the page «p», fields that choose a row name it «page».
        paginator.asks_first_page = {request.GET.get(name, "1") for name in (PAGE_VAR, "page")} == {"1"}
        return paginator

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        context = {
            "title": self.title_list or capfirst(self.opts.verbose_name_plural),
            "title_add": self.title_add or capfirst(self.opts.verbose_name),
            "import_url": self._import_url(request),
        }
        return super().changelist_view(request, context | (extra_context or {}))

    def _import_url(self, request: HttpRequest) -> str:
        may_import = self.import_page and request.user.has_perms(self.import_permissions)
        return reverse(f"admin:{self.import_page}") if may_import else ""

    def object_title(self, obj: Any) -> str:
        """What the page of a row is called, where the row's own name is a code."""
        return str(obj)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if (shown := context.get("original")) is not None:
            title = self.object_title(shown)
            context |= {"subtitle": context["subtitle"] and title, "object_title": title}
        return super().render_change_form(request, context, *args, **kwargs)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        title = self.title_change if object_id else self.title_add
        context = {"title": title or capfirst(self.opts.verbose_name)}
        return super().changeform_view(request, object_id, form_url, context | (extra_context or {}))


class OwnClinicsAdmin(PortalAdmin):
    """A row that belongs to several clinics (`clinics`): each person gives it their own ones."""

    def formfield_for_manytomany(self, db_field: ManyToManyField, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "clinics":
            # A handful: ticked at once, where two boxes with arrows would fill the screen.
            kwargs |= {"queryset": clinics_of(request.user), "widget": CheckboxSelectMultiple}
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Clinics that the editor does not see stay as they are: the form could not show them."""
        clinics = form.instance.clinics
        unseen = list(clinics.exclude(pk__in=clinics_of(request.user).values("pk"))) if change else []
        super().save_related(request, form, formsets, change)
        clinics.add(*unseen)


class FactAdmin(PortalAdmin):
    """Facts are looked at: nobody adds, edits or deletes them here, a superuser neither."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class FactInline(admin.TabularInline):
    """Facts shown on the page of what they belong to."""

    template = "admin/fact_inline.html"
    extra = 0
    max_num = 0
    can_delete = False
    show_change_link = False

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class OwnClinicsFilter(admin.SimpleListFilter):
    """Clinics of the person who looks. Subclasses say by which field."""

    title = _("clinic")
    parameter_name = "clinic"
    field = "clinic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Sequence[tuple[str, str]]:
        return [(str(clinic.pk), clinic.name) for clinic in own_clinics(request)]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        value = self.value()
        is_id = value and value.isdecimal() and len(value) <= LONGEST_ID
        return queryset.filter(**{self.field: value}) if is_id else queryset


def own_clinics(request: HttpRequest) -> list[Clinic]:
    """Clinics of the person who asks, read once for the scope of the list and its filter."""
    if not hasattr(request, "own_clinics"):
        request.own_clinics = list(clinics_of(request.user))  # type: ignore[attr-defined]
    return request.own_clinics  # type: ignore[attr-defined]


def only_own_clinics(*, request: HttpRequest, rows: QuerySet, field: str) -> QuerySet:
    """Rows of the person's clinics; a superuser sees all, rows without a clinic included."""
    if getattr(request.user, "is_superuser", False):
        return rows
    # Named one by one: behind a subquery the database does not see that an index has the order of the list.
    return rows.filter(**{f"{field}__in": [clinic.pk for clinic in own_clinics(request)]})
