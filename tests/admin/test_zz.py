import pytest

from loyalty.models import Receipt

pytestmark = pytest.mark.django_db


def test_zz(world, browser_of):
    browser_of("receptionist").get(f"/admin/desk/refund/{world.own[Receipt].pk}/")
