"""Who may use the desk, at which clinic, and whom they have in front of them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import wraps
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from clinics.models import Clinic, StaffMember
from clinics.scope import clinics_with_permission
from loyalty.desk.doctors import OfferedDoctor, doctors_at, with_doctors

USE_DESK = "loyalty.use_desk"
REFUND = "loyalty.refund_receipt"
OVERRIDE = "patients.override_proof"
CLINIC_IN_SESSION = "desk_clinic"
# A patient stays in front of the desk for a shift, not for ever.
WHO_TTL_SECONDS = 12 * 3600
WHO_SALT = "loyalty.desk.who"
# What survives the end of a session goes through an address: never a name or a phone.
KEPT_FIELDS = (
    "who", "line_title", "line_price", "line_quantity", "line_service", "line_category", "line_doctor",
    "entry", "entry_category", "spend", "spend_points", "paid_at", "replaces", "privilege", "privilege_entry",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works where now. `clinics` are all they may choose from."""

    user: User
    clinic: Clinic
    clinics: tuple[Clinic, ...]

    @property
    def doctors(self) -> tuple[OfferedDoctor, ...]:
        return doctors_at(self.clinic)

    @property
    def clinic_ids(self) -> list[int]:
        return [clinic.pk for clinic in self.clinics]


@dataclass(frozen=True, slots=True)
class Who:
    """The patient in front of the desk, how they were found and how they have agreed to spend.

    `proof_id` is none and `proven_by` empty until they have. The proof itself is looked up when it is used.
    Once somebody else pays, that person is the patient, and `treated_id` whom they pay for, found by `treated_by`.
    """

    patient_id: int
    identified_by: str
    proof_id: int | None = None
    proven_by: str = ""
    treated_id: int | None = None
    treated_by: str = ""


DeskView = Callable[..., HttpResponse]


def desk_view(
    *, permission: str = USE_DESK, kept_fields: Collection[str] = (), home: str = "admin:desk"
) -> Callable[[DeskView], DeskView]:
    """Staff only, with the permission and at least one clinic; a form survives the end of the session.

    The checkout's fields come back on the desk, or lead `home`; a page with `kept_fields` of its own comes back
    itself.
    """

    def decorate(view: DeskView) -> DeskView:
        @wraps(view)
        def checked(request: HttpRequest, **kwargs: object) -> HttpResponse:
            return view(request, desk=_desk_of(request, permissions={USE_DESK, permission}), **kwargs)

        inner = admin.site.admin_view(checked)

        @wraps(view)
        def outer(request: HttpRequest, **kwargs: object) -> HttpResponse:
            if request.method == "POST" and not admin.site.has_permission(request):
                back = _filled(request.path, request, kept_fields) if kept_fields else _same_form(request, home)
                return redirect_to_login(back, reverse("admin:login"))
            return inner(request, **kwargs)

        return outer

    return decorate


def sign_who(*, who: Who, user_id: int) -> str:
    """A reference to the patient that only this person may use: ids cannot be tried one after another."""
    content = [
        who.patient_id, who.identified_by, user_id, who.proof_id, who.proven_by, who.treated_id, who.treated_by,
    ]  # fmt: skip
    return signing.dumps(content, salt=WHO_SALT, compress=True)


def read_who(*, token: str, user_id: int) -> Who | None:
    """Whom the token means; None when it is forged, somebody else's or older than a shift."""
    try:
        patient_id, identified_by, owner_id, *rest = signing.loads(token, salt=WHO_SALT, max_age=WHO_TTL_SECONDS)
    except signing.BadSignature:
        return None
    return Who(patient_id, identified_by, *rest) if owner_id == user_id else None


def choose_clinic(*, request: HttpRequest, desk: Desk, clinic_id: str) -> None:
    """Remember the clinic for the session if it is one of the person's own."""
    by_id = {str(own_id): own_id for own_id in desk.clinic_ids}
    if clinic_id in by_id:
        request.session[CLINIC_IN_SESSION] = by_id[clinic_id]


def _desk_of(request: HttpRequest, *, permissions: Collection[str]) -> Desk:
    user = request.user
    clinics = tuple(with_doctors(clinics_with_permission(user, permissions=permissions)))
    if not clinics or not isinstance(user, User):
        raise PermissionDenied
    by_id = {clinic.pk: clinic for clinic in clinics}
    chosen = by_id.get(request.session.get(CLINIC_IN_SESSION, 0))
    if chosen is None:
        member = StaffMember.objects.filter(user=user).first()
        chosen = by_id.get(member.home_clinic_id, clinics[0]) if member else clinics[0]
        request.session[CLINIC_IN_SESSION] = chosen.pk
    return Desk(user=user, clinic=chosen, clinics=clinics)


def _same_form(request: HttpRequest, home: str) -> str:
    return _filled(reverse(home), request, KEPT_FIELDS)


def _filled(address: str, request: HttpRequest, names: Collection[str]) -> str:
    fields = [(name, value) for name in names for value in request.POST.getlist(name)]
    return f"{address}?{urlencode(fields)}" if fields else address
