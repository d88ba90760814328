"""The printed note of a receipt: what money and what points paid for every line, to the kopeck. Not fiscal."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from clinics.calendar import local_date
from clinics.money import to_kopecks
from clinics.number_texts import money_text, number_text, signed_text
from loyalty.desk.access import Desk, desk_view
from loyalty.models import Receipt, ReceiptLine, Standing
from loyalty.rules.privileges import privilege_key


@dataclass(frozen=True, slots=True)
class SlipLine:
    title: str
    quantity: int
    price: str
    discount: str  # these three are empty when there is nothing
    reward: str
    points: str
    paid: str


@desk_view()
def desk_slip(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    receipt = (
        Receipt.objects.filter(pk=receipt_id, clinic__in=desk.clinic_ids)
        .select_related("clinic", "patient")
        .first()
    )
    if receipt is None:
        raise Http404
    account = Standing.objects.select_related("account").get(patient=receipt.patient_id).account
    lines = receipt.lines.select_related("service", "category").prefetch_related("discounts").order_by("position")
    rewards = sum(map(_covered, lines))
    context = {
        "receipt": receipt,
        "is_sheet": request.GET.get("paper") == "a4",
        "day": local_date(receipt.paid_at, receipt.clinic.tz),
        "lines": [_line(line) for line in lines],
        "price": money_text(to_kopecks(receipt.price)),
        "rewards": money_text(-rewards) if rewards else "",
        "points": money_text(-to_kopecks(receipt.points_value)) if receipt.points_value else "",
        "paid": money_text(to_kopecks(receipt.paid)),
        "earned": signed_text(receipt.points_earned),
        "balance": number_text(account.balance - account.debt),
    }
    return render(request, "loyalty/desk/slip.html", context)


def _covered(line: ReceiptLine) -> int:
    """Kopecks that codes bought for points took off the line."""
    taken = [each for each in line.discounts.all() if privilege_key(each.promotion_code)]
    return sum(to_kopecks(each.amount) for each in taken)


def _line(line: ReceiptLine) -> SlipLine:
    covered = _covered(line)
    discount = to_kopecks(line.discount) - covered
    return SlipLine(
        title=str(line),
        quantity=line.quantity,
        price=money_text(to_kopecks(line.price)),
        discount=money_text(-discount) if discount else "",
        reward=money_text(-covered) if covered else "",
        points=money_text(-to_kopecks(line.points_value)) if line.points_value else "",
        paid=money_text(to_kopecks(line.paid)),
    )
