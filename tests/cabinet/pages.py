"""What a person sees on a page, and the steps of a log-in."""

import html
import re

from django.test import Client


def text_of(response) -> str:
    """The page's visible text in one line, without the head; non-breaking spaces are kept."""
    body = re.sub(r"(?s)<head>.*?</head>|<noscript>.*?</noscript>", "", response.content.decode())
    return re.sub(r"[ \n\t]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body))).strip()


def without_tokens(response) -> bytes:
    """The page's bytes but for the form token, which differs in every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]+"', b"", response.content)


def ask_code(client: Client, phone: str = "8 916 123-45-67"):
    return client.post("/login/", {"phone": phone}, follow=True)


def try_code(client: Client, code: str):
    return client.post("/login/code/", {"code": code})


def log_in(client: Client, sms, phone: str = "8 916 123-45-67"):
    """The whole way through both pages."""
    ask_code(client, phone)
    return try_code(client, sms.last_code)


def wrong(code: str) -> str:
    """Six digits that are surely not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
