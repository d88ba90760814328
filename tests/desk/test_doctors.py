"""The doctor at a line: offered by the clinic, chosen by the receptionist, posted with the receipt."""

import pytest
from django.urls import reverse

from clinics.models import Doctor
from loyalty.models import Receipt, ReceiptLine
from patients.models import Patient
from tests.desk.desk_pages import confirm, form_data, line, open_patient, picture_lines, quote, text_of, token_of
from tests.desk.test_access import queries_of
from tests.desk.written import written
from tests.people import make_clinic, make_doctor

pytestmark = pytest.mark.django_db
GONE = "Этот врач здесь больше не принимает. Выберите другого или оставьте поле пустым."


def chosen_doctors(answer):
    """What each line's field says."""
    fields = answer.content.decode().split('name="line_doctor"')[1:]
    marked = [field.split("</select>")[0].partition(" selected>")[2] for field in fields]
    return [text.partition("</option>")[0] for text in marked]


def posted_doctors():
    return list(ReceiptLine.objects.order_by("position").values_list("doctor__code", flat=True))


def test_clinic_without_doctors_is_not_asked_for_them(client, rita, anna):
    make_doctor(clinics=[make_clinic("omsk", name="Омск")])
    dismissed = make_doctor("sidorov", "Сидоров С. С.")
    Doctor.objects.filter(pk=dismissed.pk).update(is_active=False)

    answer = quote(client, open_patient(client), picture_lines())

    assert "line_doctor" not in answer.content.decode()
    assert "Сумма чека 48 500 ₽" in text_of(answer)


def test_doctors_of_the_clinic_are_offered_at_every_line_by_name(client, rita, anna):
    make_doctor("yakovlev", "Яковлев Я. Я.")
    make_doctor("antonov", "Антонов А. А.")

    answer = quote(client, open_patient(client), picture_lines())

    assert text_of(answer).count("врач не указан Антонов А. А. Яковлев Я. Я.") == 2
    assert chosen_doctors(answer) == ["", ""]


def test_chosen_doctor_stays_and_is_posted_with_the_line(client, rita, anna):
    petrov = make_doctor()
    who, lines = open_patient(client), picture_lines()
    fields = {"line_doctor": ["", str(petrov.pk)]}

    quoted = quote(client, who, lines, **fields)
    confirm(client, who, lines, token_of(quoted), **fields)

    assert chosen_doctors(quoted) == ["", "Петров П. П."]
    assert posted_doctors() == [None, "petrov"]


def test_added_line_begins_with_the_doctor_of_the_line_above(client, rita, anna):
    petrov = make_doctor()

    answer = quote(
        client, open_patient(client), [line("hygiene-full", "6500")], line_doctor=[str(petrov.pk)], entry="500"
    )

    assert chosen_doctors(answer) == ["Петров П. П.", "Петров П. П."]


def test_doctor_changed_after_the_quote_is_quoted_again_before_posting(client, rita, anna):
    petrov = make_doctor()
    who, lines = open_patient(client), [line("hygiene-full", "6500")]
    token = token_of(quote(client, who, lines, line_doctor=[""]))
    before = written()

    answer = confirm(client, who, lines, token, line_doctor=[str(petrov.pk)])

    assert "Чек изменился после расчёта." in text_of(answer)
    assert written() == before


@pytest.mark.parametrize("act", ["quote", "confirm"])
@pytest.mark.parametrize("who_else", ["of another clinic", "dismissed", "unknown"])
def test_doctor_who_does_not_see_patients_here_is_refused_at_the_line(client, rita, anna, act, who_else):
    make_doctor()
    other = make_doctor("sidorov", clinics=[make_clinic("omsk", name="Омск")] if "another" in who_else else None)
    Doctor.objects.filter(pk=other.pk).update(is_active=who_else != "dismissed")
    number = 999_999 if who_else == "unknown" else other.pk
    who, lines, fields = open_patient(client), picture_lines(), {"line_doctor": ["", str(number)]}
    before = written()

    answer = quote(client, who, lines, **fields) if act == "quote" else confirm(client, who, lines, "t", **fields)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert text_of(answer).count(GONE) == 1
    assert 'aria-invalid="true" aria-describedby="d-error-2"' in html
    assert 'id="confirm"' not in html
    assert written() == before


def test_refusal_is_shown_even_where_no_doctor_is_left(client, rita, anna):
    answer = quote(client, open_patient(client), [line("hygiene-full", "6500")], line_doctor=["7"])

    assert answer.status_code == 422
    assert GONE in text_of(answer)


def test_doctor_dismissed_between_quote_and_confirm_is_refused(client, rita, anna):
    petrov = make_doctor()
    who, lines, fields = open_patient(client), [line("hygiene-full", "6500")], {"line_doctor": [str(petrov.pk)]}
    token = token_of(quote(client, who, lines, **fields))
    Doctor.objects.update(is_active=False)
    before = written()

    answer = confirm(client, who, lines, token, **fields)

    assert answer.status_code == 422
    assert GONE in text_of(answer)
    assert written() == before


def test_repeat_after_the_doctor_left_shows_the_first_receipt(client, rita, anna):
    petrov = make_doctor()
    who, lines, fields = open_patient(client), [line("hygiene-full", "6500")], {"line_doctor": [str(petrov.pk)]}
    token = token_of(quote(client, who, lines, **fields))
    first = confirm(client, who, lines, token, **fields)

    repeat = confirm(client, who, lines, token, **fields)

    assert repeat.url == f"{first.url}&again=1"
    assert Receipt.objects.count() == 1


def test_doctors_come_back_with_the_form_after_the_session_is_over(client, rita, anna):
    petrov = make_doctor()
    who, lines = open_patient(client), [line("hygiene-full", "6500")]
    client.logout()

    answer = confirm(client, who, lines, "token", line_doctor=[str(petrov.pk)])

    assert f"line_doctor%3D{petrov.pk}" in answer.url


def test_receipt_in_the_admin_names_the_doctor(client, rita, anna):
    petrov = make_doctor()
    who, lines, fields = open_patient(client), [line("hygiene-full", "6500")], {"line_doctor": [str(petrov.pk)]}
    confirm(client, who, lines, token_of(quote(client, who, lines, **fields)), **fields)

    page = client.get(reverse("admin:loyalty_receipt_change", args=[Receipt.objects.get().pk]))

    assert "Петров П. П." in page.content.decode()


@pytest.mark.parametrize("headers", [{}, {"X-Desk-Fragment": "1"}], ids=["page", "fragment"])
@pytest.mark.parametrize("home", ["mytishchi", "omsk"])
def test_quote_with_doctors_costs_at_most_ten_queries(client, rita, anna, headers, home):
    Patient.objects.update(home_clinic=make_clinic(home))
    doctors = [make_doctor(f"doctor-{number}", f"Врач {number}") for number in range(3)]
    data = form_data(
        open_patient(client), picture_lines(), line_doctor=[str(doctors[0].pk), str(doctors[1].pk)],
        spend="maximum", entry="гигиена",
    )  # fmt: skip

    queries = queries_of(lambda: client.post("/admin/desk/quote/", data, headers=headers))

    assert len(queries) <= 10, "\n".join(queries)


def test_confirm_with_doctors_costs_at_most_fifteen_queries(client, rita, anna):
    petrov = make_doctor()
    who, lines, fields = open_patient(client), picture_lines(), {"line_doctor": [str(petrov.pk)] * 2}
    token = token_of(quote(client, who, lines, **fields))

    queries = queries_of(lambda: confirm(client, who, lines, token, **fields))

    assert len(queries) <= 15, "\n".join(queries)
