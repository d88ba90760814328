"""Which clinics a member of staff may see: deny by default."""

from collections.abc import Collection

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, Permission
from django.db.models import Exists, QuerySet

from clinics.models import Clinic


def clinics_of(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Clinic]:
    """Active clinics of the person, own clinic first; all of them for a superuser, none for a stranger."""
    active = Clinic.objects.filter(is_active=True)
    if not user.is_active or not getattr(user, "is_staff", False):
        return active.none()
    if getattr(user, "is_superuser", False):
        return active.order_by("name", "id")
    return active.filter(staff__user=user.pk).order_by("name", "id")


def clinics_with_permission(
    user: AbstractBaseUser | AnonymousUser, *, permissions: Collection[str]
) -> QuerySet[Clinic]:
    """Clinics of the person, if their roles give all the permissions (`app.codename`); none otherwise.

    One query answers both questions: at the desk every act asks them.
    """
    clinics = clinics_of(user)
    if getattr(user, "is_superuser", False):
        return clinics
    for permission in permissions:
        app_label, codename = permission.split(".")
        by_role = Permission.objects.filter(
            group__user=user.pk, content_type__app_label=app_label, codename=codename
        )
        clinics = clinics.filter(Exists(by_role))
    return clinics
