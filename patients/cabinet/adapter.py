"""Tells allauth that an account is a patient and a phone is its only address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language

from clinics import clock
from loyalty.activity_gifts import Activity, give_activity_gifts
from notifications.immediate import send_secret
from patients.cabinet.code_text import code_text
from patients.cabinet.users import find_patient, patient_of, user_of

SESSION_BACKEND = "patients.cabinet.session_backend.PatientBackend"


class PatientAccountAdapter(DefaultAccountAdapter):
    """Nobody signs up by allauth's own pages or changes a phone: the registration and the desk do that."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.account.stages.LoginByCodeStage"]

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """The pages say what happened themselves."""

    def get_user_by_phone(self, phone: str) -> User | None:
        patient = find_patient(phone)
        return None if patient is None else user_of(patient)

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        patient = patient_of(user)
        return (patient.phone, True) if patient is not None and patient.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        raise NotImplementedError("A patient's phone is changed at the desk.")

    def set_phone_verified(self, user: User, phone: str) -> None:
        """A code sent to the patient's own phone proves nothing that has to be stored."""

    def send_verification_code_sms(self, user: User, phone: str, code: str, **kwargs: Any) -> None:
        patient = patient_of(user)
        if patient is not None:
            send_secret(phone=phone, text=code_text(code=code, language=patient.language, request=self.request))

    def send_joining_code_sms(self, *, phone: str, code: str) -> None:
        """To a stranger who has asked to join, in the language of the page."""
        language = get_language() or settings.LANGUAGE_CODE
        send_secret(phone=phone, text=code_text(code=code, language=language, request=self.request))

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Nobody is told anything: an SMS to a stranger costs money and says who is a patient."""

    def pre_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse | None:
        """Last look before the session opens: the account may have become staff since the code was sent."""
        if patient_of(user) is None:
            clear_login(request)
            return HttpResponseRedirect(reverse("account_login"))
        return super().pre_login(request, user, **kwargs)

    def login(self, request: HttpRequest, user: User) -> None:
        user.backend = SESSION_BACKEND
        super().login(request, user)
        patient = patient_of(user)
        if patient is not None:
            give_activity_gifts(Activity.FIRST_LOG_IN, patient_id=patient.pk, at=clock.now())
