"""When the portal's own work runs: its hours can be changed or switched off, what runs cannot."""

from typing import Any

from django.contrib import admin
from django.db.models import Field
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy, ngettext
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from clinics.admin_pages import PortalAdmin
from loyalty.schedule import DESCRIPTIONS

EVERY = "*"
SECONDS_IN_MINUTE = 60
HOURS_LABELS = {
    "minute": (gettext_lazy("Minutes"), gettext_lazy("* is every minute; 0,30 is twice an hour.")),
    "hour": (gettext_lazy("Hours"), gettext_lazy("* is every hour; 8,20 is in the morning and in the evening.")),
    "day_of_month": (gettext_lazy("Days of the month"), gettext_lazy("* is every day; 1,15 is twice a month.")),
    "month_of_year": (
        gettext_lazy("Months of the year"),
        gettext_lazy("* is every month; 1,7 is January and July."),
    ),
    "day_of_week": (gettext_lazy("Days of the week"), gettext_lazy("* is every day; 1 is Monday, 0 is Sunday.")),
    "timezone": (gettext_lazy("Time zone"), ""),
}


def hours_text(hours: CrontabSchedule) -> str:
    """`every day at 04:00`; what is rarer is told field by field."""
    is_daily = {hours.day_of_month, hours.month_of_year, hours.day_of_week} == {EVERY}
    if is_daily and hours.hour == EVERY and hours.minute.isdecimal():
        return gettext("every hour at %(minute)s min") % {"minute": hours.minute}
    if is_daily and hours.hour.isdecimal() and hours.minute.isdecimal():
        return gettext("every day at %(time)s") % {"time": f"{int(hours.hour):02d}:{int(hours.minute):02d}"}
    told = (f"{capfirst(str(label))}: {getattr(hours, name)}" for name, (label, _help) in HOURS_LABELS.items())
    return "; ".join(told)


def interval_text(interval: IntervalSchedule) -> str:
    if interval.period != IntervalSchedule.SECONDS:
        return str(interval)
    minutes, rest = divmod(interval.every, SECONDS_IN_MINUTE)
    if interval.every == SECONDS_IN_MINUTE:
        return gettext("every minute")
    if minutes and not rest:
        return ngettext("every %(n)s minute", "every %(n)s minutes", minutes) % {"n": minutes}
    return ngettext("every %(n)s second", "every %(n)s seconds", interval.every) % {"n": interval.every}


class ScheduleAdmin(PortalAdmin):
    """In place of the stock page, where a task and its arguments could be typed and run at once."""

    title_list = gettext_lazy("What runs by itself")
    actions = None
    list_display = ("what", "enabled", "hours", "last_run_at")
    list_select_related = ("crontab", "interval")
    ordering = ("name",)
    fields = ("name", "enabled", "crontab", "interval", "last_run_at")
    readonly_fields = ("name", "last_run_at")

    def object_title(self, obj: PeriodicTask) -> str:
        return self.what(obj)

    @admin.display(description=gettext_lazy("what is done"), ordering="name")
    def what(self, task: PeriodicTask) -> str:
        """In the reader's language; the only task that is not the portal's is the queue's."""
        return str(DESCRIPTIONS.get(task.name) or task.description or gettext("The queue cleans up after itself."))

    @admin.display(description=gettext_lazy("when"))
    def hours(self, task: PeriodicTask) -> str:
        if task.crontab is not None:
            return hours_text(task.crontab)
        return interval_text(task.interval) if task.interval is not None else ""


class HoursAdmin(PortalAdmin):
    """Hours to choose from, in plain words instead of the scheduler's own."""

    title_list = gettext_lazy("Hours of the day")
    title_add = gettext_lazy("New hours")
    title_change = gettext_lazy("Hours")
    actions = None
    list_display = ("told", "zone")
    fields = tuple(HOURS_LABELS)

    def object_title(self, obj: CrontabSchedule) -> str:
        return hours_text(obj)

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in HOURS_LABELS:
            label, help_text = HOURS_LABELS[db_field.name]
            kwargs |= {"label": label, "help_text": help_text}
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    @admin.display(description=gettext_lazy("Time zone"), ordering="timezone")
    def zone(self, hours: CrontabSchedule) -> str:
        return str(hours.timezone)

    @admin.display(description=gettext_lazy("when"))
    def told(self, hours: CrontabSchedule) -> str:
        return hours_text(hours)
