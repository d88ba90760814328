"""Password log-in of the staff, with a limit on guesses per log-in name and per address."""

from typing import Any

from allauth.core import ratelimit
from django.contrib.admin.forms import AdminAuthenticationForm
from django.forms import ValidationError
from django.utils.translation import gettext_lazy as _


class StaffLoginForm(AdminAuthenticationForm):
    """Counts a try before the password is looked at; the right one clears the name's count."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username", "").lower()
        if not ratelimit.consume(self.request, action="staff_login", key=username):
            raise ValidationError(_("Too many attempts. Try again in 15 minutes."), code="locked")
        cleaned: dict[str, Any] = super().clean()
        ratelimit.clear(self.request, action="staff_login", key=username)
        return cleaned
