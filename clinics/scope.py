"""Which clinics a member of staff may see: deny by default."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import QuerySet

from clinics.models import Clinic


def clinics_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Clinic]:
    """Active clinics of the person, own clinic first; all of them for a superuser, none for a stranger."""
    active = Clinic.objects.filter(is_active=True)
    if not user.is_active or not getattr(user, "is_staff", False):
        return active.none()
    if getattr(user, "is_superuser", False):
        return active.order_by("name", "id")
    return active.filter(staff__user=user.pk).order_by("name", "id")
