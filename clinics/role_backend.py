"""Password log-in of staff; permissions come from roles (groups) only, in one query."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AbstractBaseUser, Permission, User
from django.db.models import QuerySet

from clinics.second_step import with_requirement


class RoleBackend(ModelBackend):
    """Like Django's own, but a permission given to a single user does not exist: only roles give any."""

    def _get_user_permissions(self, user_obj: AbstractBaseUser) -> QuerySet[Permission]:
        return Permission.objects.none()

    def get_user(self, user_id: int) -> User | None:
        """The user of a session, and in the same query whether their role asks for the second step."""
        user: User | None = with_requirement(User.objects.filter(pk=user_id)).first()
        return user if self.user_can_authenticate(user) else None
