"""Takes the named payer at the desk: from then on the receipt, its proof and the strip are the payer's."""

from dataclasses import replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from loyalty.checkout.payers import PayerRefused, check_payer
from loyalty.desk.access import Desk, Who, read_who, sign_who
from loyalty.desk.find_texts import missed_text
from loyalty.desk.page import DeskPage, read_page, who_of
from loyalty.desk.payer_form import PayerChoice, refused_text
from loyalty.desk.proof_taking import who_was_found
from patients.models import Patient
from patients.search import SearchResult, active_patients, find_patients


def read_posted(request: HttpRequest, *, desk: Desk) -> tuple[DeskPage, Who] | None:
    """The posted form and whose account its receipt counts on; None when its patient is unknown.

    One query for what was typed; naming a payer costs that of finding them and one more.
    """
    who = who_of(request, desk=desk) if request.method == "POST" else None
    if who is None:
        return None
    page = read_page(request, desk=desk)
    if page.payer.is_asked:
        who = _take_payer(page, desk=desk, who=who)
    page.payer.is_named = who.treated_id is not None
    return page, who


def _take_payer(page: DeskPage, *, desk: Desk, who: Who) -> Who:
    """The payer in the patient's place, or the patient again; as they were when the form says what is wrong."""
    form = page.payer
    treated_id, treated_by = who.treated_id or who.patient_id, who.treated_by or who.identified_by
    if form.is_dropped:
        form.is_new = who.treated_id is not None
        # The proof was the payer's.
        return Who(patient_id=treated_id, identified_by=treated_by) if form.is_new else who
    payer = _picked(page, desk=desk) if form.picked else _found(page, desk=desk, treated_id=treated_id)
    if payer is None:
        return who
    try:
        check_payer(Patient.objects.get(pk=payer.patient_id), treated_id=treated_id)
    except PayerRefused as refusal:
        form.error = refused_text(refusal)
        return who
    form.is_new, form.entry = True, ""
    return replace(payer, treated_id=treated_id, treated_by=treated_by)


def _picked(page: DeskPage, *, desk: Desk) -> Who | None:
    payer = read_who(token=page.payer.picked, user_id=desk.user.pk)
    if payer is None or not active_patients().filter(pk=payer.patient_id).exists():
        page.payer.error = _("The list of payers has become old. Type the payer again.")
        return None
    return payer


def _found(page: DeskPage, *, desk: Desk, treated_id: int) -> Who | None:
    found = find_patients(page.payer.entry, clinic_ids=desk.clinic_ids)
    page.payer.error = missed_text(found)
    if page.payer.error:
        return None
    if len(found.patients) == 1:
        return who_was_found(found, desk=desk)
    page.payer.choices = tuple(
        _choice(patient, found=found, desk=desk) for patient in found.patients if patient.pk != treated_id
    )
    page.payer.error = _("Several people fit “%(text)s”. Choose the payer.") % {"text": page.payer.entry}
    return None


def _choice(patient: Patient, *, found: SearchResult, desk: Desk) -> PayerChoice:
    payer = Who(patient_id=patient.pk, identified_by=found.found_by.value)
    about = (str(patient), patient.masked_phone, str(patient.birth_date.year) if patient.birth_date else "")
    return PayerChoice(
        token=sign_who(who=payer, user_id=desk.user.pk), text=" · ".join(part for part in about if part)
    )
