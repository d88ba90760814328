"""Why a friend's link did not count, in the words of the patient who has opened it: one sentence, one action."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients.referrals import (
    AlreadyPatient,
    InvitedThemselves,
    InviterIsSet,
    InviterRefused,
    InvitersInALoop,
    SameHousehold,
    SamePhone,
    WasMember,
)

TEXTS: dict[type[InviterRefused], Promise] = {
    InvitedThemselves: _("This is your own link. Send it to a friend: it counts for those who are new here."),
    SamePhone: _("This is the phone of the one who invited you. A friend registers with a phone of their own."),
    SameHousehold: _("You and the one who invited you are of one household, so the link does not count."),
    InvitersInALoop: _("The one who invited you came by your own recommendation, so the link does not count."),
    WasMember: _("You have been with us before. A friend's link counts for those who are new here."),
    AlreadyPatient: _("You are our patient already. A friend's link counts for those who are new here."),
    InviterIsSet: _("Somebody else has recommended us to you before. Only the first recommendation counts."),
}


def text_of(refusal: InviterRefused) -> str:
    return str(TEXTS[type(refusal)])


def show(request: HttpRequest, refusal: InviterRefused, *, has_joined: bool = False) -> HttpResponse:
    """`has_joined`: the person is a member all the same, from this moment."""
    context = {
        "reason": text_of(refusal),
        "has_joined": has_joined,
        "is_own": isinstance(refusal, InvitedThemselves),
    }
    return render(request, "cabinet/link_refused.html", context)
