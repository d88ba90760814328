"""The dialog «Who recommended you?»: by what a friend can tell, a phone or a card number."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog, to_card
from patients.models import Patient, Referral
from patients.referrals import (
    InvitedThemselves,
    InviterIsSet,
    InvitersInALoop,
    SameHousehold,
    WasMember,
    find_inviter,
    set_inviter,
)

PERMISSION = "patients.add_referral"
CHANGE = "patients.change_inviter"


class InviterForm(forms.Form):
    inviter = forms.CharField(
        label=gettext_lazy("Who recommended you?"),
        max_length=80,
        help_text=gettext_lazy("The friend's phone, card number or code like ANNA-7K2. A QR can be scanned."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "inputmode": "tel"}),
    )

    def clean_inviter(self) -> Patient:
        found = find_inviter(self.cleaned_data["inviter"])
        if found is None:
            raise forms.ValidationError(
                _(
                    "Nobody has this phone, card or code. Check it;"
                    " a friend who is no patient cannot be written down."
                )
            )
        return found


class ChangedInviterForm(InviterForm):
    reason = reason_field(help_text=gettext_lazy("Why it is somebody else. Stays in the audit."))


def inviter_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    present = Referral.objects.filter(patient=patient).select_related("inviter").first()
    if present is not None:
        required_actor(request, CHANGE)
    form_class: type[forms.Form] = ChangedInviterForm if present else InviterForm
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        said: dict[str, Any] = form.cleaned_data
        try:
            set_inviter(patient=patient, actor=actor, at=clock.now(), **said)
        except InvitedThemselves:
            form.add_error("inviter", _("This is the patient's own number. Ask for the friend's one."))
        except SameHousehold:
            form.add_error("inviter", _("They are of one household, and families come together."))
        except WasMember:
            text = _("The patient has left and come back: an invitation counts once for a phone.")
            form.add_error("inviter", text)
        except InvitersInALoop:
            form.add_error("inviter", _("This person came through the patient. Nobody recommends in a circle."))
        except InviterIsSet:
            messages.warning(
                request, _("Somebody else has been written down meanwhile. To change it give a reason.")
            )
            return to_card(patient)
        else:
            messages.success(request, _("Recommended by: %(name)s.") % {"name": said["inviter"]})
            return to_card(patient)
    notes = (_("Written down now: %(name)s.") % {"name": present.inviter},) if present else ()
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Who recommended the clinic"),
        form=form,
        buttons=(Button("save", _("Write down")),),
        notes=notes,
    )
