"""SMS through SMSC.ru's HTTP API (`/sys/send.php`, `/sys/status.php`, answers in JSON: fmt=3).

The gateway lets the sender number its messages. The number is the outbox row's, so after a time-out the status
call tells whether the message was accepted, and it is never sent twice.
"""

import logging
from decimal import Decimal, InvalidOperation
from typing import Any

import requests
from django.conf import settings

from notifications.addresses import reachable_phone
from notifications.channels.base import (
    Delivery,
    DeliveryError,
    OutgoingMessage,
    PermanentFailure,
    TemporaryFailure,
    UnknownOutcome,
)
from notifications.sms_parts import count_parts, plain
from notifications.unsubscribing import way_out
from patients.models import Patient

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 5
ANSWER_TIMEOUT_SECONDS = 20
# The gateway numbers messages by a signed 32-bit integer.
REFERENCE_LIMIT = 2**31 - 1

NO_MONEY = 3
# Answers of send.php: 1 bad parameters, 5 bad date, 6 forbidden text or sender, 7 bad number, 8 undeliverable.
PERMANENT_ERRORS = frozenset({1, 5, 6, 7, 8})
# "The same message again within a minute": the gateway has seen it, so its fate has to be asked.
REPEATED = 9
# 2 wrong login, 3 no money: staff must act, the message waits meanwhile.
STAFF_MUST_ACT = frozenset({2, NO_MONEY})

STATUS_NOT_FOUND = -3
STATUS_NO_MONEY = 24
# 20 undeliverable, 22 bad number, 23 forbidden, 25 unreachable number.
STATUS_PERMANENT = frozenset({20, 22, 23, 25})


class SmscChannel:
    code = "SMS"

    def is_configured(self) -> bool:
        return bool(settings.SMSC_LOGIN and settings.SMSC_PASSWORD)

    def address_of(self, patient: Patient) -> str:
        return reachable_phone(patient)

    def text_of(self, message: OutgoingMessage) -> str:
        return plain(f"{message.short} {way_out(message)}" if message.unsubscribe_url else message.short)

    def send(self, message: OutgoingMessage) -> Delivery:
        text = self.text_of(message)
        answer = _call(
            "send.php",
            {
                "phones": message.address,
                "mes": text,
                "id": _gateway_number(message.reference),
                "cost": 3,
                **({"sender": settings.SMSC_SENDER} if settings.SMSC_SENDER else {}),
            },
        )
        if "error_code" in answer:
            raise _refusal(int(answer["error_code"]), str(answer.get("error", "")))
        return Delivery(
            provider_id=str(answer.get("id", "")),
            text=text,
            parts=int(answer.get("cnt", 0)) or count_parts(text),
            cost=_money(answer.get("cost")),
        )

    def find_delivery(self, message: OutgoingMessage) -> Delivery | None:
        number = _gateway_number(message.reference)
        try:
            answer = _call("status.php", {"phone": message.address, "id": number, "all": 1})
        except TemporaryFailure as error:
            raise UnknownOutcome(error.code, error.detail) from error
        if "error_code" in answer:
            raise UnknownOutcome(f"smsc-status-{answer['error_code']}", str(answer.get("error", "")))
        status = int(answer.get("status", STATUS_NOT_FOUND))
        if status in {STATUS_NOT_FOUND, STATUS_NO_MONEY}:
            return None
        if status in STATUS_PERMANENT:
            raise PermanentFailure(f"smsc-delivery-{status}")
        text = self.text_of(message)
        return Delivery(
            provider_id=str(number), text=text, parts=count_parts(text), cost=_money(answer.get("cost"))
        )


def _call(script: str, fields: dict[str, Any]) -> dict[str, Any]:
    """POST to the gateway and return its JSON. Credentials go in the body: addresses end up in logs."""
    url = f"{settings.SMSC_BASE_URL.rstrip('/')}/sys/{script}"
    account = {"login": settings.SMSC_LOGIN, "psw": settings.SMSC_PASSWORD, "charset": "utf-8", "fmt": 3}
    timeout = (CONNECT_TIMEOUT_SECONDS, ANSWER_TIMEOUT_SECONDS)
    try:
        response = requests.post(url, data=account | fields, timeout=timeout, allow_redirects=False)
        response.raise_for_status()
        answer = response.json()
    except requests.ConnectTimeout as error:
        raise TemporaryFailure("smsc-connect", type(error).__name__) from error
    except requests.RequestException as error:
        # Refused, reset half-way, no answer in time, not JSON: the message may have been accepted.
        raise UnknownOutcome("smsc-answer", type(error).__name__) from error
    if not isinstance(answer, dict):
        raise UnknownOutcome("smsc-answer", "not an object")
    return answer


def _refusal(code: int, text: str) -> DeliveryError:
    if code == REPEATED:
        return UnknownOutcome("smsc-9", text)
    if code in STAFF_MUST_ACT:
        logger.error("SMSC refuses all messages, code %s (%s): top up the account or mend the log-in", code, text)
    failure = PermanentFailure if code in PERMANENT_ERRORS else TemporaryFailure
    return failure("smsc-no-money" if code == NO_MONEY else f"smsc-{code}", text)


def _gateway_number(reference: int) -> int:
    return (reference - 1) % REFERENCE_LIMIT + 1


def _money(text: object) -> Decimal | None:
    try:
        return Decimal(str(text)).quantize(Decimal("0.01"))
    except InvalidOperation:
        return None
