"""A log-in that waits for its code. It lives in the visitor's session, so a code opens that session only.

Known and unknown phones take the same steps; for an unknown one nothing is made, nothing is sent and no code
is right. A registration sends a code to any phone: the right one proves an unknown phone and opens nothing yet.
The session keeps a keyed hash of the code, not the code. Time here is real, never the demo's.
"""

import time
from typing import Any, Self

from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from patients.cabinet.adapter import PatientAccountAdapter
from patients.cabinet.limits import JOIN_PAUSE, LOGIN_PAUSE
from patients.cabinet.users import patient_of

RESEND_SECONDS = 60
HASH_SALT = "patients.cabinet.code_login"


class CodeLogin(LoginCodeVerificationProcess):
    @classmethod
    def begin(cls, *, request: HttpRequest, phone: str, next_url: str | None, is_joining: bool = False) -> Self:
        """Send a code to the phone in E.164 if a patient has it or somebody joins; the session waits for it."""
        login = Login(user=PatientAccountAdapter(request).get_user_by_phone(phone), redirect_url=next_url)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(
            cls.initial_state(user=login.user, phone=phone), initiated_by_user=True, is_joining=is_joining
        )
        process = cls(stage=stage)
        process.send_code()
        return process

    @classmethod
    def waiting(cls, request: HttpRequest) -> Self | None:
        """The session's log-in, its code fresh or late; None when no code was asked for."""
        stage = LoginStageController.enter(request, LoginByCodeStage.key)
        return cls(stage=stage) if stage is not None and stage.state.get("phone") else None

    @property
    def phone(self) -> str:
        return str(self.state["phone"])

    @property
    def is_joining(self) -> bool:
        return bool(self.state.get("is_joining"))

    @property
    def pause(self) -> str:
        """The limit between two codes of the same way in."""
        return JOIN_PAUSE if self.is_joining else LOGIN_PAUSE

    @property
    def is_late(self) -> bool:
        return bool(time.time() - self.state["at"] > settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)

    @property
    def seconds_to_resend(self) -> int:
        return max(0, RESEND_SECONDS - int(time.time() - self.state["at"]))

    def send_code(self) -> None:
        """Send a new code; the one before is no longer right and the new one lives its full time."""
        adapter = PatientAccountAdapter(self.request)
        code = adapter.generate_phone_verification_code(user=self.user, phone=self.phone)
        self.state["code_hash"] = self._hash(code)
        self.state["at"] = time.time()
        if self.user is not None:
            adapter.send_verification_code_sms(user=self.user, phone=self.phone, code=code)
        elif self.is_joining:
            adapter.send_joining_code_sms(phone=self.phone, code=code)
        self.persist()

    def accepts(self, code: str) -> bool:
        """Whether the code is this session's own, in time, and the phone still belongs to the same patient."""
        if not self._matches(code) or self.user is None:
            return False
        patient = patient_of(self.user)
        return patient is not None and patient.phone == self.phone

    def proves(self, code: str) -> bool:
        """Whether the code is right and in time for a phone that no log-in belongs to: somebody joins by it."""
        return self._matches(code) and self.user is None and self.is_joining

    def enter(self) -> HttpResponse:
        """Open the patient's session and go where the visitor was heading."""
        response: HttpResponse = self.finish(self.stage.login.redirect_url)
        return response

    def _matches(self, code: str) -> bool:
        return constant_time_compare(self._hash(code), self.state["code_hash"]) and not self.is_late

    def _hash(self, code: str) -> str:
        return salted_hmac(HASH_SALT, f"{self.phone} {code}", algorithm="sha256").hexdigest()

    def generate_code(self) -> Any:
        raise NotImplementedError("The code itself is never kept: see send_code.")
