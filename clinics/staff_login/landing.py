"""Where the log-in leads: an address the person was on the way to, else their first work place."""

from django.contrib.auth.models import User
from django.urls import reverse

from clinics.scope import clinics_of

# Whoever may look at clinics runs the settings; the reception does not.
SETTINGS_PERMISSION = "clinics.view_clinic"
DESK_PERMISSION = "loyalty.use_desk"
REPORTS_PERMISSION = "loyalty.view_reports"


def landing_url(*, user: User, next_url: str) -> str:
    index = reverse("admin:index")
    if next_url not in {"", index}:
        return next_url
    if works_at_the_desk(user):
        return reverse("admin:desk")
    # Whoever opens an empty portal has no clinic to report on yet.
    has_reports = user.has_perm(REPORTS_PERMISSION) and clinics_of(user).exists()
    return reverse("admin:reports") if has_reports else index


def works_at_the_desk(user: User) -> bool:
    """The desk is the person's first work place: they may use it and do not run the settings."""
    return user.has_perm(DESK_PERMISSION) and not user.has_perm(SETTINGS_PERMISSION)
