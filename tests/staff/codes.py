"""Codes of an authenticator app, reckoned by the text of RFC 6238 and not by the library under test."""

import base64
import hashlib
import hmac
import re
import struct
import time

STEP_SECONDS = 30
PASSWORD = "clinic-pass-1"


def app_code(key: bytes, *, steps: int = 0, at: float | None = None) -> str:
    """The six digits that a phone with the key shows now, or `steps` half-minutes later."""
    counter = int((time.time() if at is None else at) // STEP_SECONDS) + steps
    digest = hmac.new(key, struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def log_in(client, username, *, next_url="/admin/"):
    fields = {"username": username, "password": PASSWORD, "next": next_url}
    return client.post("/admin/login/", fields)


def key_on(page):
    """The key as a person types it into the app."""
    shown = re.search(r'class="second-step-key">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")
    return base64.b32decode(shown + "=" * (-len(shown) % 8))


def recovery_codes_on(page):
    return re.findall(r"<li>([a-z2-9]{5}-[a-z2-9]{5})</li>", page.content.decode())


def set_phone_up(client, username):
    """Log in and set the phone up; returns its key and the recovery codes."""
    log_in(client, username)
    key = key_on(client.get("/admin/login/phone/"))
    page = client.post("/admin/login/phone/", {"code": app_code(key)})
    return key, recovery_codes_on(page)
