"""Wrong input: the field and the reason are named, what was typed stays, nothing is written."""

from dataclasses import dataclass, field

import pytest

from clinics.models import Service
from loyalty.rules.facts import SpendKind
from tests.desk.desk_pages import confirm, line, open_patient, picture_lines, quote, text_of, token_of
from tests.desk.written import written

pytestmark = pytest.mark.django_db


@dataclass
class Case:
    name: str
    says: str
    lines: list = field(default_factory=list)
    fields: dict = field(default_factory=dict)


CASES = [
    Case("empty receipt", "Чек пустой. Введите услугу или сумму."),
    Case("letters for an amount", "Услуги «абв» нет. Введите часть названия", fields={"entry": "абв"}),
    Case("negative amount", "Сумма должна быть больше нуля.", fields={"entry": "-500"}),
    Case("zero amount", "Сумма должна быть больше нуля.", fields={"entry": "0"}),
    Case("parts of a kopeck", "Оставьте две цифры после запятой.", fields={"entry": "10,005"}),
    Case("too large amount", "Сумма больше 10 миллионов рублей.", fields={"entry": "99999999999"}),
    Case("amount of 200 digits", "Сумма больше 10 миллионов рублей.", fields={"entry": "9" * 200}),
    Case("too large receipt", "Сумма чека больше 100 миллионов рублей.", [("Сумма", "9999999", "11", "", "")]),
    Case("too many lines", "В чеке не больше 50 строк.", [("Сумма", "10", "1", "", "")] * 51),
    Case("unknown category", "Категории «космос» нет.", fields={"entry": "500", "entry_category": "космос"}),
    Case("category without amount", "Сначала введите сумму", fields={"entry_category": "Гигиена"}),
    Case("empty price", "Сумма пустая. Введите её в рублях.", lines=[("Сумма", "", "1", "", "")]),
    Case("letters in a price", "«много» — не сумма.", lines=[("Сумма", "много", "1", "", "")]),
    Case("negative price", "Сумма должна быть больше нуля.", lines=[("Сумма", "-5", "1", "", "")]),
    Case("zero quantity", "Количество — целое число от 1 до 99.", lines=[("Сумма", "500", "0", "", "")]),
    Case("part of a piece", "Количество — целое число от 1 до 99.", lines=[("Сумма", "500", "1,5", "", "")]),
    Case("unknown service", "Эта услуга больше не продаётся.", lines=[("Что-то", "500", "1", "999999", "")]),
    Case("unknown category id", "Эта услуга больше не продаётся.", lines=[("Что-то", "500", "1", "", "999999")]),
    Case(
        "letters for points", "«все» — не число баллов.", [("Сумма", "500", "1", "", "")],
        {"spend": "amount", "spend_points": "все"},
    ),
    Case(
        "no points", "Сколько баллов списать?", [("Сумма", "500", "1", "", "")],
        {"spend": "amount", "spend_points": ""},
    ),
    Case(
        "negative points", "«-100» — не число баллов.", [("Сумма", "500", "1", "", "")],
        {"spend": "amount", "spend_points": "-100"},
    ),
    Case(
        "points of 12 digits", "Столько баллов не бывает: не больше 999 999 999.",
        [("Сумма", "500", "1", "", "")], {"spend": "amount", "spend_points": "123456789012"},
    ),
    Case(
        "part of a point", "«10,5» — не число баллов.", [("Сумма", "500", "1", "", "")],
        {"spend": "amount", "spend_points": "10,5"},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("act", ["quote", "confirm"])
def test_bad_form_is_refused_in_words_and_nothing_is_written(client, rita, anna, case, act):
    who = open_patient(client)
    before = written()

    if act == "quote":
        answer = quote(client, who, case.lines, **case.fields)
    else:
        answer = confirm(client, who, case.lines, "token", **case.fields)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert case.says in text_of(answer)
    assert 'aria-invalid="true"' in html
    assert 'id="confirm"' not in html
    assert written() == before
    for typed in [*(row[1] for row in case.lines), *case.fields.values()]:
        assert typed in html


def test_every_way_to_spend_stays_after_unreadable_points(client, rita, anna):
    answer = quote(
        client, open_patient(client), [("Сумма", "500", "1", "", "")], spend="amount", spend_points="все"
    )

    html = answer.content.decode()
    assert [f'name="spend" value="{way}"' in html for way in SpendKind] == [True] * 4


def test_more_points_than_the_account_has_are_lowered_and_said_so(client, rita, anna):
    text = text_of(
        quote(client, open_patient(client), [line("hygiene-full", "99000")], spend="amount", spend_points="9000")
    )

    assert "Доступно только 3 450 баллов. Поставили 3 450." in text


def test_service_taken_off_sale_between_quote_and_confirm_is_refused(client, rita, anna):
    who = open_patient(client)
    token = token_of(quote(client, who, picture_lines()))
    Service.objects.filter(code="implant-1").update(is_active=False)
    before = written()

    answer = confirm(client, who, picture_lines(), token)

    assert answer.status_code == 422
    assert "Эта услуга больше не продаётся. Удалите строку." in text_of(answer)
    assert written() == before


def test_formula_in_a_title_is_shown_as_text(client, rita, anna):
    answer = quote(client, open_patient(client), [("<script>alert(1)</script>", "500", "1", "", "")])

    assert "<script>alert" not in answer.content.decode()


def test_columns_of_different_length_lose_no_money_silently(client, rita, anna):
    who = open_patient(client)

    answer = client.post(
        "/admin/desk/quote/",
        {
            "who": who,
            "line_title": ["Сумма"],
            "line_price": ["500", "600"],
            "line_quantity": ["1"],
            "line_service": [""],
            "line_category": [""],
        },
    )

    assert "Сумма чека 500 ₽" in text_of(answer)


def test_longer_than_the_field_is_not_calculated_with(client, rita, anna):
    answer = quote(client, open_patient(client), entry="9" * 1_100_000)

    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("find/", {"q": "ив\x00анова"}),
        ("quote/", {"entry": "гиг\x00иена"}),
        ("suggest/?q=%00%00", {}),
        ("phone/?kind=category&q=a%00", {}),
    ],
)
def test_zero_byte_is_refused_before_the_database_sees_it(client, rita, anna, address, fields):
    before = written()

    answer = client.post(f"/admin/desk/{address}", {"who": open_patient(client)} | fields)

    assert answer.status_code == 400
    assert written() == before


def test_endless_number_of_a_clinic_chooses_nothing(client, rita, anna):
    assert client.post("/admin/desk/clinic/", {"clinic": "9" * 5000}).status_code == 302
