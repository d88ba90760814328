"""The steps of a self-registration, as a visitor takes them."""

from django.test import Client

from tests.cabinet.pages import try_code

PHONE = "8 916 555-00-11"
STORED_PHONE = "+79165550011"
AGREED = {"rules": "on", "personal_data": "on"}
SAID = {"first_name": "Галина", "last_name": "Зайцева", **AGREED}


def new_visitor() -> Client:
    return Client(HTTP_ACCEPT_LANGUAGE="ru")


def prove_phone(client: Client, sms, phone: str = PHONE):
    """To the form with the name."""
    client.post("/join/", {"phone": phone})
    return try_code(client, sms.last_code)


def tell(client: Client, **said):
    return client.post("/join/about/", SAID | said)


def register(client: Client, sms, phone: str = PHONE, **said):
    """The whole way."""
    prove_phone(client, sms, phone)
    return tell(client, **said)
