"""Whose session it is. This backend checks no password and gives no permission."""

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import User


class PatientBackend(BaseBackend):
    """Loads a patient's user for sessions that were opened by a one-time code."""

    def get_user(self, user_id: int) -> User | None:
        """The user with its patient and home clinic in one query; None once the account has become staff."""
        return (
            User.objects.filter(pk=user_id, is_active=True, is_staff=False, is_superuser=False)
            .select_related("patient__home_clinic")
            .first()
        )
