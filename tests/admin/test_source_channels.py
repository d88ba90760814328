"""Source channels in the admin: a link and a QR for each, a code for ever, names in rules."""

import pytest
from django.urls import reverse

from loyalty.program_page.choices import Choices
from patients.models import SourceChannel
from tests.admin.two_clinics import make_receipt
from tests.cabinet.pages import text_of
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import make_member, publish_preset

pytestmark = pytest.mark.django_db
ADD = "admin:patients_sourcechannel_add"


@pytest.fixture
def mark(client):
    user = make_staff("mark", "marketer")
    client.force_login(user)
    return user


def form(**fields):
    said = {"name": "Плакат у лифта", "code": "lift", "kind": "POSTER", "is_active": "on"}
    return said | {"clinics": [make_clinic().pk]} | fields


def test_marketer_makes_a_channel_and_gets_its_link_and_qr(client, mark, settings):
    settings.PUBLIC_URL = "https://clinic.ru/"

    client.post(reverse(ADD), form())

    channel = SourceChannel.objects.get()
    assert (channel.code, channel.kind, list(channel.clinics.all())) == ("lift", "POSTER", [make_clinic()])
    page = client.get(reverse("admin:patients_sourcechannel_change", args=[channel.pk])).content.decode()
    assert 'href="https://clinic.ru/c/lift/"' in page
    assert page.count('<div class="channel-qr"><svg') == 1


@pytest.mark.parametrize("code", ["desk", "friends", "два слова", ""])
def test_code_of_the_portal_itself_or_none_is_refused(client, mark, code):
    answer = client.post(reverse(ADD), form(code=code))

    assert answer.context["adminform"].errors.keys() == {"code"}
    assert SourceChannel.objects.count() == 0


def test_code_stays_whatever_is_posted_and_the_channel_is_closed_not_deleted(client, mark):
    client.post(reverse(ADD), form())
    channel = SourceChannel.objects.get()

    client.post(
        reverse("admin:patients_sourcechannel_change", args=[channel.pk]), form(code="other", is_active="")
    )
    deleted = client.post(reverse("admin:patients_sourcechannel_delete", args=[channel.pk]), {"post": "yes"})

    channel.refresh_from_db()
    assert (channel.code, channel.is_active, deleted.status_code) == ("lift", False, 403)


def test_rules_offer_channels_by_name_and_what_imports_have_brought():
    SourceChannel.objects.create(code="lift", name="Плакат у лифта", kind="POSTER")
    make_patient(source="old-crm")
    make_patient("Петрова", "Вера", "+79160000001", source="lift")

    assert Choices().sources == [
        ("desk", "записан на стойке"),
        ("friends", "по ссылке друга"),
        ("lift", "Плакат у лифта"),
        ("old-crm", "old-crm"),
    ]


@pytest.mark.parametrize(
    ("source", "shown"),
    [("lift", "Плакат у лифта"), ("friends", "по ссылке друга"), ("old-crm", "old-crm"), ("", "—")],
)
def test_card_and_receipt_name_the_channel(client, source, shown):
    publish_preset()
    make_lift()
    anna = make_member(source=source)
    receipt = make_receipt(anna, clinic=make_clinic(), actor=None, channel=source)
    client.force_login(make_staff("olga", "owner"))

    pages = [
        client.get(reverse("admin:patients_patient_change", args=[anna.pk])),
        client.get(reverse("admin:loyalty_receipt_change", args=[receipt.pk])),
    ]

    assert f"Источник: {shown} " in text_of(pages[0])
    assert f"Канал привлечения: {shown} " in text_of(pages[1])


def make_lift(name="Плакат у лифта"):
    channel = SourceChannel.objects.create(code="lift", name=name, kind="POSTER")
    channel.clinics.set([make_clinic()])
    return channel


@pytest.mark.parametrize(("sheet", "copies"), [("poster", 1), ("leaflet", 4)])
def test_sheet_to_print_says_what_the_program_says_with_the_channels_own_qr(client, mark, settings, sheet, copies):
    settings.PUBLIC_URL = "https://clinic.ru"
    publish_preset()
    channel = make_lift()

    page = client.get(reverse(f"admin:patients_sourcechannel_{sheet}", args=[channel.pk]))

    html, text = page.content.decode(), text_of(page)
    assert html.count('aria-label="QR ссылки"><svg') == copies
    assert html.count("<h1>") == 1
    assert text.count("clinic.ru/c/lift") == copies
    assert text.count("Новый участник получает 250 баллов.") == copies
    assert text.count("1 балл = 1\u00a0₽ скидки.") == copies
    assert "Мытищи" in text


def test_sheet_of_another_clinics_channel_is_not_shown(client, mark):
    channel = make_lift()
    channel.clinics.set([make_clinic("omsk", name="Омск")])

    assert client.get(reverse("admin:patients_sourcechannel_poster", args=[channel.pk])).status_code == 404


def test_sheet_before_any_program_has_the_qr_and_promises_nothing(client, mark):
    page = client.get(reverse("admin:patients_sourcechannel_poster", args=[make_lift().pk]))

    assert "<ul>" not in page.content.decode()
    assert 'aria-label="QR ссылки"><svg' in page.content.decode()


def test_receptionist_prints_what_lies_at_the_desk_and_changes_nothing(client):
    channel, theirs = make_lift(), make_lift_of_omsk()
    client.force_login(make_staff("rita", "receptionist"))
    address = reverse("admin:patients_sourcechannel_change", args=[channel.pk])

    rows = text_of(client.get(reverse("admin:patients_sourcechannel_changelist")))
    answer = client.post(address, form(name="Чужое имя"))

    assert "Плакат у лифта" in rows
    assert "Плакат, А4 · Листовки, четыре на листе" in rows
    assert theirs.name not in rows
    for sheet in ("poster", "leaflet"):
        assert client.get(reverse(f"admin:patients_sourcechannel_{sheet}", args=[channel.pk])).status_code == 200
        other = reverse(f"admin:patients_sourcechannel_{sheet}", args=[theirs.pk])
        assert client.get(other).status_code == 404
    assert (client.get(reverse(ADD)).status_code, answer.status_code) == (403, 403)
    assert SourceChannel.objects.get(pk=channel.pk).name == "Плакат у лифта"
    assert "Плакаты и листовки" in text_of(client.get(reverse("admin:staff_guide")))


def make_lift_of_omsk():
    channel = SourceChannel.objects.create(code="omsk-lift", name="Лифт в Омске", kind="POSTER")
    channel.clinics.set([make_clinic("omsk", name="Омск")])
    return channel
