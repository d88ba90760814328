"""The dialog of a patient's card: a new one, or a block on the one in use."""

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog, to_card
from patients.card_acts import CardChanged, find_active_card, give_card, stop_card
from patients.models import Card, Patient

PERMISSIONS = ("patients.add_card", "patients.change_card")


class CardForm(forms.Form):
    shown = forms.IntegerField(required=False, widget=forms.HiddenInput)
    reason = reason_field(
        max_length=120,
        help_text=gettext_lazy(
            "Lost, damaged, left at home. The desk sees it when somebody brings the closed card."
        ),
    )


def card_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, *PERMISSIONS)
    card = find_active_card(patient.pk)
    form = CardForm(
        request.POST if request.method == "POST" else None, initial={"shown": card.pk if card else None}
    )
    if request.method == "POST" and form.is_valid():
        act = {"patient": patient, "shown_id": form.cleaned_data["shown"], "actor": actor, "at": clock.now()}
        reason = form.cleaned_data["reason"]
        try:
            if "block" in request.POST and form.cleaned_data["shown"]:
                stop_card(**act, reason=reason)
                messages.success(request, _("The card is blocked. The patient is found by phone."))
            else:
                given = give_card(**act, reason=reason)
                messages.success(request, _("The new card is %(number)s.") % {"number": given})
        except CardChanged:
            messages.warning(
                request, _("The card has been changed meanwhile. Look at the one in force and decide anew.")
            )
        return to_card(patient)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Patient's loyalty card"),
        form=form,
        buttons=_buttons(card),
        notes=(_note(card),),
    )


def _note(card: Card | None) -> str:
    if card is None:
        return _("There is no card in use. A new number is given at once.")
    return _("In use: card %(number)s. With a new one it stops working; its points stay with the patient.") % {
        "number": card
    }


def _buttons(card: Card | None) -> tuple[Button, ...]:
    if card is None:
        return (Button("issue", _("Issue a new card")),)
    return (
        Button("issue", _("Issue a new card instead")),
        Button("block", _("Block without a new one"), is_dangerous=True),
    )
