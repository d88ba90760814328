"""Sessions in the database that know whose they are, so that a person's can be ended at once."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models


class PortalSession(AbstractBaseSession):
    # CASCADE: a session without its person means nothing.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+")

    @classmethod
    def get_session_store_class(cls) -> type["SessionStore"]:
        return SessionStore


class SessionStore(DatabaseStore):
    """Django's own store with the user beside the data; SESSION_ENGINE names this module."""

    @classmethod
    def get_model_class(cls) -> type[PortalSession]:
        return PortalSession

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        session = super().create_model_instance(data)
        assert isinstance(session, PortalSession)  # noqa: S101  # the model that the store is told to use
        session.user_id = int(data["_auth_user_id"]) if "_auth_user_id" in data else None
        return session
