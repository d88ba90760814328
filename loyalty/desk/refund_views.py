"""Refund of a receipt, whole or in slices: what to refund, its preview, and the act only if it still equals it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from loyalty.desk.access import REFUND, Desk, desk_view
from loyalty.desk.page import FRAGMENT_HEADER
from loyalty.desk.refund_form import KEPT_FIELDS, RefundForm, read_refund_form
from loyalty.desk.refund_panel import RefundPanel, earlier_refunds, refund_panel
from loyalty.models import Receipt, ReceiptLine, Refund
from loyalty.program.versions import compiled_version
from loyalty.refunds.refunding import (
    RefundChanged,
    RefundKeyReused,
    RefundResult,
    RefundWish,
    confirm_refund,
    preview_refund,
)
from loyalty.refunds.sold_receipt import read_sold_receipt
from loyalty.rules.refund_portions import EVERYTHING
from loyalty.rules.refunds import MoreThanLeft, NothingLeft, UnknownLine

LONGEST_KEY = 40
REFUSED = 422
CHANGED = 409


@dataclass(slots=True)
class RefundPage:
    """Everything the template shows."""

    receipt: Receipt
    titles: Mapping[int, str]  # of its lines, by position
    form: RefundForm
    key: str
    is_refunded: bool = False  # in full: there is nothing to ask for
    panel: RefundPanel | None = None
    notice: str = ""
    status: int = 200


@desk_view(permission=REFUND, kept_fields=KEPT_FIELDS)
def desk_refund(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    """Show the refund that the form asks for; with `act` post it."""
    page = _read_page(request, desk=desk, receipt_id=receipt_id)
    done = Refund.objects.filter(key=page.key).first()
    if done is not None and _is_repeat(page, done):
        return _to_desk(done, again=True)
    is_act = request.method == "POST" and "act" in request.POST
    if done is not None:
        # The page of a posted refund, gone back to and changed, asks for another one: first it is looked at.
        is_act = False
        _begin_anew(page)
    if is_act and not page.form.require_reason():
        page.status = REFUSED
    try:
        if is_act and page.form.is_valid:
            shown = request.POST.get("shown", "")
            result = confirm_refund(_wish(page), shown=shown, actor=desk.user, at=clock.now())
            return _to_desk(result.refund, again=result.is_duplicate)
        if page.form.portion is None:
            page.status = REFUSED
        else:
            _put_panel(page, preview_refund(_wish(page), actor=desk.user, at=clock.now()))
    except RefundKeyReused:
        _begin_anew(page)
    except RefundChanged as change:
        _say_changed(page)
        _put_panel(page, change.fresh)
    except (MoreThanLeft, NothingLeft, UnknownLine) as refusal:
        _refuse(page, refusal)
    return _show(request, desk=desk, page=page)


def _read_page(request: HttpRequest, *, desk: Desk, receipt_id: int) -> RefundPage:
    receipts = Receipt.objects.filter(pk=receipt_id, clinic__in=desk.clinic_ids)
    receipt = receipts.select_related("patient__home_clinic", "program_version").first()
    if receipt is None:
        raise Http404
    lines = ReceiptLine.objects.filter(receipt=receipt).select_related("service", "category")
    titles = {line.position: str(line) for line in lines}
    sold = read_sold_receipt(receipt, program=compiled_version(receipt.program_version))
    data = request.POST if request.method == "POST" else request.GET
    return RefundPage(
        receipt=receipt,
        titles=titles,
        form=read_refund_form(data, sold=sold, titles=titles),
        key=request.POST.get("key", "")[:LONGEST_KEY] or uuid.uuid4().hex,
    )


def _is_repeat(page: RefundPage, done: Refund) -> bool:
    if done.receipt_id != page.receipt.pk:
        return False
    return page.form.portion is None or page.form.portion.as_json() == done.portion


def _begin_anew(page: RefundPage) -> None:
    page.key = uuid.uuid4().hex
    _say_changed(page)


def _say_changed(page: RefundPage) -> None:
    page.notice = _("The sums have changed since they were shown. Check the new ones.")
    page.status = CHANGED


def _wish(page: RefundPage) -> RefundWish:
    form = page.form
    return RefundWish(
        receipt_id=page.receipt.pk,
        key=page.key,
        reason=form.reason or Refund.Reason.OTHER,
        note=form.note,
        portion=form.portion or EVERYTHING,
    )


def _put_panel(page: RefundPage, result: RefundResult) -> None:
    page.panel = refund_panel(result, receipt=page.receipt, titles=page.titles)


def _refuse(page: RefundPage, refusal: MoreThanLeft | NothingLeft | UnknownLine) -> None:
    """What cannot be refunded is said at its field; a receipt with nothing left has no form."""
    page.status = REFUSED
    if page.receipt.refunds.filter(is_complete=True).exists():
        page.is_refunded = True
        page.status = CHANGED
        page.notice = _("Receipt %(number)s has been refunded in full already.") % {"number": page.receipt.pk}
    elif isinstance(refusal, MoreThanLeft):
        page.form.refuse(refusal)
    else:
        page.form.lines_error = _("These lines are refunded already. Choose others.")


def _to_desk(refund: Refund, *, again: bool) -> HttpResponse:
    repeated = "&again=1" if again else ""
    return HttpResponseRedirect(f"{reverse('admin:desk')}?refunded={refund.pk}{repeated}")


def _show(request: HttpRequest, *, desk: Desk, page: RefundPage) -> HttpResponse:
    context = {"desk": desk, "page": page, "reasons": Refund.Reason.choices}
    if FRAGMENT_HEADER in request.headers:
        # The script asks while people still type: what is wrong by then is no failure of the request.
        page.form.forgive_blank()
        return render(request, "loyalty/desk/refund_form.html", context)
    context |= admin.site.each_context(request) | {
        "title": _("Refund of receipt %(number)s") % {"number": page.receipt.pk},
        "is_nav_sidebar_enabled": False,
        "earlier": earlier_refunds(page.receipt),
    }
    return render(request, "loyalty/desk/refund.html", context, status=page.status)
