"""The message list: what was sent to whom, what waits, what was not sent and why. Nothing can be changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from clinics.admin_pages import FactAdmin
from clinics.scope import clinics_of
from notifications.addresses import mask_address
from notifications.channels.registry import EMAIL, LABELS, channel_states
from notifications.events import UnknownEvent, get_event, registered_events
from notifications.models import OutboxMessage
from patients.search import active_patients, matching_patients


class EventFilter(admin.SimpleListFilter):
    title = _("event")
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(spec.code, spec.title) for spec in registered_events()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(event=self.value()) if self.value() else queryset


class ChannelFilter(admin.SimpleListFilter):
    title = _("channel")
    parameter_name = "channel"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(LABELS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxMessage]) -> QuerySet[OutboxMessage]:
        return queryset.filter(channel=self.value()) if self.value() else queryset


@admin.register(OutboxMessage)
class MessageAdmin(FactAdmin):
    list_display = ["due", "patient", "what", "recipient", "outcome"]
    list_filter = ["status", EventFilter, ChannelFilter, "kind"]
    list_select_related = ["patient"]
    search_fields = ["key"]
    search_help_text = _("Patient's phone or its last 4 digits, card number, last name")
    ordering = ["-id"]
    fields = [
        "event_title", "kind", "patient", "status", "reason", "due_at", "not_after", "next_attempt_at", "attempts",
        "channel_title", "masked_address", "subject", "body", "parts", "cost", "provider_id", "created_at",
        "sent_at",
    ]  # fmt: skip
    readonly_fields = ["event_title", "channel_title", "masked_address", "reason"]

    class Media:
        css = {"all": ["notifications/message_list.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[OutboxMessage]:
        return super().get_queryset(request).filter(patient__home_clinic__in=clinics_of(request.user))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OutboxMessage], search_term: str
    ) -> tuple[QuerySet[OutboxMessage], bool]:
        if not search_term.strip():
            return queryset, False
        clinic_ids = [clinic.pk for clinic in clinics_of(request.user)]
        people = matching_patients(search_term, rows=active_patients(), clinic_ids=clinic_ids)
        return queryset.filter(patient__in=people.values("pk")), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {**(extra_context or {}), "channels": channel_states()})

    @admin.display(description=_("event"), ordering="event")
    def event_title(self, message: OutboxMessage) -> Any:
        try:
            return get_event(message.event).title
        except UnknownEvent:
            return message.event

    @admin.display(description=_("due"), ordering="due_at")
    def due(self, message: OutboxMessage) -> str:
        return date_format(localtime(message.due_at), "SHORT_DATETIME_FORMAT")

    @admin.display(description=_("message"))
    def what(self, message: OutboxMessage) -> Any:
        """The text as sent; of an e-mail its subject; before the first attempt only what it is about."""
        return message.subject if message.channel == EMAIL else message.body or self.event_title(message)

    @admin.display(description=_("channel"), ordering="channel")
    def channel_title(self, message: OutboxMessage) -> str:
        return str(LABELS.get(message.channel, message.channel))

    @admin.display(description=_("address"))
    def masked_address(self, message: OutboxMessage) -> str:
        return mask_address(message.address)

    @admin.display(description=_("to"))
    def recipient(self, message: OutboxMessage) -> str:
        return f"{self.channel_title(message)} {mask_address(message.address)}".strip()

    @admin.display(description=_("reason"))
    def reason(self, message: OutboxMessage) -> str:
        if message.skip_reason:
            return message.get_skip_reason_display()
        return ": ".join(part for part in (message.error_code, message.error_text) if part)

    @admin.display(description=_("status"), ordering="status")
    def outcome(self, message: OutboxMessage) -> str:
        return ". ".join(part for part in (message.get_status_display(), self.reason(message)) if part)
