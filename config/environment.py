"""Reads typed values from environment variables. Standard library only."""

import os
from urllib.parse import unquote, urlsplit


class SettingMissing(Exception):
    """A variable that production needs is not set."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is not set. See .env.example for what it means and an example value.")


def required(name: str) -> str:
    """The variable's value. Raises SettingMissing when it is absent or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise SettingMissing(name)
    return value


def env_flag(name: str, *, default: bool) -> bool:
    value = os.environ.get(name)
    return default if value is None else value.strip().lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    """A comma-separated variable as a list without empty items."""
    return [item.strip() for item in os.environ.get(name, "").split(",") if item.strip()]


def parse_database_url(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name` as Django's connection settings."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must start with postgresql://: the ledger lives in its functions.")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
    }
