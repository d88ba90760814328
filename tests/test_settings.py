"""Settings from the environment: each case is a fresh process, as production starts it."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from config.environment import SettingMalformed, env_flag, env_int, env_list, parse_database_url

ROOT = Path(__file__).resolve().parent.parent
PRODUCTION = {
    "DATABASE_URL": "postgresql://portal:secret@db.invalid:5432/portal",
    "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "ALLOWED_HOSTS": "club.invalid",
    "PUBLIC_URL": "https://club.invalid",
    "CELERY_BROKER_URL": "amqp://broker.invalid//",
}


def documented_variables():
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


def run_manage(*arguments, environment):
    # Nor what the test run set for itself: the browser tests leave DJANGO_ALLOW_ASYNC_UNSAFE behind.
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in documented_variables() and not name.startswith("DJANGO_")
    }
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_production_settings_pass_the_deployment_check():
    done = run_manage("check", "--deploy", "--fail-level", "WARNING", environment=PRODUCTION)

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), done.stderr


@pytest.mark.parametrize("name", [name for name in PRODUCTION if name != "DATABASE_URL"])
def test_production_refuses_to_start_without(name):
    done = run_manage("check", environment=PRODUCTION | {name: ""})

    assert done.returncode != 0
    assert f"{name} is not set. See .env.example" in done.stderr


def test_production_refuses_another_database_and_does_not_show_the_password():
    done = run_manage("check", environment=PRODUCTION | {"DATABASE_URL": "mysql://portal:hush-hush@db/portal"})

    assert done.returncode != 0
    assert "DATABASE_URL must be postgresql://" in done.stderr
    assert "hush-hush" not in done.stderr


def test_production_has_no_demo_clock():
    done = run_manage(
        "shell", "-c", "from django.conf import settings; print('clock', settings.DEMO_CLOCK)", "-v0",
        environment=PRODUCTION | {"DEMO_CLOCK": "1"},
    )  # fmt: skip

    assert done.stdout == "clock False\n", done.stderr


def test_example_file_documents_every_variable_that_is_read():
    read = set()
    for path in (p for app in ("config", "clinics", "patients", "notifications", "loyalty")
                 for p in (ROOT / app).rglob("*.py")):  # fmt: skip
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called, arguments = ast.unparse(node.func), node.args
            elif isinstance(node, ast.Subscript):
                called, arguments = ast.unparse(node.value), [node.slice]
            else:
                continue
            reader = re.fullmatch(r"(os\.)?environ(\.get)?|os\.getenv|env_\w+|required(_list)?", called)
            if reader and arguments and isinstance(arguments[0], ast.Constant):
                read.add(arguments[0].value)

    assert read - {"DJANGO_SETTINGS_MODULE"} == documented_variables()


def test_database_url_is_taken_apart_and_its_escapes_undone():
    parsed = parse_database_url("postgresql://cl%40nic:p%2Fss@db.example:5433/loyal%20ty")

    assert parsed == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "loyal ty",
        "USER": "cl@nic",
        "PASSWORD": "p/ss",
        "HOST": "db.example",
        "PORT": "5433",
    }


@pytest.mark.parametrize("url", ["sqlite:///db.sqlite3", "db.example/portal", "postgresql://db.example"])
def test_other_database_addresses_are_refused(url):
    with pytest.raises(SettingMalformed, match="DATABASE_URL"):
        parse_database_url(url)


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("Yes", True), ("0", False), ("off", False), ("", False)]
)
def test_flag_is_read(monkeypatch, value, expected):
    monkeypatch.setenv("SWITCH", value)

    assert env_flag("SWITCH", default=True) is expected


def test_absent_values_give_their_defaults(monkeypatch):
    monkeypatch.delenv("SWITCH", raising=False)

    assert (env_flag("SWITCH", default=True), env_int("SWITCH", default=25), env_list("SWITCH")) == (True, 25, [])


def test_mistyped_flag_and_number_are_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "ture")

    with pytest.raises(SettingMalformed, match="SWITCH must be 1 or 0"):
        env_flag("SWITCH", default=False)
    with pytest.raises(SettingMalformed, match="SWITCH must be a whole number"):
        env_int("SWITCH", default=25)


def test_list_drops_spaces_and_empty_items(monkeypatch):
    monkeypatch.setenv("HOSTS", " a.example, ,b.example,")

    assert env_list("HOSTS") == ["a.example", "b.example"]
