"""The two acts by which a patient without the card at hand may spend: a code by SMS, a senior's decision."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from clinics import clock
from loyalty.desk.access import OVERRIDE, Desk, Who, desk_view
from loyalty.desk.checkout_views import REFUSED, find_again, show_quoted
from loyalty.desk.page import DeskPage
from loyalty.desk.payer_taking import read_posted
from loyalty.desk.proof_form import blocked_text, denied_text, no_route_text, reason_text, too_many_text
from loyalty.desk.proof_taking import key_of, proof_request, proven, put_proof
from loyalty.messages.spend_codes import CodeHasNoRoute, send_spend_code
from patients.models import Patient
from patients.search import active_patients
from patients.spend_codes import TooManyCodes
from patients.spend_guard import CodesBlocked
from patients.spend_proofs import prove_by_decision


@desk_view()
def desk_send_code(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Send the patient a code by SMS; the form comes back with the cursor in the code's field."""
    posted = read_posted(request, desk=desk)
    if posted is None:
        return find_again(request)
    page, who = posted
    if page.payer.is_new or page.payer.error:
        return _show_payer(request, desk=desk, page=page, who=who)
    people = active_patients().select_related("household__contact")
    patient = people.filter(pk=who.patient_id).first()
    if patient is None:
        return find_again(request)
    _send(page, desk=desk, patient=patient)
    status = REFUSED if page.proof.error else HTTPStatus.OK
    return show_quoted(request, desk=desk, page=page, who=who, status=status)


@desk_view()
def desk_override(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A senior vouches for the patient, with a reason; the audit keeps it and the patient is told."""
    posted = read_posted(request, desk=desk)
    if posted is None:
        return find_again(request)
    page, who = posted
    if page.payer.is_new or page.payer.error:
        return _show_payer(request, desk=desk, page=page, who=who)
    if not desk.user.has_perm(OVERRIDE):
        page.proof.error = denied_text()
        return show_quoted(request, desk=desk, page=page, who=who, status=HTTPStatus.FORBIDDEN)
    if not page.proof.reason:
        page.proof.reason_error = reason_text()
        return show_quoted(request, desk=desk, page=page, who=who, status=REFUSED)
    asked = proof_request(desk=desk, patient_id=who.patient_id, key=key_of(request))
    proof = prove_by_decision(reason=page.proof.reason, request=asked)
    who = put_proof(page, desk=desk, who=proven(who, proof))
    return show_quoted(request, desk=desk, page=page, who=who)


def _show_payer(request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who) -> HttpResponse:
    """Whose consent is asked for has just changed: first whoever sits at the desk sees whose."""
    return show_quoted(
        request, desk=desk, page=page, who=who, status=REFUSED if page.payer.error else HTTPStatus.OK
    )


def _send(page: DeskPage, *, desk: Desk, patient: Patient) -> None:
    now = clock.real_now()
    try:
        page.proof.sent_to = send_spend_code(
            patient=patient, clinic=desk.clinic, actor=desk.user, at=clock.now(), now=now
        )
        page.proof.is_sent = True
    except CodesBlocked as blocked:
        page.proof.error = blocked_text(blocked, now=now)
    except TooManyCodes as refusal:
        page.proof.error = too_many_text(refusal, now=now)
    except CodeHasNoRoute as refusal:
        page.proof.error = no_route_text(refusal)
