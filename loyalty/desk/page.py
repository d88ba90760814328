"""Puts the desk's page together; the same fragments answer the script and a browser without it."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from loyalty.checkout.confirming import needs_proof
from loyalty.checkout.member_state import NoAccount, read_member_state
from loyalty.checkout.quoting import QuotedReceipt
from loyalty.desk.access import Desk, Who, read_who, sign_who
from loyalty.desk.payer_form import PayerForm, read_payer_form
from loyalty.desk.privilege_form import PrivilegeForm, read_privilege_form
from loyalty.desk.proof_form import ProofForm, proven_text, read_proof_form
from loyalty.desk.quote_panel import QuotePanel, quote_panel
from loyalty.desk.receipt_form import FormLine, ReceiptForm, read_form
from loyalty.desk.strip import Strip, contact_strip, member_strip
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.facts import SpendKind
from patients.models import Patient
from patients.search import active_patients

FRAGMENT_HEADER = "X-Desk-Fragment"
NO_PROGRAM = ("error", gettext_lazy("No program is in force yet: ask the manager to publish one."))


@dataclass(slots=True)
class DeskPage:
    """Everything the template shows; `notices` are (kind, sentence), kind is ok, warn or error."""

    find_text: str = ""
    who: str = ""
    strip: Strip | None = None
    form: ReceiptForm = field(default_factory=ReceiptForm)
    panel: QuotePanel | None = None
    proof: ProofForm = field(default_factory=ProofForm)
    payer: PayerForm = field(default_factory=PayerForm)
    privileges: PrivilegeForm = field(default_factory=PrivilegeForm)
    reasons: list[tuple[str, ...]] = field(default_factory=list)
    notices: list[tuple[str, str | Promise]] = field(default_factory=list)
    extra: dict[str, Any] = field(default_factory=dict)

    def is_fragment(self, request: HttpRequest) -> bool:
        """Whether the script asked for the checkout part alone."""
        return FRAGMENT_HEADER in request.headers

    @property
    def is_valid(self) -> bool:
        """Whether all that was typed can be read."""
        return self.form.is_valid and not self.privileges.error and not self.payer.error

    @property
    def asks_to_prove(self) -> bool:
        """Whether a code was typed for points to be spent; a code that nobody needs is not looked at."""
        return self.is_valid and self.form.choice.kind is not SpendKind.NONE and bool(self.proof.code)

    @property
    def rows(self) -> list[tuple[FormLine, tuple[str, ...]]]:
        """Lines with their sentences; without a quote the sentences are empty."""
        reasons = self.reasons or [()] * len(self.form.lines)
        return list(zip(self.form.lines, reasons, strict=False))


def read_page(request: HttpRequest, *, desk: Desk) -> DeskPage:
    """The posted checkout form. At most one query."""
    page = DeskPage(
        who=request.POST["who"],
        form=read_form(request.POST, doctors=desk.doctors, zone=desk.clinic.tz),
        proof=read_proof_form(request.POST),
        payer=read_payer_form(request.POST),
        privileges=read_privilege_form(request.POST),
    )
    if page.form.paid_at and page.privileges.keys:
        page.privileges.error = _("Codes are used only while one pays. Delete the code or the earlier time.")
    return page


def show_desk(request: HttpRequest, *, desk: Desk, page: DeskPage, status: int = 200) -> HttpResponse:
    """The whole page; for the script its checkout part, and the patient's strip if that has been read."""
    if page.is_fragment(request):
        return render(request, "loyalty/desk/fragment.html", {"desk": desk, "page": page}, status=status)
    context = admin.site.each_context(request) | {
        "title": _("Desk"),
        "is_nav_sidebar_enabled": False,
        "desk": desk,
        "page": page,
        **page.extra,
    }
    return render(request, "loyalty/desk/desk.html", context, status=status)


def who_of(request: HttpRequest, *, desk: Desk) -> Who | None:
    """The patient of the posted form or of the address: a signed reference, or an id within own clinics."""
    data = request.POST if request.method == "POST" else request.GET
    user_id = desk.user.pk
    if data.get("who"):
        return read_who(token=data["who"], user_id=user_id)
    patient_id = data.get("patient", "")
    if not patient_id.isdecimal() or len(patient_id) > 18:
        return None
    known = active_patients().filter(pk=int(patient_id), home_clinic__in=desk.clinic_ids)
    return Who(patient_id=int(patient_id), identified_by="NAME") if known.exists() else None


def put_patient(page: DeskPage, *, who: Who, user_id: int) -> None:
    """Fill the strip from the database."""
    _put_who(page, who=who, user_id=user_id)
    page.proof.proven = proven_text(who.proven_by)
    at = clock.now()
    try:
        program = current_program(at=at).program
        state = read_member_state(patient_id=who.patient_id, program=program, at=at)
    except (NoAccount, NoProgram) as error:
        if isinstance(error, NoProgram) and NO_PROGRAM not in page.notices:
            page.notices.append(NO_PROGRAM)
        patient: Patient | None = active_patients().filter(pk=who.patient_id).first()
        page.strip = contact_strip(patient) if patient else None
    else:
        page.strip = member_strip(state, program=program)


def put_quote(page: DeskPage, *, quoted: QuotedReceipt, who: Who) -> None:
    """Fill the quote panel, the reasons at the lines and what is asked of a patient who spends."""
    page.panel, page.reasons = quote_panel(quoted)
    page.privileges.put_titles(quoted.privileges)
    page.proof.is_needed = needs_proof(quoted)
    page.proof.proven = proven_text(who.proven_by)


def put_strip_of_quote(page: DeskPage, *, quoted: QuotedReceipt, who: Who, user_id: int) -> None:
    """The strip from what the quote has read already."""
    _put_who(page, who=who, user_id=user_id)
    page.strip = member_strip(quoted.member, program=quoted.running.program)


def _put_who(page: DeskPage, *, who: Who, user_id: int) -> None:
    """One query when somebody else pays."""
    page.who = sign_who(who=who, user_id=user_id)
    page.payer.is_named = who.treated_id is not None
    if who.treated_id is not None:
        page.payer.treated = str(Patient.objects.get(pk=who.treated_id))
