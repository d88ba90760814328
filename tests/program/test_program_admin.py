"""The program's versions in the admin: a manager reads them, nobody edits them."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from loyalty.models import ProgramVersion
from loyalty.program.files import read_preset
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


def shown(client, version):
    page = client.get(reverse("admin:loyalty_programversion_change", args=[version.pk]))
    return page.content.decode().replace("\u00a0", " ")


def test_version_reads_in_plain_words_with_what_it_changes(client, root):
    publish_preset("dentistry", starts_at=datetime(2026, 1, 1, tzinfo=UTC))
    version = publish_preset("dentistry", starts_at=datetime(2026, 6, 1, tzinfo=UTC), welcome={"points": 300})

    text = shown(client, version)

    assert "<li>Баллы сгорают через 24 месяца после последней оплаты.</li>" in text
    assert "По сравнению с версией 1:" in text
    assert (
        "<li><div>Было: Новый участник получает 250 баллов.</div>"
        "<div>Стало: Новый участник получает 300 баллов.</div></li>"
    ) in text


def test_draft_is_compared_with_the_version_in_force(client, root):
    publish_preset("dentistry", starts_at=datetime(2026, 1, 1, tzinfo=UTC))
    draft = ProgramVersion.objects.create(
        number=2, title="draft", document=read_preset("dentistry"), created_at=datetime(2026, 6, 1, tzinfo=UTC)
    )

    assert "Говорит то же, что версия 1." in shown(client, draft)


def test_first_version_changes_nothing(client, root):
    assert "По сравнению с версией" not in shown(client, publish_preset("dentistry"))


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
