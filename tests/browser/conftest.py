"""A real chromium for tests marked `browser`; without one they are skipped, in CI they fail."""

import os
from pathlib import Path

import pytest
from django.core.cache import cache
from playwright.sync_api import sync_playwright

CHROMIUM = Path(os.environ.get("CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing")
        pytest.skip(f"{CHROMIUM} is missing")
    # Playwright's synchronous interface runs an event loop in this thread; the tests' queries stay synchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium, live_server):
    """Opens pages of a size and theme; the test fails when one met a script error or a foreign host."""
    cache.clear()
    contexts, faults = [], []

    def open_one(*, width=1366, height=768, theme="light", has_scripts=True):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=theme,
            locale="ru-RU",
            base_url=live_server.url,
            java_script_enabled=has_scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("console", lambda message: message.type == "error" and faults.append(f"console: {message.text}"))
        page.on(
            "request",
            lambda request: (
                request.url.startswith((live_server.url, "data:")) or faults.append(f"foreign: {request.url}")
            ),
        )
        return page

    # A test that cuts the connection on purpose looks through the browser's complaints itself.
    open_one.faults = faults
    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def page(open_page):
    return open_page()
