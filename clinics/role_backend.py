"""Password log-in of staff; permissions come from roles (groups) only, in one query."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, Permission
from django.db.models import QuerySet


class RoleBackend(ModelBackend):
    """Like Django's own, but a permission given to a single user does not exist: only roles give any."""

    def _get_user_permissions(self, user_obj: AbstractBaseUser) -> QuerySet[Permission]:
        return Permission.objects.none()
