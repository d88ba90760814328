"""Who may open and post to what: every address and every action of the admin by role, as text files to read.

The files lie in `tests/admin/role_matrix/`. A new address, action or field without a row fails here; write the
files anew with `ROLE_MATRIX=write python -m pytest -n 0 tests/admin/test_role_matrix.py` and read the difference.

A cell is the answer for the row of the own clinic, and after `|` for the row of another clinic where it differs:
a status, or where a redirect leads: `login`, `index` (no such row for this person), `moved` (elsewhere). Who may
not open the own row is not asked about the other.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from loyalty.models import CallTask, ImportRun, ProgramVersion, Receipt
from patients.models import Patient
from tests.admin.two_clinics import ROLES, TwoClinics

FOLDER = Path(__file__).parent / "role_matrix"
WRITES = os.environ.get("ROLE_MATRIX") == "write"
PEOPLE = ("nobody", "patient", *ROLES)
# Addresses of which a post with nothing in it is the same as opening them, or is the stock page's own business.
ONLY_READ = re.compile(r"(^|changelist|history|delete|jsi18n|app_list|autocomplete|index|view_on_site)$")


@dataclass(frozen=True)
class Address:
    name: str
    pattern: str  # below /admin/
    arguments: tuple[str, ...]

    @property
    def section(self) -> str:
        first = self.pattern.split("/")[0]
        own = {"desk", "import", "program", "reports", *(config.label for config in apps.get_app_configs())}
        return first if first in own else "site"


def walk(patterns, prefix="") -> Iterator[Address]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from walk(entry.url_patterns, pattern)
        elif isinstance(entry, URLPattern):
            yield Address(entry.name or "", pattern, tuple(entry.pattern.converters))


def admin_addresses() -> list[Address]:
    """Every pattern of the resolver below /admin/, in the order of their texts."""
    found = [
        Address(address.name, address.pattern.removeprefix("admin/"), address.arguments)
        for address in walk(get_resolver().url_patterns)
        if address.pattern.startswith("admin/")
    ]
    return sorted(found, key=lambda address: address.pattern)


def model_of(address: Address):
    app_label, _, rest = address.pattern.partition("/")
    model_name = rest.partition("/")[0]
    return next((m for m in admin.site._registry if m._meta.label_lower == f"{app_label}.{model_name}"), None)


def examples(address: Address, world: TwoClinics) -> tuple[str, str]:
    """The address for the own clinic's row and for the other's; the same where no clinic is meant."""
    return _filled(address, world.own), _filled(address, world.other)


def _filled(address: Address, rows) -> str:
    model = model_of(address)
    values = {
        "app_label": "patients",
        "number": rows[ProgramVersion].number,
        "run_id": 0,
        "task_id": rows[CallTask].pk,
        "import_id": rows[ImportRun].pk,
        "receipt_id": rows[Receipt].pk,
        "kind": "earning",
        "report": "receipts",
        "file_id": 0,
        "mail_id": 0,
        "code": "new",
        "slug": "tiers",
        "content_type_id": 1,
        "url": "nowhere",
        "version_id": getattr(rows.get(model), "history", Patient.objects).first().pk if model else 0,
        "object_id": rows[model].pk if model else 1,
        "id": rows[model].pk if model else 1,
    }
    pattern = re.sub(r"\(\?P<url>.*\)\$$", "nowhere", address.pattern)
    pattern = re.sub(r"\(\?P<app_label>[^)]*\)", "patients", pattern).removeprefix("^").removesuffix("$")
    # The history's own pattern has no names: the row first, then its version.
    for name in ("object_id", "version_id"):
        pattern = pattern.replace("([^/]+)", str(values[name]), 1)
    pattern = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), pattern)
    return "/admin/" + pattern.replace("^", "").replace("$", "")


def sections() -> list[str]:
    return sorted({address.section for address in admin_addresses()})


@pytest.fixture
def browsers(world):
    """One per person, with the session to put back before every question."""
    people = {**world.people, "patient": User.objects.create_user("patient")}
    Patient.objects.filter(pk=world.own[Patient].pk).update(user=people["patient"])
    clients = {"nobody": Client(raise_request_exception=False)}
    for name, user in people.items():
        clients[name] = Client(raise_request_exception=False)
        clients[name].force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0 if name in ROLES else 1])
    return {name: (client, SimpleCookie(client.cookies.output(header=""))) for name, client in clients.items()}


def ask(method, url, browser) -> str:
    client, cookies = browser
    client.cookies = SimpleCookie(cookies.output(header=""))
    with transaction.atomic():
        answer = getattr(client, method.lower())(url)
        transaction.set_rollback(True)
    if answer.status_code not in {301, 302}:
        return str(answer.status_code)
    path = answer.url.partition("?")[0]
    return {"/admin/login/": "login", "/admin/": "index"}.get(path, "moved")


def cell(method, addresses, browser) -> str:
    own, other = addresses
    first = ask(method, own, browser)
    second = first if first in {"403", "login"} or other == own else ask(method, other, browser)
    return first if first == second else f"{first}|{second}"


def table(title, rows) -> str:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    padded = (zip(row, widths, strict=True) for row in rows)
    lines = ["  ".join(text.ljust(width) for text, width in row).rstrip() for row in padded]
    return "\n".join([f"# {title}", *lines, ""])


def hold(name, text) -> None:
    """Compare with the file, or write it on request."""
    file = FOLDER / f"{name}.txt"
    if WRITES:
        FOLDER.mkdir(exist_ok=True)
        file.write_text(text)
    known = file.read_text().splitlines() if file.exists() else []
    now = text.splitlines()
    difference = [f"- {line}" for line in known if line not in now]
    difference += [f"+ {line}" for line in now if line not in known]
    assert difference == [], "\n".join(["Read, then write anew (see the top of this file):", *difference])


@pytest.mark.parametrize("section", sections())
def test_every_address_answers_by_role_as_written_down(world, browsers, section):
    hold(section, matrix(section, admin_addresses(), world=world, browsers=browsers))


def matrix(section, addresses, *, world, browsers) -> str:
    rows = [("method", "address", *PEOPLE)]
    for address in addresses:
        if address.section != section:
            continue
        asked = examples(address, world)
        for method in ("GET",) if ONLY_READ.search(address.name) else ("GET", "POST"):
            cells = (cell(method, asked, browsers[person]) for person in PEOPLE)
            rows.append((method, address.pattern, *cells))
    return table(f"Addresses of the admin: {section}", rows)


def test_every_action_is_offered_by_role_as_written_down(world):
    rows = [("model", "what", *ROLES)]
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label_lower):
        page = admin.site._registry[model]
        offered = {role: _offers(page, world.people[role]) for role in ROLES}
        for what in ("rights", "actions", "exports"):
            cells = [offered[role][what] for role in ROLES]
            if what == "rights" or set(cells) != {"-"}:
                rows.append((model._meta.label_lower, what, *cells))

    hold("actions", table("Rights, actions and exports of every section", rows))


def _offers(page, user) -> dict[str, str]:
    request = RequestFactory().get("/admin/")
    request.user = User.objects.get(pk=user.pk)
    rights = page.get_model_perms(request)
    exports = [name for name in ("has_export_permission", "get_export_formats") if hasattr(page, name)]
    return {
        "rights": "".join(name[0] for name, has in rights.items() if has) or "-",
        "actions": ",".join(page.get_actions(request) if any(rights.values()) else ()) or "-",
        "exports": ",".join(exports) or "-",
    }


def test_fields_that_a_role_may_write_are_as_written_down(world):
    rows = [("model", "role", "fields")]
    for model in sorted(admin.site._registry, key=lambda one: one._meta.label_lower):
        page = admin.site._registry[model]
        for role in ROLES:
            request = RequestFactory().get("/admin/")
            request.user = User.objects.get(pk=world.people[role].pk)
            row = world.own[model]
            if page.has_change_permission(request, row):
                rows.append((model._meta.label_lower, role, _written(page, request, row)))
            if page.has_add_permission(request):
                rows.append((model._meta.label_lower, f"{role}, new", _written(page, request, None)))

    hold("fields", table("Fields of the forms of the admin: nothing else is written by a post", rows))


def _written(page, request, row) -> str:
    names = list(page.get_form(request, row, change=row is not None).base_fields)
    for inline in page.get_inline_instances(request, row):
        if inline.has_change_permission(request, row) or inline.has_add_permission(request, row):
            fields = inline.get_formset(request, row).form.base_fields
            names += [f"{inline.model._meta.model_name}.{field}" for field in fields]
    return " ".join(names)


def test_no_file_of_the_matrix_is_left_over():
    assert {file.stem for file in FOLDER.glob("*.txt")} == {*sections(), "actions", "fields"}


def test_every_model_of_the_admin_has_a_row_in_both_clinics(world):
    assert set(admin.site._registry) - set(world.own) == set()


@pytest.mark.skipif(WRITES, reason="the files are being written")
def test_control_an_address_without_a_row_fails(world, browsers):
    new = Address("notifications_new", "notifications/new/", ())

    with pytest.raises(AssertionError, match=r"\+ GET +notifications/new/"):
        hold("notifications", matrix("notifications", [new], world=world, browsers=browsers))
