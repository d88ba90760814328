"""When the portal's own work runs: its hours can be changed or switched off, what runs cannot."""

from clinics.admin_pages import PortalAdmin


class ScheduleAdmin(PortalAdmin):
    """In place of the stock page, where a task and its arguments could be typed and run at once."""

    actions = None
    list_display = ("name", "enabled", "crontab", "interval", "last_run_at")
    list_select_related = ("crontab", "interval")
    ordering = ("name",)
    fields = ("name", "description", "enabled", "crontab", "interval", "last_run_at")
    readonly_fields = ("name", "description", "last_run_at")
