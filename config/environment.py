"""Reads typed values from environment variables. Standard library only."""

import os
from urllib.parse import unquote, urlsplit

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off", ""}


class SettingMissing(Exception):
    """A variable that production needs is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See .env.example for what it means and an example value.")


class SettingMalformed(Exception):
    """A variable holds something else than it should; the value itself may be a secret and is not shown."""

    def __init__(self, name: str, *, expected: str) -> None:
        super().__init__(f"{name} must be {expected}. See .env.example.")


def required(name: str) -> str:
    """The variable's value. Raises SettingMissing when it is absent or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(name)
    return value


def env_flag(name: str, *, default: bool) -> bool:
    """A yes or a no. Raises SettingMalformed: a mistyped switch must not silently mean "no"."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() not in TRUE | FALSE:
        raise SettingMalformed(name, expected="1 or 0")
    return value.strip().lower() in TRUE


def env_int(name: str, *, default: int) -> int:
    """A whole number. Raises SettingMalformed."""
    value = os.environ.get(name, "").strip()
    try:
        return int(value) if value else default
    except ValueError:
        raise SettingMalformed(name, expected="a whole number") from None


def env_list(name: str) -> list[str]:
    """A comma-separated variable as a list without empty items."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def required_list(name: str) -> list[str]:
    """A comma-separated variable with at least one item. Raises SettingMissing."""
    items = env_list(name)
    if not items:
        raise SettingMissing(name)
    return items


def parse_database_url(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name` as Django's connection settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        # No other engine serves: the ledger lives in PostgreSQL's functions.
        raise SettingMalformed("DATABASE_URL", expected="postgresql://user:password@host:port/name")
    if not parts.path.lstrip("/"):
        raise SettingMalformed("DATABASE_URL", expected="an address that ends with the database's name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
