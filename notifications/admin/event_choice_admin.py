"""Which messages are service and which advertising: a row per event, only the kind is chosen."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clinics import clock
from clinics.admin_pages import PortalAdmin
from notifications.event_choices import choose_kind
from notifications.events import UnknownEvent, get_event
from notifications.models import EventChoice


@admin.register(EventChoice)
class EventChoiceAdmin(PortalAdmin):
    title_change = _("Service or advertising")
    list_display = ("event_title", "kind")
    list_filter = ("kind",)
    ordering = ("event",)
    actions = None
    fields = ("event_title", "kind")
    readonly_fields = ("event_title",)
    radio_fields = {"kind": admin.VERTICAL}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        kwargs["help_text"] = _(
            "A service message goes to whoever agreed to messages about points and visits, an advertising one "
            "only to whoever agreed to offers and news. Messages that wait already follow the change."
        )
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: EventChoice, form: Any, change: bool) -> None:
        choose_kind(choice=obj, kind=obj.kind, actor=request.user, at=clock.now())  # type: ignore[arg-type]

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        # The title says what is chosen, the field below of which message; its code is of no use to people.
        context["subtitle"] = None
        return super().render_change_form(request, context, *args, **kwargs)

    def object_title(self, obj: EventChoice) -> str:
        return self.event_title(obj)

    @admin.display(description=_("message"), ordering="event")
    def event_title(self, choice: EventChoice) -> str:
        try:
            return str(get_event(choice.event).title)
        except UnknownEvent:
            return choice.event
