"""The cabinet as an app on a phone: its manifest, its service worker, and the page for no internet.

They are the same for everybody and answer without a log-in.
"""

import json
from pathlib import Path

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

WORKER = Path(__file__).with_name("service_worker.js")
HEADER_COLOUR, PAGE_COLOUR = "#0A3B47", "#F4F7F8"
# What the offline pages are drawn with; nothing of it knows who the patient is.
SHELL_FILES = ("cabinet/cabinet.css", "cabinet/offline.js", "cabinet/icon.svg")


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    icons = [_icon("icon-192.png", "192x192"), _icon("icon-512.png", "512x512")]
    content = {
        "id": "/",
        "name": _("Clinic rewards"),
        "short_name": pgettext("name under the icon", "Rewards"),
        "lang": get_language(),
        "start_url": reverse("cabinet_home"),
        "scope": "/",
        "display": "standalone",
        "theme_color": HEADER_COLOUR,
        "background_color": PAGE_COLOUR,
        "icons": [*icons, _icon("icon-maskable-512.png", "512x512") | {"purpose": "maskable"}],
        "shortcuts": [{"name": _("Show the card"), "url": reverse("cabinet_card")}],
    }
    return JsonResponse(
        content, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False}
    )


@require_safe
@cache_control(no_cache=True)
def service_worker(_request: HttpRequest) -> HttpResponse:
    """Served from the root: a worker looks after the pages at its own address and below."""
    shell = [reverse("cabinet_offline"), *map(static, SHELL_FILES)]
    addresses = {
        "SHELL": shell,
        "NO_INTERNET": shell[0],
        "CARD": reverse("cabinet_offline_card"),
        # Where a session ends, its card goes.
        "ENDS": [reverse(name) for name in ("account_login", "cabinet_logout", "cabinet_left")],
        "STAFF": reverse("admin:index"),
    }
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in addresses.items())
    return HttpResponse(constants + WORKER.read_text(), content_type="text/javascript")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """For a phone that has no card stored."""
    return render(request, "cabinet/offline.html")


def _icon(name: str, sizes: str) -> dict[str, str]:
    return {"src": static(f"cabinet/{name}"), "sizes": sizes, "type": "image/png"}
