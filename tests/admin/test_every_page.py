"""Every page of the admin that a role may open: in the theme, with nothing inline, and no name runs as code."""

import re

import pytest
from django.contrib.auth.models import User

from clinics.models import Clinic, Doctor, Service, ServiceCategory
from patients.models import Household, Patient, SocialGroup, Tag
from tests.admin.test_role_matrix import admin_addresses, examples
from tests.admin.two_clinics import ROLES

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"
STYLESHEET = "clinics/admin-theme.css"
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|\sstyle=|\son[a-z]+=\"")
# Sheets for a printer have stylesheets of their own.
PRINTED = re.compile(r"/(slip/\d+|poster|leaflet|guide)/$")


@pytest.fixture
def hostile_names(world):
    Patient.objects.filter(pk=world.own[Patient].pk).update(last_name=SCRIPT, first_name=SCRIPT, note=SCRIPT)
    Clinic.objects.filter(pk=world.own[Clinic].pk).update(name=SCRIPT, city=SCRIPT, address=SCRIPT)
    for model in (Doctor, Service, ServiceCategory, Tag, SocialGroup, Household):
        model.objects.update(name=SCRIPT)
    User.objects.update(first_name=SCRIPT, last_name=SCRIPT)


def pages_of(browser, world):
    """Address and HTML of every page that opens."""
    for address in admin_addresses():
        url = examples(address, world)[0]
        answer = browser.get(url)
        if answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            yield url, answer.content.decode()


@pytest.mark.parametrize("role", ROLES)
def test_every_page_wears_the_theme_and_runs_nothing_that_a_name_says(world, browser_of, hostile_names, role):
    faults = {}
    pages = dict(pages_of(browser_of(role), world))
    for url, html in pages.items():
        found = []
        if STYLESHEET not in html and not PRINTED.search(url):
            found.append("no theme")
        if SCRIPT in html:
            found.append("a name is code")
        if INLINE.search(html):
            found.append(INLINE.search(html)[0])
        if html.count("<h1") != 1:
            found.append("not one heading")
        if found:
            faults[url] = found

    assert faults == {}
    assert len(pages) > 50
