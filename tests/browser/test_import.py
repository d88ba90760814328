"""A manager brings patients from a file in a browser: looked through, errors taken home, written."""

import pytest
from playwright.sync_api import Page, expect

from patients.models import Patient
from tests.browser.test_admin_pages import faults_of
from tests.browser.test_desk import log_in_as, plain
from tests.import_page.pages import ANNA, BORIS, PATIENTS_HEADER, work
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON, publish_preset

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
expect.set_options(timeout=20_000)
BAD_PHONE = "19;Чужова;Вера;12;;;"


@pytest.fixture
def clinic(live_server, monkeypatch):
    monkeypatch.setattr("clinics.clock.now", lambda: NOON)
    publish_preset(has_welcome=False)
    make_staff("maria", "manager")
    return make_clinic()


def upload(page: Page, *rows: str) -> None:
    page.goto("/admin/import/patients/")
    content = "\n".join([*rows, ""]).encode()
    page.set_input_files(
        "input[name=file]", files=[{"name": "patients.csv", "mimeType": "text/csv", "buffer": content}]
    )
    page.fill("input[name=source]", "oldcrm")
    page.keyboard.press("Enter")
    expect(page.locator(".run-state")).to_contain_text("Ждёт своей очереди.")


@pytest.mark.parametrize(("width", "theme"), [(1366, "light"), (360, "dark")])
def test_preview_writes_nothing_until_told_and_every_state_of_it_can_be_used_by_all(
    open_page, clinic, width, theme
):
    make_patient(phone="+79161234567", source="")
    page = open_page(width=width, theme=theme)
    log_in_as(page, "maria")
    found = {}
    upload(page, PATIENTS_HEADER, ANNA, BORIS, BAD_PHONE)
    found["waits"] = faults_of(page)

    work()
    expect(page.locator(".told-run")).to_be_visible()
    assert "Прочитали 3 строки: новых 1, обновим 1, с ошибкой 1. Ничего ещё не записали." in plain(
        page.locator(".told-run").inner_text()
    )
    found["preview"] = faults_of(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать ошибки").click()
    assert download.value.path().read_text("utf-8-sig").splitlines() == [
        "строка;столбец;причина",
        "4;телефон;«12» — не номер телефона целиком.",
    ]
    page.locator(".outcomes a", has_text="С ошибкой").click()
    found["errors"] = faults_of(page)
    assert Patient.objects.count() == 1

    page.get_by_role("button", name="Записать").click()
    work(after_seconds=41)
    expect(page.locator(".told-run")).to_contain_text("Готово за 41\u00a0с")
    found["done"] = faults_of(page)
    page.goto("/admin/import/")
    found["list"] = faults_of(page)

    assert Patient.objects.count() == 2
    assert found == dict.fromkeys(found, ([], 0))
