"""The program's versions in the admin: a manager reads them, nobody edits them."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from loyalty.models import ProgramVersion
from tests.programs import publish_preset

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client, django_user_model):
    user = django_user_model.objects.create_superuser("root")
    client.force_login(user)
    return user


def test_version_shows_its_document_with_russian_titles(client, root):
    version = publish_preset("dentistry", starts_at=datetime(2026, 1, 1, tzinfo=UTC))

    page = client.get(reverse("admin:loyalty_programversion_change", args=[version.pk]))

    text = page.content.decode()
    assert page.status_code == 200
    assert "Стандарт" in text
    assert "rolling_months" in text


def test_title_of_a_document_can_not_carry_markup(client, root):
    title = {"ru": "<script>alert(1)</script>", "en": "x"}
    version = publish_preset("dentistry", title=title)

    text = client.get(reverse("admin:loyalty_programversion_change", args=[version.pk])).content.decode()

    assert "<script>alert" not in text
    assert "&lt;script&gt;alert" in text


def test_nobody_adds_or_deletes_a_version_by_hand(client, root):
    version = publish_preset("dentistry")

    answers = [
        client.post(reverse("admin:loyalty_programversion_add"), {"number": 2}).status_code,
        client.post(
            reverse("admin:loyalty_programversion_delete", args=[version.pk]), {"post": "yes"}
        ).status_code,
        client.post(reverse("admin:loyalty_programversion_change", args=[version.pk]), {"number": 7}).status_code,
    ]

    assert answers == [403, 403, 403]
    assert list(ProgramVersion.objects.values_list("number", flat=True)) == [1]
