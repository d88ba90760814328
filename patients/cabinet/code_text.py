"""The SMS with a log-in code; its last line lets a phone fill the code in on our own page only."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext, override

# One SMS part in Cyrillic.
LONGEST_SMS = 70


def code_text(*, code: str, language: str, request: HttpRequest) -> str:
    """At most 70 characters; a host too long for that loses its line, never the code."""
    with override(language):
        warning = gettext("Code %(code)s. Tell nobody.") % {"code": code}
    # PUBLIC_URL first: the Host header is the visitor's word.
    host = urlsplit(settings.PUBLIC_URL).hostname or request.get_host().partition(":")[0]
    text = f"{warning}\n@{host} #{code}"
    return text if len(text) <= LONGEST_SMS else warning
