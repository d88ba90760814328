"""The desk's page and its one field that finds anybody."""

from datetime import datetime
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import audit, clock
from clinics.calendar import local_date
from clinics.number_texts import day_text
from loyalty.calls.listing import WORK, tasks_for
from loyalty.desk.access import Desk, Who, choose_clinic, desk_view, sign_who
from loyalty.desk.done_texts import put_note, put_receipt, put_refund, put_visit
from loyalty.desk.find_texts import missed_text
from loyalty.desk.page import DeskPage, put_patient, show_desk, who_of
from loyalty.desk.people_views import ADD_PATIENT, form_with_phone
from loyalty.desk.privilege_form import read_privilege_form, unknown_text
from loyalty.desk.proof_taking import who_was_found
from loyalty.desk.receipt_form import read_form
from loyalty.models import Standing
from loyalty.privileges.code_names import read_key
from loyalty.privileges.using import PrivilegeRefused, find_code, present_codes
from patients.models import Patient
from patients.names import Layout
from patients.phone import format_phone
from patients.search import SearchResult, active_patients, find_patients
from patients.search_text import FoundBy

SHORTEST_TEXT = 2
LAYOUT_HINTS = {
    Layout.ENGLISH.value: gettext_lazy("The keyboard layout was English, we have corrected it."),
    Layout.RUSSIAN.value: gettext_lazy("The keyboard layout was Russian, we have corrected it."),
}
WARNINGS = {
    "stale_qr": gettext_lazy("The code in this QR is old or used: enough to earn. To spend, scan a new one."),
    "was_member": gettext_lazy(
        "The friend is not written down: the patient has left and come back, an invitation counts once."
    ),
}
DONE = {"done": put_receipt, "note": put_note, "refunded": put_refund, "visit": put_visit}


@desk_view()
def desk_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The empty desk, or a patient's; a form sent before the session ended comes back filled."""
    page = DeskPage()
    who = who_of(request, desk=desk)
    if who is not None:
        put_patient(page, who=who, user_id=desk.user.pk)
    elif "who" in request.GET or "patient" in request.GET:
        page.notices.append(("warn", _("The patient's page has become old. Find the patient again.")))
    if page.strip is not None and request.GET.getlist("line_price"):
        page.form = read_form(request.GET, doctors=desk.doctors, zone=desk.clinic.tz)
        page.notices.append(("warn", _("The session was over. The form is as you left it: press “Quote”.")))
    if page.strip is not None and who is not None and request.GET.getlist("privilege"):
        _put_codes(page, request=request, desk=desk, who=who)
    page.notices += [("warn", str(text)) for name, text in WARNINGS.items() if request.GET.get(name)]
    if request.GET.get("layout") in LAYOUT_HINTS:
        page.notices.append(("ok", LAYOUT_HINTS[request.GET["layout"]]))
    for name, put in DONE.items():
        if request.GET.get(name):
            put(page, desk=desk, number=_number(request.GET[name]), is_repeated=bool(request.GET.get("again")))
    if page.strip is None and not page.notices and desk.user.has_perm(WORK):
        page.extra["calls"] = tasks_for(desk.user, clinics=desk.clinics, at=clock.now()).count()
    return show_desk(request, desk=desk, page=page)


@desk_view()
def desk_find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Posted, so that phones and names stay out of addresses and logs."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("admin:desk"))
    text = request.POST.get("q", "").strip()
    page = DeskPage(find_text=text)
    if len(text) < SHORTEST_TEXT:
        page.notices.append(("warn", _("Type a phone, a card number or a last name.")))
        return show_desk(request, desk=desk, page=page)
    if key := read_key(text):
        return _find_by_code(request, desk=desk, page=page, key=key)
    found = find_patients(text, clinic_ids=desk.clinic_ids)
    if len(found.patients) == 1 and not found.has_more:
        who = who_was_found(found, desk=desk)
        target = {"who": sign_who(who=who, user_id=desk.user.pk)}
        if found.scanned and not who.proven_by:
            target["stale_qr"] = "1"
        if found.wrong_layout:
            target["layout"] = found.wrong_layout.value
        return HttpResponseRedirect(f"{reverse('admin:desk')}?{urlencode(target)}")
    _put_matches(page, found=found, desk=desk)
    return show_desk(request, desk=desk, page=page)


@desk_view()
def desk_clinic(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Choose the clinic for the session."""
    if request.method == "POST":
        choose_clinic(request=request, desk=desk, clinic_id=request.POST.get("clinic", ""))
    return HttpResponseRedirect(reverse("admin:desk"))


@desk_view()
def desk_reveal_phone(request: HttpRequest, desk: Desk) -> HttpResponse:
    """The phone in full, once; the audit keeps who looked."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    who = who_of(request, desk=desk)
    patient = active_patients().filter(pk=who.patient_id).first() if who else None
    if who is None or patient is None:
        return HttpResponseRedirect(reverse("admin:desk"))
    audit.record(
        code="patient.phone_revealed", actor=desk.user, clinic=desk.clinic, target=patient, at=clock.now()
    )
    page = DeskPage()
    put_patient(page, who=who, user_id=desk.user.pk)
    page.extra["full_phone"] = format_phone(patient.phone or "")
    return show_desk(request, desk=desk, page=page)


def _find_by_code(request: HttpRequest, *, desk: Desk, page: DeskPage, key: str) -> HttpResponse:
    """One scan: the patient's page, with the code on the receipt. Two queries."""
    code = find_code(key)
    if code is None or not code.patient.is_active:
        page.notices.append(("warn", unknown_text(key)))
        return show_desk(request, desk=desk, page=page)
    # The code is the patient's as a card is: enough to earn, no proof of a consent to spend points.
    who = Who(patient_id=code.patient_id, identified_by=FoundBy.CARD.value)
    target = {"who": sign_who(who=who, user_id=desk.user.pk), "privilege": key}
    return HttpResponseRedirect(f"{reverse('admin:desk')}?{urlencode(target)}")


def _put_codes(page: DeskPage, *, request: HttpRequest, desk: Desk, who: Who) -> None:
    """The codes in the address, on the receipt; of one that can't be used the reason. One query."""
    page.privileges = read_privilege_form(request.GET)
    try:
        presented = present_codes(
            page.privileges.keys, patient_id=who.patient_id, clinic_code=desk.clinic.code, at=clock.now()
        )
    except PrivilegeRefused as refusal:
        page.privileges.refuse(refusal)
    else:
        page.privileges.put_titles(presented)


def _number(text: str) -> int:
    """0 when the address holds something else: no row has it."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0


def _put_matches(page: DeskPage, *, found: SearchResult, desk: Desk) -> None:
    if not found.patients and found.phone and desk.user.has_perm(ADD_PATIENT):
        # The form of registration is there at once, the phone in it: a new person costs no page more.
        phone = format_phone(found.phone)
        page.extra["offer"] = _("Nobody has the number %(phone)s. Register a card?") % {"phone": phone}
        page.extra["form"] = form_with_phone(phone)
    elif missed := missed_text(found):
        page.notices.append(("error" if found.closed_card else "warn", missed))
    if found.wrong_layout:
        page.notices.append(("ok", LAYOUT_HINTS[found.wrong_layout.value]))
    if not found.has_more:
        visits = dict(Standing.objects.filter(patient__in=found.patients).values_list("patient", "last_paid_at"))
        page.extra["matches"] = [
            _match(patient, found_by=found.found_by, desk=desk, last_paid_at=visits.get(patient.pk))
            for patient in found.patients
        ]


def _match(patient: Patient, *, found_by: FoundBy, desk: Desk, last_paid_at: datetime | None) -> dict[str, str]:
    tz = patient.home_clinic.tz
    who = Who(patient_id=patient.pk, identified_by=found_by.value)
    token = sign_who(who=who, user_id=desk.user.pk)
    return {
        "name": str(patient),
        "phone": patient.masked_phone,
        "year": str(patient.birth_date.year) if patient.birth_date else "",
        "clinic": patient.home_clinic.name,
        "last_visit": (
            day_text(local_date(last_paid_at, tz), today=local_date(clock.now(), tz)) if last_paid_at else ""
        ),
        "url": f"{reverse('admin:desk')}?{urlencode({'who': token})}",
    }
