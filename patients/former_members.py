"""Recognises a phone whose owner has left the program, without keeping the phone.

Kept is a keyed mark (HMAC): who holds the database alone can neither read it nor try all phones. The key is the
portal's secret; after a new secret the marks made with an old one are recognised through SECRET_KEY_FALLBACKS.
"""

from datetime import date

from django.conf import settings
from django.utils.crypto import salted_hmac

from clinics.calendar import add_months
from patients.models import FormerMember

SALT = "patients.former_members"


def remember_former_member(phone: str, *, today: date) -> None:
    """`phone` in E.164. Whoever leaves once more is kept anew from that day."""
    # The first of a month: the day of leaving would tell whose erased row it was.
    forget_on = add_months(today, settings.FORMER_MEMBERS_KEPT_MONTHS + 1).replace(day=1)
    mark = _mark(phone, settings.SECRET_KEY)
    FormerMember.objects.update_or_create(mark=mark, defaults={"forget_on": forget_on})


def has_been_member(phone: str | None) -> bool:
    """Whether a member with this phone has left. To be sure of it ask once the phone is taken by a new row: an
    erasure that is still under way holds the phone until then."""
    if not phone:
        return False
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return FormerMember.objects.filter(mark__in=[_mark(phone, key) for key in keys]).exists()


def forget_former_members(*, today: date) -> None:
    """Those whose time is over."""
    FormerMember.objects.filter(forget_on__lte=today).delete()


def _mark(phone: str, key: str) -> str:
    return salted_hmac(SALT, phone, secret=key, algorithm="sha256").hexdigest()
