"""The password form of the staff, with a limit on guesses per log-in name and per address."""

from typing import Any

from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.models import User
from django.forms import ValidationError
from django.utils.translation import gettext_lazy as _

from clinics import audit, clock, staff_lock

LOCKED = _("Too many attempts. Try again in 15 minutes, or ask the owner to open the log-in.")


class StaffLoginForm(AdminAuthenticationForm):
    """Counts a try before the password is looked at; the right one clears the name's count."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "")
        if self.request is None or not staff_lock.take_password_try(request=self.request, name=username):
            raise ValidationError(LOCKED, code="locked")
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError:
            _tell_of_lock(username)
            raise
        staff_lock.forget_password_tries(username)
        return cleaned


def _tell_of_lock(username: str) -> None:
    """The audit hears of it once, with the last try: the tries that a lock refuses write nothing."""
    person = User.objects.filter(username__iexact=username, is_staff=True).first()
    if person is not None and staff_lock.is_locked(person):
        audit.record(code="staff.locked", at=clock.now(), actor=None, target=person)
