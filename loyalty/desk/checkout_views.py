"""Quote and confirm: read the form, call one domain function, show the result."""

from collections.abc import Callable
from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from clinics.money import to_kopecks
from clinics.number_texts import money_text
from loyalty.checkout.catalogue import LineRefused, UnknownDoctor
from loyalty.checkout.confirming import (
    ConfirmedReceipt,
    ProofNeeded,
    QuoteChanged,
    QuoteExpired,
    confirm_and_close_visit,
    confirm_receipt,
)
from loyalty.checkout.draft import QuoteTokenInvalid, ReceiptDraft, read_ticket
from loyalty.checkout.member_state import NoAccount
from loyalty.checkout.payers import PayerRefused
from loyalty.checkout.quoting import EmptyReceipt, NotAttachable, QuotedReceipt, quote_receipt
from loyalty.checkout.revision import AlreadyReplaced, ReceiptStands
from loyalty.desk.access import Desk, Who, desk_view
from loyalty.desk.page import (
    NO_PROGRAM,
    DeskPage,
    put_patient,
    put_quote,
    put_strip_of_quote,
    show_desk,
)
from loyalty.desk.payer_form import refused_text as payer_refused_text
from loyalty.desk.payer_taking import read_posted
from loyalty.desk.price_list import find_categories, find_services
from loyalty.desk.proof_form import need_text
from loyalty.desk.proof_taking import put_proof, take_typed_code
from loyalty.desk.receipt_form import doctor_gone
from loyalty.privileges.using import PrivilegeRefused
from loyalty.program.versions import NoProgram

SHORTEST_SUGGESTION = 2
REFUSED = 422
CHANGED = 409


@desk_view()
def desk_quote(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what the form would spend, cost and earn. Writes nothing but the proof that a typed code is."""
    posted = read_posted(request, desk=desk)
    if posted is None:
        return find_again(request)
    page, who = posted
    if page.asks_to_prove:
        who = take_typed_code(request, desk=desk, page=page, who=who)
    return show_quoted(request, desk=desk, page=page, who=who, status=REFUSED if page.proof.error else 200)


@desk_view()
def desk_confirm(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Post the quoted receipt, if it is still the one on the screen; then an address that can be reloaded."""
    posted = read_posted(request, desk=desk)
    if posted is None:
        return find_again(request)
    page, who = posted
    draft = _draft(page, desk=desk, who=who)
    token = request.POST.get("quote", "")
    if not page.is_valid or not _is_quote_of(token, draft=draft):
        if page.is_valid:
            page.notices.append(
                ("warn", _("The receipt has changed since the quote. The new quote is on the right, check it."))
            )
        return show_quoted(request, desk=desk, page=page, who=who, status=CHANGED)
    if page.asks_to_prove:
        who = take_typed_code(request, desk=desk, page=page, who=who)
    if page.proof.error:
        return show_quoted(request, desk=desk, page=page, who=who, status=REFUSED)
    return _post(request, desk=desk, page=page, who=who)


@desk_view()
def desk_suggest(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Names for the entry field: services, or categories with ?kind=category. One query."""
    text = request.GET.get("q", "").strip()
    if len(text) < SHORTEST_SUGGESTION:
        return _options([])
    find = find_categories if request.GET.get("kind") == "category" else find_services
    return _options([item.name for item in find(text)])


def show_quoted(request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who, status: int = 200) -> HttpResponse:
    """The form with a fresh quote, or with what is wrong in it."""
    if not page.is_valid:
        return _show(request, desk=desk, page=page, who=who, quoted=None, status=REFUSED)
    if page.payer.is_new and not page.form.lines:
        return _show(request, desk=desk, page=page, who=who, quoted=None, status=200)
    try:
        quoted = quote_receipt(_draft(page, desk=desk, who=who), at=clock.now())
    except EmptyReceipt:
        page.form.entry_error = _("The receipt is empty. Type a service or an amount.")
    except (LineRefused, PayerRefused, PrivilegeRefused) as refusal:
        _say_at_field(page, refusal)
    except NotAttachable:
        page.form.paid_at_error = _("24 hours after the payment are over: the receipt can't be added any more.")
    except NoProgram:
        if page.form.moment is None:
            page.notices.append(NO_PROGRAM)
        else:
            page.form.paid_at_error = _("No program was in force at that time: the receipt brings no points.")
    except NoAccount:
        return _refuse_without_account(request, desk=desk, page=page, who=who)
    else:
        return _show(request, desk=desk, page=page, who=who, quoted=quoted, status=status)
    return _show(request, desk=desk, page=page, who=who, quoted=None, status=REFUSED)


def _say_at_field(page: DeskPage, refusal: LineRefused | PayerRefused | PrivilegeRefused) -> None:
    if isinstance(refusal, PrivilegeRefused):
        page.privileges.refuse(refusal)
        return
    if isinstance(refusal, PayerRefused):
        page.payer.error = payer_refused_text(refusal)
        return
    line = page.form.lines[refusal.position - 1]
    if isinstance(refusal, UnknownDoctor):
        line.doctor_error = doctor_gone()
    else:
        line.price_error = _("This service is no longer sold. Delete the line.")


def find_again(request: HttpRequest) -> HttpResponse:
    """The form's patient is unknown: forged, somebody else's, or of yesterday."""
    return HttpResponseRedirect(f"{reverse('admin:desk')}?who=")


def _post(request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who) -> HttpResponse:
    token = request.POST["quote"]
    try:
        confirmed = _act(request)(
            token, clinic=desk.clinic, actor=desk.user, at=clock.now(), proof_id=who.proof_id
        )
    except ProofNeeded:
        who = put_proof(page, desk=desk, who=replace(who, proof_id=None, proven_by=""))
        page.proof.error = need_text()
        return show_quoted(request, desk=desk, page=page, who=who, status=REFUSED)
    except QuoteChanged as change:
        page.notices += [("warn", text) for text in _changed_texts(change)]
        return _show(request, desk=desk, page=page, who=who, quoted=change.fresh, status=CHANGED)
    except (ReceiptStands, AlreadyReplaced) as refusal:
        page.notices.append(("warn", _not_replaceable(refusal, replaced_id=page.form.replaces_id)))
        page.form.replaces_id = None
        return show_quoted(request, desk=desk, page=page, who=who, status=CHANGED)
    except (QuoteExpired, LineRefused, NoAccount, NotAttachable, PayerRefused, PrivilegeRefused) as refusal:
        if isinstance(refusal, QuoteExpired):
            page.notices.append(
                ("warn", _("The quote is older than 10 minutes. The new one is on the right, check it."))
            )
        return show_quoted(request, desk=desk, page=page, who=who, status=CHANGED)
    again = "&again=1" if confirmed.is_duplicate else ""
    return HttpResponseRedirect(f"{reverse('admin:desk')}?done={confirmed.receipt.pk}{again}")


def _changed_texts(change: QuoteChanged) -> list[str]:
    texts = [_("The balance has changed while you were counting. The new quote is on the right, check it.")]
    if change.posted is not None:
        text = _("Meanwhile receipt %(number)s for %(sum)s was posted. Do not post the same visit twice.")
        texts.append(
            text % {"number": change.posted.pk, "sum": money_text(to_kopecks(change.posted.price))},
        )
    return texts


def _act(request: HttpRequest) -> Callable[..., ConfirmedReceipt]:
    return confirm_and_close_visit if request.POST.get("visit") == "closed" else confirm_receipt


def _not_replaceable(refusal: ReceiptStands | AlreadyReplaced, *, replaced_id: int | None) -> str:
    if isinstance(refusal, AlreadyReplaced):
        return _(
            "Receipt %(old)s has been entered again already: it is receipt %(new)s. "
            "Posting now makes one more receipt."
        ) % {"old": replaced_id, "new": refusal.receipt.pk}
    return _("Receipt %(number)s is not refunded in full, so it stands. Posting now makes one more receipt.") % {
        "number": replaced_id
    }


def _options(names: list[str]) -> HttpResponse:
    return HttpResponse("\n".join(names), content_type="text/plain; charset=utf-8")


def _draft(page: DeskPage, *, desk: Desk, who: Who) -> ReceiptDraft:
    form = page.form
    return ReceiptDraft(
        patient_id=who.patient_id,
        clinic_code=desk.clinic.code,
        lines=tuple(form.drafted),
        choice=form.choice,
        identified_by=who.identified_by,
        replaces_id=form.replaces_id,
        paid_at=form.moment,
        privileges=tuple(page.privileges.keys),
        treated_id=who.treated_id,
    )


def _is_quote_of(token: str, *, draft: ReceiptDraft) -> bool:
    try:
        return read_ticket(token).draft == draft
    except QuoteTokenInvalid:
        return False


def _refuse_without_account(request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who) -> HttpResponse:
    page.notices.append(
        ("error", _("This person is not in the program yet. Ask for the consent to the rules first."))
    )
    return _show(request, desk=desk, page=page, who=who, quoted=None, status=REFUSED)


def _show(
    request: HttpRequest, *, desk: Desk, page: DeskPage, who: Who, quoted: QuotedReceipt | None, status: int
) -> HttpResponse:
    if quoted is not None:
        put_quote(page, quoted=quoted, who=who)
    # A quote that is no longer true makes the strip beside it untrue as well, and so does a proof or a payer.
    if status == CHANGED or page.proof.is_new or page.payer.is_new or not page.is_fragment(request):
        user_id = desk.user.pk
        if quoted is not None:
            put_strip_of_quote(page, quoted=quoted, who=who, user_id=user_id)
        else:
            put_patient(page, who=who, user_id=user_id)
    return show_desk(request, desk=desk, page=page, status=status)
