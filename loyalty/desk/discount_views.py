"""A discount by hand: given or asked for at the desk, decided by the person who was named."""

from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from clinics.number_texts import percent_text
from loyalty.checkout import manual_discounts
from loyalty.checkout.manual_discounts import (
    APPROVE,
    AboveMost,
    AlreadyOpen,
    ApproverNeeded,
    DiscountsNotAllowed,
    DiscountWish,
    NotYours,
    approvers_for,
    ask_discount,
    find_open,
    most_bp_of,
    waiting_for,
)
from loyalty.desk.access import KEPT_FIELDS, Desk, Who, desk_view
from loyalty.desk.checkout_views import desk_quote
from loyalty.desk.discount_form import DiscountForm
from loyalty.desk.page import who_of
from loyalty.models import ManualDiscount
from loyalty.program.versions import NoProgram, current_program
from loyalty.rules.compiled import ManualDiscounts
from patients.models import Patient

REFUSED = 422
LONGEST_NOTE = 200


@desk_view()
def desk_discount(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for the percent and the reason; the receipt that was being typed comes along and back."""
    who = who_of(request, desk=desk) if request.method == "POST" else None
    if request.POST.get("payer_entry", "").strip():
        return desk_quote(request)  # whose discount it would be is not known yet
    manual = _manual()
    if who is None or manual is None:
        return HttpResponseRedirect(reverse("admin:desk"))
    if "cancel" in request.POST:
        discount = find_open(patient_id=who.patient_id, clinic_code=desk.clinic.code, at=clock.now())
        if discount is not None:
            manual_discounts.cancel(discount.pk, clinic=desk.clinic, actor=desk.user, at=clock.now())
        return desk_quote(request)
    form = DiscountForm(
        request.POST if "ask" in request.POST else None,
        own_most_bp=most_bp_of(desk.user, manual),
        approvers=approvers_for(rate_bp=0, clinic=desk.clinic, requester=desk.user, manual=manual),
    )
    if form.is_bound and form.is_valid() and _asked(form, desk=desk, who=who, manual=manual):
        return desk_quote(request)
    return _show(request, desk=desk, who=who, form=form)


def decide_discounts(request: HttpRequest) -> HttpResponse:
    """Requests that wait for the person's own decision."""
    user = request.user
    if not isinstance(user, User) or not user.has_perm(APPROVE):
        raise PermissionDenied
    notice = _decide(request, user) if request.method == "POST" else ""
    discounts = waiting_for(user, at=clock.now())
    context = admin.site.each_context(request) | {
        "title": _("Discounts to decide on"),
        "is_nav_sidebar_enabled": False,
        "notice": notice,
        "discounts": [(discount, percent_text(discount.rate_bp)) for discount in discounts],
    }
    return render(request, "loyalty/desk/discount_decisions.html", context)


def _manual() -> ManualDiscounts | None:
    try:
        return current_program(at=clock.now()).program.discounts.manual
    except NoProgram:
        return None


def _asked(form: DiscountForm, *, desk: Desk, who: Who, manual: ManualDiscounts) -> bool:
    wish = DiscountWish(
        patient=Patient.objects.get(pk=who.patient_id),
        clinic=desk.clinic,
        rate_bp=form.rate_bp,
        reason=form.cleaned_data["reason"],
        approver=form.cleaned_data["approver"],
    )
    try:
        ask_discount(wish, manual=manual, actor=desk.user, at=clock.now())
    except (AboveMost, ApproverNeeded) as refusal:
        form.refuse(refusal)
    except AlreadyOpen:
        form.add_error(None, _("The patient has an open discount already. Use it or cancel it first."))
    except DiscountsNotAllowed:
        form.add_error(None, _("The program has no discounts by hand any more."))
    else:
        return True
    return False


def _show(request: HttpRequest, *, desk: Desk, who: Who, form: DiscountForm) -> HttpResponse:
    at = clock.now()
    discount = find_open(patient_id=who.patient_id, clinic_code=desk.clinic.code, at=at)
    kept = [(name, value) for name in KEPT_FIELDS for value in request.POST.getlist(name)]
    context = admin.site.each_context(request) | {
        "title": _("Discount by hand"),
        "is_nav_sidebar_enabled": False,
        "desk": desk,
        "form": form,
        "kept": kept,
        "discount": discount,
        "patient": Patient.objects.get(pk=who.patient_id),
    }
    return render(request, "loyalty/desk/discount.html", context, status=REFUSED if form.errors else 200)


def _decide(request: HttpRequest, user: User) -> str:
    """A sentence about what has happened."""
    number = request.POST.get("discount", "")
    note = request.POST.get("note", "").strip()[:LONGEST_NOTE]
    act = manual_discounts.approve if "approve" in request.POST else manual_discounts.refuse
    if not number.isdecimal() or len(number) > 18:
        return ""
    if not note:
        return _("Nothing was decided: write the reason of the decision.")
    try:
        discount = act(int(number), actor=user, note=note, at=clock.now())
    except NotYours:
        return _("This request has been decided or taken back meanwhile, or its time is over.")
    if discount.status == ManualDiscount.Status.APPROVED:
        return _("Approved: the desk's next quote takes the discount.")
    return _("Refused: the desk sees it at its next quote.")
