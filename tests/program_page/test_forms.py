"""Short forms: each changes its own part, an untouched one changes nothing, faults stand at their fields."""

import pytest

from loyalty.models import ProgramVersion
from loyalty.program.drafts import change_draft
from loyalty.program.files import read_preset
from loyalty.program.places import LISTS, rules_of
from loyalty.program.versions import create_draft, publish
from loyalty.program_page.editors import EDITORS
from tests.desk.desk_pages import text_of
from tests.people import make_doctor, make_service, make_social_group, make_staff, make_tag
from tests.program_page.full_program import full_document
from tests.program_page.pages import PROGRAM, controls, send
from tests.programs import NOON

pytestmark = pytest.mark.django_db
FULL = full_document()
RULES = [(kind.value, rule["code"]) for kind in LISTS for rule in rules_of(FULL, kind)]
CASHBACK = f"{PROGRAM}1/earning/cashback/"
TIERS = f"{PROGRAM}1/part/tiers/"


@pytest.fixture
def full_draft(maria):
    make_service("hygiene-full", "therapy")
    make_doctor()
    make_tag()
    make_social_group()
    return create_draft(document=full_document(), at=NOON, actor=maria)


def stored():
    return ProgramVersion.objects.get(number=1)


def wrong(answer):
    """Field names with what is said at them."""
    return {
        name if hasattr(block, "rows") else f"{block.prefix}-{name}": list(map(str, errors))
        for block in answer.context["form"].blocks
        for name, errors in block.errors.items()
    }


def test_forms_saved_as_they_were_shown_change_nothing(client, full_draft):
    parts = [f"{PROGRAM}1/part/{slug}/" for slug in sorted(EDITORS)]
    rules = [f"{PROGRAM}1/{kind}/{code}/" for kind, code in RULES]

    answers = [send(client, url) for url in (*parts, *rules)]

    assert [answer.status_code for answer in answers] == [302] * len(answers)
    assert (stored().document, stored().revision) == (FULL, 0)


def test_gold_becomes_8_percent_and_nothing_else_changes(client, draft):
    answer = send(client, CASHBACK, {"b1-rate-gold": "8"})

    expected = read_preset("dentistry")
    expected["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8
    assert answer.url == f"{PROGRAM}1/"
    assert (stored().document, stored().revision) == (expected, 1)
    page = text_of(client.get(answer.url))
    assert "Золото 8 %, Премиум 10 %" in page
    assert "Сохранено в черновике" in page


@pytest.mark.parametrize(
    ("typed", "stored_value"), [("7,5", "7.5"), ("7.50", "7.5"), (" 8 % ", 8), ("8,0", 8)], ids=str
)
def test_numbers_are_read_as_people_type_them(client, draft, typed, stored_value):
    send(client, CASHBACK, {"b1-rate-gold": typed})

    assert stored().document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] == stored_value


def test_all_faults_are_said_at_once_and_what_was_typed_stays(client, draft):
    changes = {"b1-rate-gold": "девять", "b1-rate-silver": "101", "b0-ru": " ", "b4-per_receipt": "-5"}

    answer = send(client, CASHBACK, changes)

    assert answer.status_code == 422
    assert wrong(answer) == {
        "b1-rate-gold": ["Здесь нужно число, не больше двух знаков после запятой."],
        "b1-rate-silver": ["Число должно быть от 0 до 100."],
        "b0-ru": ["Заполните."],
        "b4-per_receipt": ["Число должно быть от 1 до 1000000000."],
    }
    page = controls(answer)
    assert [page[name][0] for name in changes] == ["девять", "101", " ", "-5"]
    assert "Пока не сохранено: исправьте 4 места." in text_of(answer)
    assert (stored().document, stored().revision) == (read_preset("dentistry"), 0)


@pytest.mark.parametrize("typed", ["9" * 400, "1e9", "９", "0x10", "--1", "1.234", "+7"])
def test_odd_numbers_are_faults_and_never_errors_of_the_page(client, draft, typed):
    answer = send(client, CASHBACK, {"b1-rate-gold": typed})

    assert answer.status_code == 422
    assert list(wrong(answer)) == ["b1-rate-gold"]
    assert stored().revision == 0


def test_new_rule_gets_a_permanent_latin_code_of_its_title(client, draft):
    make_service("hygiene-full", "hygiene")

    answer = send(
        client,
        f"{PROGRAM}1/earning/new/",
        {"b0-ru": "Гигиена по вторникам!", "b1-percent": "12", "b2-categories": ["hygiene"], "b2-weekdays": ["2"]},
    )

    assert answer.status_code == 302
    assert stored().document["earning"]["rules"][1] == {
        "code": "gigiena-po-vtornikam",
        "title": {"ru": "Гигиена по вторникам!", "en": "Гигиена по вторникам!"},
        "effect": {"kind": "percent", "percent": 12},
        "when": {"categories": ["hygiene"], "weekdays": [2]},
    }


def test_code_of_a_removed_rule_is_never_used_again(client, maria):
    document = read_preset("dentistry")
    old = {
        "code": "subbota",
        "title": {"ru": "x", "en": "x"},
        "effect": {"kind": "fixed", "points": 5, "per": "visit"},
    }
    document["earning"]["rules"].append(old | {"when": {"weekdays": [6]}})
    create_draft(document=read_preset("dentistry"), at=NOON, actor=maria)
    create_draft(document=document, at=NOON, actor=maria)

    send(client, f"{PROGRAM}1/earning/new/", {"b0-ru": "Суббота", "b1-percent": "5", "b2-weekdays": ["6"]})

    assert stored().document["earning"]["rules"][1]["code"] == "subbota-2"


def test_title_keeps_its_code_and_english_follows_unless_it_has_its_own(client, draft):
    send(client, CASHBACK, {"b0-ru": "Возврат баллами"})
    with_own_english = stored().document["earning"]["rules"][0]
    send(client, CASHBACK, {"b0-en": ""})
    without = stored().document["earning"]["rules"][0]
    send(client, CASHBACK, {"b0-ru": "Баллы"})

    assert (with_own_english["code"], with_own_english["title"]["en"]) == ("cashback", "Cashback")
    assert without["title"] == {"ru": "Возврат баллами", "en": "Возврат баллами"}
    assert stored().document["earning"]["rules"][0]["title"] == {"ru": "Баллы", "en": "Баллы"}


def test_second_rule_for_everything_is_refused_with_the_name_of_the_first(client, draft):
    answer = send(client, f"{PROGRAM}1/earning/new/", {"b0-ru": "Ещё", "b1-percent": "5"})

    assert answer.status_code == 422
    assert (
        answer.context["form"].general
        == ["Ещё одно правило без условий стоит здесь: правилом «Кешбэк». Такое правило может быть одно."]
        or "«Кешбэк»" in answer.context["form"].general[0]
    )
    assert stored().revision == 0


def test_unclear_order_is_said_at_the_priority(client, full_draft):
    answer = send(client, f"{PROGRAM}1/earning/double/", {"b5-group": ""})
    clash = send(
        client,
        f"{PROGRAM}1/earning/new/",
        {"b0-ru": "Два", "b1-kind": "multiplier", "b1-times": "3", "b2-tags": ["vip"]},
    )

    assert answer.status_code == 302
    assert list(wrong(clash)) == ["b5-priority"]


def test_copy_begins_with_everything_of_the_rule_but_its_code(client, full_draft):
    url = f"{PROGRAM}1/earning/new/?copy=women"
    answer = send(client, url, {"b0-ru": "Мужчины", "b2-sex": "MALE"})

    women, men = FULL["earning"]["rules"][1], stored().document["earning"]["rules"][-1]
    assert answer.status_code == 302
    assert men["code"] == "muzhchiny"
    assert men == women | {
        "code": "muzhchiny",
        "title": {"ru": "Мужчины", "en": "Rule (копия)"},
        "when": women["when"] | {"sex": "MALE"},
    }


def test_rule_is_removed_whole(client, full_draft):
    answer = send(client, f"{PROGRAM}1/promotion/promotion-2/", remove="1")

    assert answer.status_code == 302
    codes = [promotion["code"] for promotion in stored().document["discounts"]["promotions"]]
    assert codes == ["promotion-1", "promotion-3", "promotion-4"]


def test_last_earning_rule_stays(client, draft):
    answer = send(client, CASHBACK, remove="1")

    assert answer.status_code == 422
    assert "Программе нужно хотя бы одно правило начисления." in text_of(answer)
    assert stored().document == read_preset("dentistry")


def test_part_that_a_program_can_do_without_is_taken_out_and_put_back(client, draft):
    send(client, f"{PROGRAM}1/part/welcome/", remove="1")
    without = stored().document
    send(client, f"{PROGRAM}1/part/welcome/", {"b0-points": "300", "b1-kind": "days", "b1-days": "30"})

    assert "welcome" not in without
    assert stored().document["welcome"] == {"points": 300, "life": {"kind": "days", "days": 30}}


def test_part_that_has_to_stay_can_not_be_removed_by_a_made_up_button(client, draft):
    assert send(client, f"{PROGRAM}1/part/points/", remove="1").status_code == 404
    assert stored().document == read_preset("dentistry")


def test_new_tier_takes_its_place_by_the_sum_and_its_rate_with_it(client, draft):
    changes = {"b0-4-title": "Бронза", "b0-4-threshold": "20 000", "b0-4-cap": "12", "b0-4-rate-cashback": "6"}

    answer = send(client, TIERS, changes)

    document = stored().document
    assert answer.status_code == 302
    assert [level["code"] for level in document["tiers"]["levels"]] == [
        "standart", "bronza", "silver", "gold", "premium",
    ]  # fmt: skip
    assert document["tiers"]["levels"][1] == {
        "code": "bronza",
        "title": {"ru": "Бронза", "en": "Бронза"},
        "threshold_roubles": 20_000,
        "redemption_cap_percent": 12,
    }
    rates = document["earning"]["rules"][0]["effect"]["percent_by_tier"]
    assert rates == {"standart": 5, "silver": 7, "gold": 9, "premium": 10, "bronza": 6}


def test_tier_without_a_rate_is_a_fault_at_its_own_cell(client, draft):
    answer = send(client, TIERS, {"b0-4-title": "Бронза", "b0-4-threshold": "20000"})

    assert list(wrong(answer)) == ["4-rate-cashback"]
    assert "Бронза" in controls(answer)["b0-4-title"]
    assert stored().revision == 0


def test_tier_is_removed_with_its_rate(client, draft):
    answer = send(client, TIERS, {"b0-1-remove": "on"})

    document = stored().document
    assert answer.status_code == 302
    assert [level["code"] for level in document["tiers"]["levels"]] == ["standart", "gold", "premium"]
    assert document["earning"]["rules"][0]["effect"]["percent_by_tier"] == {
        "standart": 5,
        "gold": 9,
        "premium": 10,
    }


def test_tier_that_a_rule_asks_for_stays_and_the_rule_is_named(client, full_draft):
    answer = send(client, TIERS, {"b0-1-remove": "on"})

    places = {fault.place[:3] for fault in answer.context["form"].elsewhere}
    assert answer.status_code == 422
    assert places == {("earning", "rules", 1), ("discounts", "promotions", 0)}
    assert f'href="{PROGRAM}1/earning/women/"' in answer.content.decode()
    assert stored().revision == 0


def test_row_more_is_shown_and_nothing_is_written(client, draft):
    answer = send(client, TIERS, {"b0-4-title": "Бронза"}, again="b0")

    page = controls(answer)
    assert (page["b0-4-title"], page["b0-5-title"]) == (["Бронза"], [""])
    assert "Пока не сохранено" not in text_of(answer)
    assert stored().revision == 0


def test_perks_are_typed_one_in_a_line_and_keep_their_english(client, draft):
    send(client, TIERS, {"b0-1-perks": "Онлайн-консультация\n\n  Подарок  "})

    assert stored().document["tiers"]["levels"][1]["perks"] == [
        {"ru": "Онлайн-консультация", "en": "Online consultation"},
        {"ru": "Подарок", "en": "Подарок"},
    ]


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("гигиена полная", ["h-full"]),
        ("h-full", ["h-full"]),
        ("полная", ["h-full"]),
        ("H-FULL; кариес", ["h-full", "c"]),
    ],
    ids=str,
)
def test_service_is_added_by_its_name_or_code(client, draft, typed, codes):
    for code, name in (("h-full", "Гигиена полная"), ("h-kids", "Гигиена детская"), ("c", "Кариес")):
        service = make_service(code, "all")
        service.name = name
        service.save(update_fields=["name"])

    send(client, f"{PROGRAM}1/part/redemption/", {"b1-services-entry": typed})

    assert stored().document["redemption"]["nothing_on"]["services"] == codes


@pytest.mark.parametrize(("typed", "word"), [("гигиена", "Подходит несколько услуг"), ("маникюр", "нет")])
def test_service_that_is_not_clear_is_asked_about(client, draft, typed, word):
    for code in ("Гигиена полная", "Гигиена детская"):
        service = make_service(code.split()[1].translate(str.maketrans("плнаядетск", "plnayadets")), "all")
        service.name = code
        service.save(update_fields=["name"])

    answer = send(client, f"{PROGRAM}1/part/redemption/", {"b1-services-entry": typed})

    assert answer.status_code == 422
    assert word in wrong(answer)["b1-services"][0]
    assert controls(answer)["b1-services-entry"] == [typed]
    assert stored().revision == 0


def test_second_saver_is_told_who_was_first_and_keeps_what_was_typed(client, draft):
    olga = make_staff("olga", "manager")
    olga.first_name, olga.last_name = "Ольга", "Белова"
    olga.save()
    page = controls(client.get(CASHBACK))
    document = read_preset("dentistry")
    document["welcome"]["points"] = 500
    change_draft(number=1, revision=0, document=document, place="welcome", at=NOON, actor=olga)

    told = client.post(CASHBACK, page | {"b1-rate-gold": "8"})
    again = client.post(CASHBACK, controls(told))

    assert told.status_code == 409
    assert "изменил другой сотрудник: Ольга Белова" in text_of(told)
    assert controls(told)["b1-rate-gold"] == ["8"]
    assert again.status_code == 302
    assert stored().document["welcome"]["points"] == 500
    assert stored().document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] == 8


def test_form_sent_twice_is_saved_once(client, draft):
    page = controls(client.get(CASHBACK)) | {"b1-rate-gold": "8"}

    answers = [client.post(CASHBACK, page), client.post(CASHBACK, page)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert stored().revision == 1


def test_published_version_has_no_forms(client, maria, draft):
    page = controls(client.get(CASHBACK))
    publish(number=1, at=NOON, actor=maria)

    answers = [client.get(CASHBACK), client.post(CASHBACK, page | {"b1-rate-gold": "8"})]

    assert [answer.url for answer in answers] == [f"{PROGRAM}1/"] * 2
    assert stored().document == read_preset("dentistry")


def test_rule_that_is_gone_leads_back_to_the_version(client, draft):
    assert client.get(f"{PROGRAM}1/gift/nothing/").url == f"{PROGRAM}1/"


@pytest.mark.parametrize("address", ["1/part/nothing/", "1/nothing/cashback/", "9/part/tiers/", "9/earning/new/"])
def test_addresses_that_lead_nowhere_are_not_found(client, draft, address):
    assert client.get(PROGRAM + address).status_code == 404


def test_titles_can_not_carry_markup(client, draft):
    title = "<script>alert(1)</script>"
    send(client, CASHBACK, {"b0-ru": title})
    send(client, TIERS, {"b0-2-title": title})

    pages = [client.get(url).content.decode() for url in (f"{PROGRAM}1/", CASHBACK, TIERS, PROGRAM)]

    assert stored().document["tiers"]["levels"][2]["title"]["ru"] == title
    assert ["<script>alert" in page for page in pages] == [False] * 4


def test_posted_rubbish_is_refused_in_words(client, draft):
    rubbish = {
        "b1-kind": "magic",
        "b2-categories": ["../etc"],
        "b2-weekdays": ["9"],
        "b2-sex": "X",
        "b2-first_day": "31.31.2026",
        "b2-hours_from": "25:00",
        "b5-group": "nobody",
        "b3-kind": "days",
    }

    answer = send(client, CASHBACK, rubbish)

    assert answer.status_code == 422
    assert {"b1-kind", "b2-categories", "b2-sex", "b2-first_day", "b2-hours_from", "b3-days"} <= set(wrong(answer))
    assert stored().revision == 0


@pytest.mark.parametrize("page", ["try/", "part/redemption/", "earning/cashback/", "earning/new/"])
def test_tiers_have_their_english_names_on_english_pages(client, draft, page):
    client.cookies["django_language"] = "en"

    text = client.get(f"/admin/program/1/{page}").content.decode()

    assert "Gold" in text
    assert "Золото" not in text
