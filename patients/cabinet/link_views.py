"""Links that lead here: a channel's from a poster or a message, a friend's from a friend."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from patients.cabinet import refusal_texts
from patients.cabinet.join_session import keep_channel, keep_friend
from patients.cabinet.users import patient_of
from patients.models import SourceChannel
from patients.public_codes import find_friend_code, inviter_by
from patients.referrals import AlreadyPatient, InvitedThemselves


@never_cache
@require_safe
def open_channel(request: HttpRequest, code: str) -> HttpResponse:
    """An unknown or a closed channel leads to the same page and counts for nothing."""
    channel = SourceChannel.objects.filter(code=code.lower(), is_active=True).first()
    if channel is not None:
        keep_channel(request, channel.code)
    return redirect("cabinet_join")


@never_cache
@require_safe
def open_friend(request: HttpRequest, code: str) -> HttpResponse:
    """Whoever is a member already is told why the link says nothing to them."""
    found = find_friend_code(code)
    patient = patient_of(request.user)
    if found is not None and patient is not None and patient.is_member:
        is_own = inviter_by(found) == patient
        return refusal_texts.show(request, InvitedThemselves() if is_own else AlreadyPatient())
    if found is not None:
        keep_friend(request, found.key)
    return redirect("cabinet_join")
