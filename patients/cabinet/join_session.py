"""What a visitor's session keeps on the way from a link to the registration. Moments here are real time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

KEY = "cabinet_join"
# A proved phone stays proved for one sitting.
PROVED_FOR = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class JoinSession:
    """`channel` and `friend` are codes of the links opened last; `phone` is proved by a code, in E.164."""

    channel: str = ""
    friend: str = ""
    is_opening_counted: bool = False
    phone: str = ""


def read_join(request: HttpRequest, *, now: datetime) -> JoinSession:
    kept = _kept(request)
    proved_until = kept.get("proved_until")
    is_proved = proved_until is not None and now.timestamp() < proved_until
    return JoinSession(
        channel=kept.get("channel", ""),
        friend=kept.get("friend", ""),
        is_opening_counted=kept.get("is_opening_counted", False),
        phone=kept.get("phone", "") if is_proved else "",
    )


def keep_channel(request: HttpRequest, code: str) -> None:
    _keep(request, channel=code)


def keep_friend(request: HttpRequest, key: str) -> None:
    """Another friend's link opened later is the one that counts."""
    if _kept(request).get("friend") != key:
        _keep(request, friend=key, is_opening_counted=False)


def keep_opening_counted(request: HttpRequest) -> None:
    _keep(request, is_opening_counted=True)


def keep_proved_phone(request: HttpRequest, phone: str, *, now: datetime) -> None:
    _keep(request, phone=phone, proved_until=(now + PROVED_FOR).timestamp())


def forget_join(request: HttpRequest) -> None:
    request.session.pop(KEY, None)


def _kept(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] = request.session.get(KEY, {})
    return kept


def _keep(request: HttpRequest, **fields: Any) -> None:
    request.session[KEY] = {**_kept(request), **fields}
