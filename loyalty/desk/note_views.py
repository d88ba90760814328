"""Sends the patient the note of a receipt."""

from contextlib import suppress

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse

from clinics import clock
from loyalty.desk.access import Desk, desk_view
from loyalty.messages.notes import NoteHasNoRoute, send_note
from loyalty.models import Receipt

LONGEST_KEY = 40


@desk_view()
def desk_send_note(request: HttpRequest, desk: Desk, receipt_id: int) -> HttpResponse:
    """Posted from the receipt that was just posted; the desk says where the note goes, or why it does not."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    receipts = Receipt.objects.filter(pk=receipt_id, clinic__in=desk.clinic_ids)
    receipt = receipts.select_related("patient__household__contact").first()
    if receipt is None:
        raise Http404
    # The desk says why there is no way to the patient.
    with suppress(NoteHasNoRoute):
        send_note(receipt=receipt, key=request.POST.get("key", "")[:LONGEST_KEY], at=clock.now())
    return HttpResponseRedirect(f"{reverse('admin:desk')}?note={receipt_id}")
