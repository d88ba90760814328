"""The dialog that erases a person: what goes, what stays, a reason, and a tick that there is no way back."""

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinics import clock
from clinics.money import to_kopecks
from clinics.number_texts import money_text, number_text, points_word
from loyalty.erasing import AlreadyErased, ErasurePreview, erase_patient, preview_erasure
from patients.admin.consent_dialog import SOURCES
from patients.admin.dialog_page import Button, reason_field, required_actor, show_dialog
from patients.models import Patient

PERMISSION = "patients.erase_patient"


class ErasureForm(forms.Form):
    source = forms.ChoiceField(
        label=gettext_lazy("How the patient asked"), choices=[(each.value, each.label) for each in SOURCES]
    )
    reason = reason_field(
        help_text=gettext_lazy(
            "For example: withdrew the consent. It stays in the audit: do not repeat the name."
        ),
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("I have read what is erased. It cannot be undone."),
        error_messages={"required": gettext_lazy("Read the list and tick: nothing of it can be brought back.")},
    )


def erase_dialog(request: HttpRequest, *, patient: Patient, site: AdminSite) -> HttpResponse:
    """The caller has found the patient within the person's clinics."""
    actor = required_actor(request, PERMISSION)
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            erase_patient(
                patient_id=patient.pk,
                source=form.cleaned_data["source"],
                reason=form.cleaned_data["reason"],
                actor=actor,
                at=clock.now(),
            )
        except AlreadyErased as error:
            raise Http404 from error
        messages.success(
            request, _("The person is erased. The account № %(number)s has no name now.") % {"number": patient.pk}
        )
        return HttpResponseRedirect(reverse("admin:patients_patient_changelist"))
    preview = preview_erasure(patient)
    return show_dialog(
        request,
        patient=patient,
        site=site,
        title=_("Erase the person"),
        form=form,
        buttons=(Button("erase", _("Erase for ever"), is_dangerous=True),),
        template="admin/patients/patient/erase.html",
        gone=_gone(preview),
        kept=_kept(preview),
    )


def _gone(preview: ErasurePreview) -> list[str]:
    count = number_text
    lines = [_("name, phone, e-mail, birth date, sex, note, tags and family, also in the history of changes")]
    if preview.cards:
        text = ngettext("%(count)s card is closed", "%(count)s cards are closed", preview.cards)
        lines.append(text % {"count": count(preview.cards)})
    if preview.consents:
        text = ngettext("%(count)s consent is closed", "%(count)s consents are closed", preview.consents)
        lines.append(text % {"count": count(preview.consents)})
    if preview.messages:
        text = ngettext(
            "address and text of %(count)s message; what waits is not sent",
            "addresses and texts of %(count)s messages; what waits is not sent",
            preview.messages,
        )
        lines.append(text % {"count": count(preview.messages)})
    if preview.has_cabinet:
        lines.append(_("the way into the cabinet, at once"))
    if preview.documents:
        lines.append(_("documents of social groups"))
    if preview.duplicates:
        text = ngettext(
            "%(count)s card merged into this one", "%(count)s cards merged into this one", preview.duplicates
        )
        lines.append(text % {"count": count(preview.duplicates)})
    if preview.relatives_without_contact:
        text = ngettext(
            "%(count)s relative can no longer be reached: name another person in the family first",
            "%(count)s relatives can no longer be reached: name another person in the family first",
            preview.relatives_without_contact,
        )
        lines.append(text % {"count": count(preview.relatives_without_contact)})
    return lines


def _kept(preview: ErasurePreview) -> list[str]:
    money = money_text(to_kopecks(preview.paid))
    lines = [
        ngettext("%(count)s receipt, %(money)s paid", "%(count)s receipts, %(money)s paid", preview.receipts)
        % {"count": number_text(preview.receipts), "money": money},
        _("%(points)s on the balance: nobody can spend them, they burn on their days")
        % {"points": points_word(preview.balance)},
        _("numbers in reports and lines of the audit, without the name"),
    ]
    if preview.leaves_mark:
        text = _("a mark of the phone, so that gifts for joining come once; no number can be read from it")
        lines.append(text)
    if preview.pending:
        lines.insert(2, _("%(points)s that wait") % {"points": points_word(preview.pending)})
    if preview.debt:
        lines.insert(2, _("a debt of %(points)s") % {"points": points_word(preview.debt)})
    return lines
