"""What the channels cost, by month: of the person's clinics and of the network."""

from operator import itemgetter
from typing import Any

from django.contrib import admin
from django.db.models import Field, OuterRef, Q, QuerySet, Subquery
from django.forms import ChoiceField
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from clinics.admin_money import money_display
from clinics.admin_pages import PortalAdmin, own_clinics
from loyalty.admin.spend_page import PERMISSIONS as IMPORT_PERMISSIONS
from loyalty.admin.spend_page import spend_import
from loyalty.models import MarketingSpend
from patients.models import SourceChannel
from patients.models.source_channel import OWN_SOURCES


@admin.register(MarketingSpend)
class MarketingSpendAdmin(PortalAdmin):
    title_add = _("Marketing spend of a month")
    list_display = ("month_text", "channel", "clinic", "amount_text", "note")
    list_select_related = ("clinic",)
    search_fields = ("source",)
    ordering = ("-month", "source", "id")
    fields = ("source", "month", "clinic", "amount", "note")
    import_page = "spend_import"
    import_permissions = IMPORT_PERMISSIONS
    amount_text = money_display(MarketingSpend, "amount")

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(spend_import)
        return [path("import/", page, name="spend_import"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MarketingSpend]:
        named = SourceChannel.objects.filter(code=OuterRef("source")).values("name")[:1]
        rows = super().get_queryset(request).annotate(channel_name=Subquery(named))
        if request.user.is_superuser:
            return rows
        return rows.filter(Q(clinic=None) | Q(clinic__in=own_clinics(request)))

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        """A channel is chosen by its name: nobody remembers codes. Only those that the person's own list shows."""
        if db_field.name != "source":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        entered = self.get_queryset(request).order_by("source").values_list("source", "source").distinct()
        channels = self.admin_site._registry[SourceChannel].get_queryset(request).values_list("code", "name")
        names = dict(entered) | {code: str(name) for code, name in OWN_SOURCES.items()} | dict(channels)
        choices = sorted(names.items(), key=itemgetter(1))
        return ChoiceField(label=capfirst(str(db_field.verbose_name)), choices=[("", "—"), *choices])

    def object_title(self, obj: MarketingSpend) -> str:
        return f"{self.channel(obj)}, {self.month_text(obj)}"

    @admin.display(description=_("source"), ordering="source")
    def channel(self, spend: MarketingSpend) -> str:
        own = OWN_SOURCES.get(spend.source, spend.source)
        return spend.channel_name or str(own)  # type: ignore[attr-defined]

    @admin.display(description=_("month"), ordering="month")
    def month_text(self, spend: MarketingSpend) -> str:
        return f"{spend.month:%m.%Y}"
