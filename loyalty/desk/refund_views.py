"""Refund of a whole receipt: reason, preview, and the act only if it still equals the preview."""

import uuid
from dataclasses import dataclass

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics import clock
from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import day_text, money_text, number_text, signed_text
from loyalty.desk.access import REFUND, Desk, desk_view
from loyalty.models import Receipt, Refund
from loyalty.refund import NothingLeft, RefundResult, RefundWish, preview_refund, refund_receipt

LONGEST_KEY = 40


@dataclass(frozen=True, slots=True)
class RefundSums:
    """What the refund does, in words; `shown` is compared when it is confirmed."""

    money: str
    returned: str
    renewed: str
    taken: str
    balance: str
    shown: str


@desk_view(permission=REFUND)
def desk_refund(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    receipt = Receipt.objects.filter(pk=receipt_id, clinic__in=desk.clinic_ids).select_related("patient").first()
    if receipt is None:
        raise Http404
    if request.method == "POST":
        return _refund(request, desk=desk, receipt=receipt)
    return _show(request, desk=desk, receipt=receipt, key=uuid.uuid4().hex)


def _refund(request: HttpRequest, *, desk: Desk, receipt: Receipt) -> HttpResponse:
    key = request.POST.get("key", "")[:LONGEST_KEY]
    done = Refund.objects.filter(key=key, receipt=receipt).first() if key else None
    if done is not None:
        return HttpResponseRedirect(f"{reverse('admin:desk')}?refunded={done.pk}&again=1")
    reason = request.POST.get("reason", "")
    if reason not in Refund.Reason.values or not key:
        error = _("Choose the reason of the refund.")
        return _show(request, desk=desk, receipt=receipt, key=key or uuid.uuid4().hex, error=error)
    wish = _wish(receipt, key=key, reason=reason, note=request.POST.get("note", ""))
    at = clock.now()
    try:
        if _sums(preview_refund(wish, actor=desk.user, at=at), receipt=receipt).shown != request.POST.get("shown"):
            notice = _("The sums have changed since they were shown. Check the new ones.")
            return _show(request, desk=desk, receipt=receipt, key=key, notice=notice)
        result = refund_receipt(wish, actor=desk.user, at=at)
    except NothingLeft:
        return _show(request, desk=desk, receipt=receipt, key=key)
    return HttpResponseRedirect(f"{reverse('admin:desk')}?refunded={result.refund.pk}")


def _wish(receipt: Receipt, *, key: str, reason: str, note: str) -> RefundWish:
    return RefundWish(receipt_id=receipt.pk, key=key, reason=reason, note=note.strip()[:200])


def _sums(result: RefundResult, *, receipt: Receipt) -> RefundSums:
    refund = result.refund
    renewed = ""
    if result.renewed_points and result.renewed_last_day:
        today = local_date(refund.at, receipt.patient.home_clinic.tz)
        renewed = _("%(points)s of them had burnt; the new last day is %(day)s") % {
            "points": number_text(result.renewed_points),
            "day": day_text(result.renewed_last_day, today=today),
        }
    balance = result.balance - result.debt
    numbers = (refund.money, refund.points_returned, refund.points_taken, balance, result.renewed_points)
    return RefundSums(
        money=money_text(to_kopecks(refund.money)),
        returned=signed_text(refund.points_returned),
        renewed=renewed,
        taken=signed_text(-refund.points_taken),
        balance=number_text(balance),
        shown=":".join(str(number) for number in numbers),
    )


def _show(
    request: HttpRequest, *, desk: Desk, receipt: Receipt, key: str, error: str = "", notice: str = ""
) -> HttpResponse:
    sums = None
    try:
        wish = _wish(receipt, key=uuid.uuid4().hex, reason=Refund.Reason.OTHER, note="")
        sums = _sums(preview_refund(wish, actor=desk.user, at=clock.now()), receipt=receipt)
    except NothingLeft:
        notice = _("Receipt %(number)s has been refunded in full already.") % {"number": receipt.pk}
    context = admin.site.each_context(request) | {
        "title": _("Refund of receipt %(number)s") % {"number": receipt.pk},
        "is_nav_sidebar_enabled": False,
        "desk": desk,
        "receipt": receipt,
        "key": key,
        "sums": sums,
        "reasons": Refund.Reason.choices,
        "chosen": request.POST.get("reason", ""),
        "note": request.POST.get("note", ""),
        "error": error,
        "notice": notice,
    }
    status = 200 if request.method == "GET" and sums else 409 if sums is None or notice else 422
    return render(request, "loyalty/desk/refund.html", context, status=status)
