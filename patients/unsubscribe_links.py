"""A link in every advertising message by which its reader stops them, without a log-in and without end.

The link holds the patient's number and a short signature: whoever has the message may stop it, and can do nothing
else with the link.
"""

import re

from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "patients.unsubscribe_links"
# 60 bits: short enough for an SMS, and a wrong guess would only spare somebody advertising.
SIGNATURE_DIGITS = 15
_TOKEN = re.compile(r"([1-9][0-9]{0,17})-([0-9a-f]{15})")


def unsubscribe_token(patient_id: int) -> str:
    return f"{patient_id}-{_signature(patient_id)}"


def find_unsubscriber(token: str) -> int | None:
    """The patient's number; None for a link that is not ours."""
    match = _TOKEN.fullmatch(token)
    if match is None:
        return None
    patient_id = int(match[1])
    return patient_id if constant_time_compare(match[2], _signature(patient_id)) else None


def _signature(patient_id: int) -> str:
    return salted_hmac(SALT, str(patient_id), algorithm="sha256").hexdigest()[:SIGNATURE_DIGITS]
