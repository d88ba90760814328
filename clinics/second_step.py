"""The second step of a staff log-in: a code of an authenticator app, or a recovery code in its place.

Rights to export or to change the program ask for it (`clinics.roles`). Codes live in real time, never in the
demo's: django-otp reads the wall clock itself. It also locks the device's row, keeps the newest used code so
that none is good twice, and follows a phone whose clock is one step off.
"""

from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.crypto import get_random_string, salted_hmac
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinics import audit
from clinics.roles import asks_second_step

CODE_DIGITS = 6
RECOVERY_CODES = 8
RECOVERY_LENGTH = 10
# Without letters and digits that look alike on paper.
RECOVERY_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class WrongCode(Exception):
    """The code is not the phone's present one, or has been used."""


class WrongPresentCode(WrongCode):
    """The code of the phone that is to be replaced."""


def is_required(user: User) -> bool:
    """Whether the person may not work without the second step: by their rights, which are read once per person."""
    if not settings.STAFF_SECOND_STEP:
        return False
    return user.is_superuser or asks_second_step(user.get_all_permissions())


def find_phone(user: User) -> TOTPDevice | None:
    """The authenticator that the person has set up."""
    phone: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=True).first()
    return phone


def begin_set_up(user: User) -> TOTPDevice:
    """The key that the next phone is to learn; the same one until a code of it was confirmed."""
    waiting: TOTPDevice | None = TOTPDevice.objects.filter(user=user, confirmed=False).order_by("id").first()
    return waiting or TOTPDevice.objects.create(user=user, name="app", confirmed=False)


def confirm_set_up(*, user: User, code: str, at: datetime) -> list[str]:
    """Take the new phone into use in place of the one before; return recovery codes, which nobody sees again.

    Locks the device. Raises WrongCode, and then nothing has changed but the count of the device.
    """
    device = begin_set_up(user)
    if not (_is_app_code(_plain(code)) and verify_token(user, device.persistent_id, _plain(code))):
        raise WrongCode
    with transaction.atomic():
        TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
        TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
        audit.record(code="second_step.set_up", at=at, actor=user, target=user)
        return _new_recovery_codes(user)


def move_to_new_phone(*, user: User, present: str, code: str, at: datetime) -> list[str]:
    """Like `confirm_set_up`, for whoever still has the phone before, or a recovery code.

    Raises WrongPresentCode or WrongCode; the right one of the two is then not used up.
    """
    with transaction.atomic():
        if not accepts(user=user, code=present, at=at):
            raise WrongPresentCode
        return confirm_set_up(user=user, code=code, at=at)


def accepts(*, user: User, code: str, at: datetime) -> bool:
    """Whether the code of the app, or a recovery code, is right; it is used up by this."""
    plain = _plain(code)
    if _is_app_code(plain):
        phone = find_phone(user)
        return phone is not None and verify_token(user, phone.persistent_id, plain) is not None
    paper = StaticDevice.objects.filter(user=user).first()
    if paper is None or verify_token(user, paper.persistent_id, _recovery_hash(user, plain)) is None:
        return False
    audit.record(code="second_step.recovery_used", at=at, actor=user, target=user)
    return True


def renew_recovery_codes(*, user: User, at: datetime) -> list[str]:
    """New recovery codes; those before are no longer right."""
    with transaction.atomic():
        audit.record(code="second_step.recovery_renewed", at=at, actor=user, target=user)
        return _new_recovery_codes(user)


def count_recovery_codes(user: User) -> int:
    paper = StaticDevice.objects.filter(user=user).first()
    return paper.token_set.count() if paper else 0


def forget_phone(user: User) -> None:
    """The person sets a phone up anew at the next log-in. Runs in the caller's transaction."""
    TOTPDevice.objects.filter(user=user).delete()
    StaticDevice.objects.filter(user=user).delete()


def _new_recovery_codes(user: User) -> list[str]:
    StaticDevice.objects.filter(user=user).delete()
    paper = StaticDevice.objects.create(user=user, name="paper")
    codes = [get_random_string(RECOVERY_LENGTH, RECOVERY_ALPHABET) for _number in range(RECOVERY_CODES)]
    for code in codes:
        paper.token_set.create(token=_recovery_hash(user, code))
    middle = RECOVERY_LENGTH // 2
    return [f"{code[:middle]}-{code[middle:]}" for code in codes]


def _recovery_hash(user: User, plain: str) -> str:
    """What the table keeps of a recovery code: its 16 characters say nothing without the secret key."""
    return salted_hmac(f"clinics.second_step.{user.pk}", plain, algorithm="sha256").hexdigest()[:16]


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _is_app_code(plain: str) -> bool:
    return len(plain) == CODE_DIGITS and plain.isascii() and plain.isdecimal()
