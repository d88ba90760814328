"""What tests do at the desk through plain forms."""

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

from clinics import clock
from clinics.models import Service
from tests.proofs import qr_of

NBSP = "\u00a0"


def text_of(answer):
    """The visible text: tags gone, no-break spaces as plain ones, single spaces."""
    html = re.sub(r"(?s)<(script|style|svg|head)\b.*?</\1>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)).replace(NBSP, " "))


def find(client, text):
    return client.post("/admin/desk/find/", {"q": text})


def who_of(answer):
    return parse_qs(urlsplit(answer.url).query)["who"][0]


def open_patient(client, phone="+79161234567"):
    """The signed reference to the patient found by phone."""
    return who_of(find(client, phone))


def open_with_qr(client, patient):
    """The signed reference to the patient found by a scan, which proves their consent to spend."""
    return who_of(find(client, qr_of(patient, now=clock.real_now())))


def line(code=None, price="", quantity="1", title="", category=""):
    service = Service.objects.get(code=code).pk if code else ""
    return (title or code or "Сумма", price, quantity, str(service), category)


PICTURE = (("hygiene-full", "6500"), ("implant-1", "42000"))


def picture_lines():
    """The bill of the desk's picture."""
    return [line(code, price) for code, price in PICTURE]


def form_data(who, lines=(), **fields):
    columns = zip(*lines, strict=True) if lines else [()] * 5
    names = ("line_title", "line_price", "line_quantity", "line_service", "line_category")
    return {"who": who, "spend": "none"} | dict(zip(names, map(list, columns), strict=True)) | fields


def quote(client, who, lines=(), **fields):
    return client.post("/admin/desk/quote/", form_data(who, lines, **fields))


def token_of(answer):
    found = re.search(r'name="quote" value="([^"]*)"', answer.content.decode())
    return found[1]


def confirm(client, who, lines, token, **fields):
    return client.post("/admin/desk/confirm/", form_data(who, lines, quote=token, **fields))


def quote_and_confirm(client, who, lines, *, code="", **fields):
    """A code is typed last, as at the desk: with the confirmation."""
    token = token_of(quote(client, who, lines, **fields))
    return confirm(client, who, lines, token, **fields, code=code)
