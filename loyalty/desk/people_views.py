"""Registers people at the desk: a new person, or a contact who has agreed to the rules."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinics import clock
from loyalty.desk.access import Desk, Who, desk_view, sign_who
from loyalty.desk.page import NO_PROGRAM, who_of
from loyalty.enrolment import enrol_contact, register_member
from loyalty.program.versions import NoProgram
from patients.models import ConsentRecord, Patient
from patients.phone import normalise_phone
from patients.referrals import WasMember, find_inviter, set_inviter
from patients.registration import NewPatient, PhoneTaken
from patients.search import active_patients

ADD_PATIENT = "patients.add_patient"
Kind = ConsentRecord.Kind


class RegistrationForm(forms.Form):
    """Consents are not ticked beforehand, advertising stands apart. A phone is never left out by mistake."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=32,
        error_messages={"required": gettext_lazy("Type the phone. If there is none, tick so below.")},
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "off"}),
    )
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=80)
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=80)
    middle_name = forms.CharField(label=gettext_lazy("Middle name"), max_length=80, required=False)
    birth_date = forms.DateField(
        label=gettext_lazy("Birth date"), required=False, widget=forms.TextInput({"placeholder": "10.06.1990"})
    )
    no_phone = forms.BooleanField(label=gettext_lazy("No phone (a child)"), required=False)
    rules = forms.BooleanField(
        label=gettext_lazy("Agrees to the rules of the program"),
        error_messages={
            "required": gettext_lazy("Without the consent to the rules there is no card. Ask and tick.")
        },
    )
    personal_data = forms.BooleanField(
        label=gettext_lazy("Agrees to the processing of personal data"),
        error_messages={
            "required": gettext_lazy(
                "Without the consent to personal data we may not keep the person. Ask and tick."
            )
        },
    )
    service = forms.BooleanField(
        label=gettext_lazy("Messages about points and visits (service messages)"), required=False
    )
    advertising = forms.BooleanField(label=gettext_lazy("Offers and news (advertising)"), required=False)
    inviter = forms.CharField(
        label=gettext_lazy("Who recommended you? Phone, card or code"),
        max_length=80,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None = None, **options: Any) -> None:
        super().__init__(data, **options)
        if data is not None and data.get("no_phone"):
            self.fields["phone"].required = False

    def clean_phone(self) -> str | None:
        if not self.cleaned_data["phone"]:
            return None
        phone = normalise_phone(self.cleaned_data["phone"])
        if phone is None:
            raise forms.ValidationError(
                _("This is not a whole phone number. Write it like +7 916 123-45-67."), code="phone"
            )
        return phone

    def clean_birth_date(self) -> object:
        day = self.cleaned_data["birth_date"]
        if day is not None and not 1900 <= day.year <= clock.now().year:
            raise forms.ValidationError(_("The birth date is not a possible one. Check the year."))
        return day

    def clean_inviter(self) -> Patient | None:
        text = self.cleaned_data["inviter"].strip()
        inviter = find_inviter(text) if text else None
        if text and inviter is None:
            raise forms.ValidationError(
                _("Nobody has this phone, card or code. Check it with the friend, or leave the field empty.")
            )
        return inviter

    def consents(self) -> tuple[tuple[str, str], ...]:
        kinds = {
            "rules": Kind.RULES,
            "personal_data": Kind.PERSONAL_DATA,
            "service": Kind.SERVICE,
            "advertising": Kind.ADVERTISING,
        }
        return tuple((kind.value, "") for name, kind in kinds.items() if self.cleaned_data[name])


def form_with_phone(phone: str) -> RegistrationForm:
    """The form of a new person whose phone has been typed already; the cursor waits for the name."""
    form = RegistrationForm(initial={"phone": phone})
    del form.fields["no_phone"]
    _put_cursor(form)
    return form


# Of the form nothing goes into an address: the tab keeps what was typed (kept_form.js).
@desk_view(permission=ADD_PATIENT, kept_fields=("who",))
def desk_register(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A new person: patient, card, account and welcome points at once, then straight to their page."""
    if request.method != "POST":
        return _show_form(request, desk=desk, form=RegistrationForm())
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        return _show_form(request, desk=desk, form=form, status=422)
    data = form.cleaned_data
    new = NewPatient(
        last_name=data["last_name"],
        first_name=data["first_name"],
        middle_name=data["middle_name"],
        phone=data["phone"],
        birth_date=data["birth_date"],
        home_clinic=desk.clinic,
        source="desk",
        consents=form.consents(),
    )
    try:
        patient = register_member(new, at=clock.now(), consent_source=ConsentRecord.Source.DESK, actor=desk.user)
    except PhoneTaken as taken:
        form.add_error("phone", _("A patient with this phone is registered already."))
        return _show_form(request, desk=desk, form=form, status=422, owner_id=taken.patient_id)
    except NoProgram:
        form.add_error(None, NO_PROGRAM[1])
        return _show_form(request, desk=desk, form=form, status=422)
    try:
        if data["inviter"] is not None:
            set_inviter(patient=patient, inviter=data["inviter"], actor=desk.user, at=clock.now())
    except WasMember:
        return _to_patient(desk, patient, was_member="1")
    return _to_patient(desk, patient)


@desk_view(permission=ADD_PATIENT)
def desk_enrol(request: HttpRequest, desk: Desk) -> HttpResponse:
    """A contact has agreed to the rules: a member from now on, with the welcome points once."""
    who = who_of(request, desk=desk) if request.method == "POST" else None
    patient = active_patients().filter(pk=who.patient_id).first() if who else None
    if patient is None:
        return HttpResponseRedirect(f"{reverse('admin:desk')}?who=")
    if request.POST.get("agreed"):
        # Without a program nothing is written, and the patient's page says why.
        with suppress(NoProgram):
            enrol_contact(patient=patient, at=clock.now(), source=ConsentRecord.Source.DESK, actor=desk.user)
    return _to_patient(desk, patient)


def _to_patient(desk: Desk, patient: Patient, **said: str) -> HttpResponse:
    """`said` is what the patient's page has to tell of it."""
    who = Who(patient_id=patient.pk, identified_by="PHONE" if patient.phone else "NAME")
    token = sign_who(who=who, user_id=desk.user.pk)
    return HttpResponseRedirect(f"{reverse('admin:desk')}?{urlencode({'who': token} | said)}")


def _show_form(
    request: HttpRequest, *, desk: Desk, form: RegistrationForm, status: int = 200, owner_id: int | None = None
) -> HttpResponse:
    _put_cursor(form)
    owner = ""
    if owner_id is not None:
        who = Who(patient_id=owner_id, identified_by="PHONE")
        token = sign_who(who=who, user_id=desk.user.pk)
        owner = f"{reverse('admin:desk')}?{urlencode({'who': token})}"
    context = admin.site.each_context(request) | {
        "title": _("Register a patient"),
        "is_nav_sidebar_enabled": False,
        "desk": desk,
        "form": form,
        "owner_url": owner,
    }
    return render(request, "loyalty/desk/register.html", context, status=status)


def _put_cursor(form: RegistrationForm) -> None:
    """Into the first wrong field, else the first empty one: an offered phone is there already."""
    wrong = [name for name in form.fields if name in form.errors]
    empty = [name for name in form.fields if not form[name].value()]
    for name in (wrong or empty)[:1]:
        form.fields[name].widget.attrs["autofocus"] = True
