"""Pages of what has become of a row: who changed which field, and how the row was before.

Names of fields and values are those that people know. An old version is looked at and never put back.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import HistoricalChanges, ModelChange
from simple_history.template_utils import HistoricalRecordContextHelper

from clinics.admin_pages import LONGEST_ID, PortalAdmin

NOTHING = "—"


class ReadableChanges(HistoricalRecordContextHelper):
    """Changed values as the form of the row would show them."""

    def prepare_delta_change_value(self, change: ModelChange, value: Any) -> Any:
        value = super().prepare_delta_change_value(change, value)
        field = self.model._meta.get_field(change.field)
        choices = dict(getattr(field, "flatchoices", ()))
        return str(choices.get(value, value)) if choices and value else _value_text(value)


class HistoryAdmin(SimpleHistoryAdmin, PortalAdmin):
    """Who changed what, for those who may see the object now.

    The stock pages look into the history without the scope of the list, and save what is posted to them.
    """

    object_history_list_template = "admin/row_history.html"
    object_history_form_template = "admin/row_version.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        self._require_in_scope(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_view_title(self, request: HttpRequest, obj: Model) -> str:
        return _("Change history: %s") % obj

    def history_form_view(
        self,
        request: HttpRequest,
        object_id: str,
        version_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        self._require_in_scope(request, object_id)
        if request.method not in {"GET", "HEAD"}:
            raise PermissionDenied
        if not version_id.isdecimal() or len(version_id) > LONGEST_ID:
            raise Http404
        return super().history_form_view(request, object_id, version_id, extra_context)

    def history_form_view_title(self, request: HttpRequest, obj: Model) -> str:
        name = capfirst(self.title_change or self.opts.verbose_name)
        return _("%(name)s before the later changes") % {"name": name}

    def get_historical_record_context_helper(
        self, request: HttpRequest, historical_record: HistoricalChanges
    ) -> ReadableChanges:
        return ReadableChanges(self.model, historical_record)

    def revert_disabled(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return True

    def _require_in_scope(self, request: HttpRequest, object_id: str) -> None:
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404


def _value_text(value: Any) -> Any:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, date):
        return date_format(value, "SHORT_DATE_FORMAT")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or NOTHING
    return NOTHING if value in {None, ""} else value
