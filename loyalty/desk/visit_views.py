"""The visit is over: its points become available."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from clinics import clock
from loyalty.desk.access import Desk, desk_view
from loyalty.models import Receipt, Source
from loyalty.visits import close_visit


@desk_view()
def desk_close_visit(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    """Posted from the patient's strip, or from the receipt that was just posted; back to where it came from."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not Receipt.objects.filter(pk=receipt_id, clinic__in=desk.clinic_ids).exists():
        raise Http404
    closed = close_visit(receipt_id, at=clock.now(), actor=desk.user, source=Source.DESK)
    back = {"visit": str(receipt_id)}
    if request.POST.get("who"):
        back["who"] = request.POST["who"]
    if closed.is_duplicate:
        back["again"] = "1"
    return HttpResponseRedirect(f"{reverse('admin:desk')}?{urlencode(back)}")
