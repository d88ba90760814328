"""A log-in whose password was right and whose second step is still to come. It lives in the visitor's session.

Until it is finished nobody is logged in: no page of the portal knows the person. Time here is real.
"""

from dataclasses import dataclass

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from clinics import clock
from clinics.second_step import is_required

TTL_SECONDS = 10 * 60
IN_SESSION = "staff_login"
PASSED_IN_SESSION = "second_step_passed"
BACKEND = "clinics.role_backend.RoleBackend"


@dataclass(frozen=True, slots=True)
class PendingLogin:
    user: User
    next_url: str


def begin(request: HttpRequest, *, user: User, next_url: str) -> None:
    """Make the session wait for the second step of the person."""
    # A session that somebody else has put on the visitor must not become theirs.
    request.session.cycle_key()
    request.session[IN_SESSION] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": clock.real_now().timestamp(),
        "next": next_url,
    }


def waiting(request: HttpRequest) -> PendingLogin | None:
    """None when nobody has begun, ten minutes have passed, or the person was dismissed or has a new password."""
    state = request.session.get(IN_SESSION)
    if state is None or clock.real_now().timestamp() - state["at"] > TTL_SECONDS:
        return None
    user = User.objects.filter(pk=state["user"], is_active=True, is_staff=True).first()
    if user is None or not constant_time_compare(state["password"], user.get_session_auth_hash()):
        return None
    return PendingLogin(user=user, next_url=state["next"])


def finish(request: HttpRequest, pending: PendingLogin) -> None:
    """Log the person in; the session remembers that the second step was taken."""
    login(request, pending.user, backend=BACKEND)
    request.session.pop(IN_SESSION, None)
    request.session[PASSED_IN_SESSION] = True


def has_passed(request: HttpRequest) -> bool:
    """Whether nothing is left to confirm in this session of a logged-in person."""
    user = request.user
    return bool(request.session.get(PASSED_IN_SESSION)) or (isinstance(user, User) and not is_required(user))
