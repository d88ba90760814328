"""How often a password or a code of the staff may be tried, per log-in name and per address.

Counted in the shared cache before anything is looked at, for known and unknown names alike: parallel guesses
can't outrun the count, and a refusal says nothing about who works here.
"""

from allauth.core import ratelimit
from django.contrib.auth.models import User
from django.http import HttpRequest

PASSWORD, CODE, ADDRESS = "staff_login", "staff_code", "staff_address"


def take_password_try(*, request: HttpRequest, name: str) -> bool:
    """False when the name or the address has used its tries up."""
    return _take(request=request, action=PASSWORD, key=name.lower())


def take_code_try(*, request: HttpRequest, user: User) -> bool:
    return _take(request=request, action=CODE, key=_code_key(user))


def forget_password_tries(name: str) -> None:
    """After the right password: wrong ones before it count no longer. Those of the address go on counting."""
    ratelimit.clear(_nobody(), action=PASSWORD, key=name.lower())


def forget_code_tries(user: User) -> None:
    ratelimit.clear(_nobody(), action=CODE, key=_code_key(user))


def is_locked(user: User) -> bool:
    """Whether the next password or code of the person would be refused unseen."""
    tries = ((PASSWORD, user.get_username().lower()), (CODE, _code_key(user)))
    return not all(ratelimit.consume(_nobody(), action=action, key=key, dry_run=True) for action, key in tries)


def _take(*, request: HttpRequest, action: str, key: str) -> bool:
    # The name first: a locked one must not use up the tries of the clinic's address.
    return ratelimit.consume(request, action=action, key=key) and ratelimit.consume(request, action=ADDRESS)


def _code_key(user: User) -> str:
    return str(user.pk)


def _nobody() -> HttpRequest:
    """Counts by name ask nothing of the request but that it is not a GET."""
    request = HttpRequest()
    request.method = "POST"
    return request
