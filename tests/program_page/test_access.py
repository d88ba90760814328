"""Who reads the program, who drafts it, who puts it in force."""

import pytest

from loyalty.models import ProgramVersion
from loyalty.program.files import read_preset
from loyalty.program.versions import create_draft
from tests.people import make_staff
from tests.program_page.pages import PROGRAM
from tests.programs import NOON, publish_preset

pytestmark = pytest.mark.django_db
READ = ("", "1/", "1/file/", "2/")
DRAFT = ("1/part/tiers/", "1/earning/cashback/", "1/promotion/new/")
CHANGE = (("new/", {"preset": "dentistry"}), ("import/", {}), ("1/part/tiers/", {}), ("1/archive/", {}))
PUBLISH = (("1/publish/", {}), ("2/archive/", {}))


@pytest.fixture
def versions(db, noon):
    create_draft(document=read_preset("dentistry"), at=NOON, actor=None)
    publish_preset()


@pytest.mark.parametrize(
    ("role", "reads", "changes"),
    [
        ("receptionist", False, False),
        ("senior", False, False),
        ("marketer", True, False),
        ("manager", True, True),
        ("owner", True, True),
    ],
)
def test_roles_on_the_pages_of_the_program(client, versions, role, reads, changes):
    client.force_login(make_staff("someone", role))

    read = {client.get(PROGRAM + address).status_code for address in READ}
    forms = {client.get(PROGRAM + address).status_code for address in (*DRAFT, "1/publish/")}
    posted = [client.post(PROGRAM + address, data).status_code for address, data in (*PUBLISH, *CHANGE)]

    assert read == {200 if reads else 403}
    assert forms == {200 if changes else 403}
    if not changes:
        assert set(posted) == {403}
        assert list(ProgramVersion.objects.values_list("number", "revision", "status").order_by("number")) == [
            (1, 0, "DRAFT"),
            (2, 0, "PUBLISHED"),
        ]


def test_marketer_sees_the_draft_without_buttons(client, versions):
    client.force_login(make_staff("someone", "marketer"))

    text = client.get(f"{PROGRAM}1/").content.decode()

    assert "Новый участник получает" in text
    for word in ("/part/", "/publish/", "/archive/", "/new/"):
        assert word not in text


def test_strangers_and_patients_are_sent_to_the_log_in(client, versions, django_user_model):
    client.force_login(django_user_model.objects.create_user("anna"))

    assert client.get(PROGRAM).url.startswith("/admin/login/")
    assert client.post(f"{PROGRAM}new/", {"preset": "dentistry"}).status_code == 302
    assert ProgramVersion.objects.count() == 2


@pytest.mark.parametrize(("role", "is_linked"), [("receptionist", False), ("marketer", True), ("manager", True)])
def test_program_is_one_of_the_work_places_of_those_who_read_it(client, versions, role, is_linked):
    client.force_login(make_staff("someone", role))

    assert (f'href="{PROGRAM}"' in client.get("/admin/").content.decode()) is is_linked
