"""Roles: one table, synchronised to groups; clinics are denied by default."""

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from clinics.roles import PERMISSIONS_BY_ROLE
from clinics.scope import clinics_of
from tests.people import make_clinic, make_rita, make_staff

pytestmark = pytest.mark.django_db


def test_every_permission_of_the_table_exists():
    existing = {
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in Permission.objects.select_related("content_type")
    }

    missing = {name for names in PERMISSIONS_BY_ROLE.values() for name in names} - existing

    assert missing == set()


@pytest.mark.parametrize("role", sorted(PERMISSIONS_BY_ROLE))
def test_group_has_exactly_the_permissions_of_its_role(role):
    group = Group.objects.get(name=role)

    given = {f"{p.content_type.app_label}.{p.codename}" for p in group.permissions.select_related("content_type")}

    assert given == set(PERMISSIONS_BY_ROLE[role])


def test_permission_given_to_a_person_alone_does_not_count():
    rita = make_rita()
    rita.user_permissions.add(Permission.objects.get(codename="change_clinic"))

    assert not User.objects.get(pk=rita.pk).has_perm("clinics.change_clinic")


def test_permissions_of_a_person_are_read_by_one_query(django_assert_num_queries):
    rita = User.objects.get(pk=make_rita().pk)

    with django_assert_num_queries(1):
        assert rita.has_perm("patients.view_patient")
        assert not rita.has_perm("clinics.change_clinic")


def test_staff_see_their_own_clinics_only():
    here, elsewhere = make_clinic(), make_clinic("yekaterinburg", name="Екатеринбург")

    rita = make_staff("rita", "receptionist", clinics=[here])

    assert list(clinics_of(rita)) == [here]
    assert elsewhere not in clinics_of(rita)


def test_stranger_dismissed_and_patient_users_see_no_clinic():
    make_clinic()
    dismissed = make_rita()
    dismissed.is_active = False
    patient_user = User.objects.create_user("patient")

    assert [clinics_of(user).count() for user in (AnonymousUser(), dismissed, patient_user)] == [0, 0, 0]


def test_closed_clinic_disappears_even_for_the_owner():
    make_clinic().__class__.objects.update(is_active=False)

    assert clinics_of(User.objects.create_superuser("root")).count() == 0
