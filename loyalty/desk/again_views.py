"""A cancelled receipt on the desk once more: its lines to be corrected, its document's next revision."""

from dataclasses import replace

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from clinics.money import to_kopecks
from loyalty.checkout.revision import find_replacement
from loyalty.desk.access import Desk, Who, desk_view
from loyalty.desk.page import DeskPage, put_patient, show_desk
from loyalty.desk.receipt_form import FormLine, ReceiptForm
from loyalty.desk.typed_values import roubles_field
from loyalty.models import Receipt, ReceiptLine
from patients.search import FoundBy


@desk_view()
def desk_enter_again(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    """The desk with the lines of a receipt that was refunded in full; one that stands has to be refunded first."""
    receipt = get_object_or_404(Receipt.objects.select_related("treated"), pk=receipt_id, clinic=desk.clinic)
    newer = find_replacement(receipt.pk)
    if newer is not None:
        return HttpResponseRedirect(f"{reverse('admin:desk')}?done={newer.pk}&again=1")
    if not receipt.refunds.filter(is_complete=True).exists():
        return HttpResponseRedirect(reverse("admin:desk_refund", kwargs={"receipt_id": receipt.pk}))
    page = DeskPage(form=ReceiptForm(lines=_lines(receipt), doctors=desk.doctors, replaces_id=receipt.pk))
    text = _("Receipt %(number)s is refunded. Correct its lines, press “Quote” and post it again.")
    page.notices.append(("ok", text % {"number": receipt.pk}))
    treated = receipt.treated
    who = Who(patient_id=receipt.patient_id, identified_by=FoundBy.NAME.value)
    if treated is not None and treated.is_active:
        who = replace(who, treated_id=treated.pk, treated_by=FoundBy.NAME.value)
    put_patient(page, who=who, user_id=desk.user.pk)
    return show_desk(request, desk=desk, page=page)


def _lines(receipt: Receipt) -> list[FormLine]:
    lines = receipt.lines.select_related("service", "category").order_by("position")
    return [_form_line(line) for line in lines]


def _form_line(line: ReceiptLine) -> FormLine:
    kopecks, rest = divmod(to_kopecks(line.price), line.quantity)
    quantity = 1 if rest else line.quantity
    return FormLine(
        title=str(line),
        price=roubles_field(to_kopecks(line.price) if rest else kopecks),
        quantity=str(quantity),
        service_id=line.service_id,
        category_id=None if line.service_id else line.category_id,
        doctor_id=line.doctor_id,
    )
