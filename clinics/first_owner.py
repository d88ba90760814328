"""The log-in that opens an empty portal: everybody else gets theirs from an owner, in the admin."""

from datetime import datetime

from django.contrib.auth.models import Group, User
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from clinics import audit
from clinics.models import Clinic, StaffMember
from clinics.roles import OWNER


class OwnerExists(Exception):
    """Somebody can give roles already: a new owner gets the log-in from them."""


class NameTaken(Exception):
    """A member of staff logs in by this name already."""


def create_first_owner(*, username: str, password: str, full_name: str, at: datetime) -> User:
    """Own transaction, which locks the role. Raises OwnerExists, NameTaken and ValidationError of the password."""
    last_name, _space, first_name = full_name.partition(" ")
    with transaction.atomic():
        role = Group.objects.select_for_update().get(name=OWNER)
        if User.objects.filter(groups=role, is_active=True).exists():
            raise OwnerExists
        if User.objects.filter(username__iexact=username).exists():
            raise NameTaken
        owner = User(username=username, last_name=last_name, first_name=first_name, is_staff=True)
        validate_password(password, owner)
        owner.set_password(password)
        owner.full_clean(exclude=["password"])
        owner.save()
        owner.groups.add(role)
        audit.record(code="staff.first_owner", at=at, actor=None, target=owner)
    return owner


def work_at_new_clinic(*, user: User, clinic: Clinic) -> None:
    """Whoever opens a clinic works there: else they would not see it. Own transaction."""
    if user.is_superuser:
        return
    with transaction.atomic():
        member, _is_new = StaffMember.objects.get_or_create(user=user, defaults={"home_clinic": clinic})
        member.clinics.add(clinic)
