"""The filter «whose work»: people of the staff of the clinics asked about, and one who has left them."""

import django_filters
from django.contrib.auth.models import User
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from loyalty.reports.filters import MOST_DIGITS, PeriodFilters


class PersonFilters(PeriodFilters):
    person = django_filters.ChoiceFilter(
        label=pgettext_lazy("of the staff", "Person"), empty_label=_("Anybody"), choices=()
    )

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        asked = str(self.data.get("person") or "")
        wanted = Q(staff_member__clinics__in=self.clinics)
        if asked.isdecimal() and len(asked) <= MOST_DIGITS:
            wanted |= Q(pk=asked, patient=None)
        people = User.objects.filter(wanted).distinct().order_by("last_name", "first_name", "username")
        return super().choices() | {"person": [(str(user.pk), staff_name(user)) for user in people]}


def staff_name(user: User) -> str:
    return user.get_full_name() or user.username
