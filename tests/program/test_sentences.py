"""The program in plain words: whole sentences, Russian and English, right plurals, each to whom it concerns."""

import copy
from dataclasses import dataclass

import pytest
from django.utils import translation

from loyalty.program.names import Name, Names
from loyalty.program.sentences import Reader, chapters, tell_program
from tests.rules.build import preset

NAMES = Names(
    {
        ("categories", "implantation"): Name("Имплантация"),
        ("categories", "orthodontics"): Name("Ортодонтия"),
        ("categories", "orthopaedics"): Name("Ортопедия"),
        ("categories", "hygiene"): Name("Гигиена"),
        ("services", "cleaning"): Name("Чистка"),
        ("doctors", "petrov"): Name("Петров П. П."),
        ("clinics", "mytishchi"): Name("Мытищи"),
        ("tags", "vip"): Name("VIP"),
        ("social_groups", "pensioner"): Name("Пенсионер", "Pensioner"),
    }
)


def plain(text):
    return text.replace("\u00a0", " ")


def told(document, *, language="ru", reader=Reader.STAFF, names=NAMES):
    with translation.override(language):
        return {
            sentence.key: plain(sentence.text) for sentence in tell_program(document, names=names, reader=reader)
        }


def test_dentistry_reads_to_a_patient_as_it_is_published():
    assert list(told(preset("dentistry"), reader=Reader.PATIENT).values()) == [
        "Новый участник получает 250 баллов.",
        "За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 9 %, Премиум 10 %.",
        "Часть чека, оплаченная баллами, баллов не приносит.",
        "Баллами можно оплатить: Стандарт 10 %, Серебро 15 %, Золото 20 %, Премиум 25 % чека.",
        "Баллами нельзя оплатить: «Имплантация», «Ортодонтия» и «Ортопедия». Предел считаем без них.",
        "1 балл = 1 ₽ скидки.",
        "Чтобы списать баллы, покажите QR на странице карты или назовите код, который мы пришлём.",
        "Баллы сгорают через 24 месяца после последней оплаты.",
        "Уровни по сумме ваших оплат: Стандарт сразу, Серебро от 50 000 ₽, Золото от 150 000 ₽, "
        "Премиум от 300 000 ₽.",
        "Уровень «Серебро» даёт ещё: Памятки по уходу, Онлайн-консультация.",
        "Уровень «Золото» даёт ещё: Памятки по уходу, Онлайн-консультация, Бесплатная консультация.",
        "Уровень «Премиум» даёт ещё: Памятки по уходу, Онлайн-консультация, Бесплатная консультация, "
        "Запись вне очереди, Увеличенная гарантия.",
        "Новый уровень действует со следующего чека.",
        "Достигнутый уровень остаётся навсегда.",
        "Подарок за оплаты: 1 000 баллов за оплаты от 50 000 ₽ за 3 месяца. "
        "Эти баллы сгорают через 3 месяца после начисления.",
        "Отзыв: 100 баллов за отзыв на площадке «форма клиники». На каждой площадке один раз в 3 месяца.",
        "За друга: 250 баллов, когда пришедший по вашей рекомендации впервые оплатит визит.",
        "Напомним за 14 и 5 дней до сгорания баллов.",
        "При возврате чека списанные баллы возвращаем. Те, что успели сгореть, живут ещё 14 дней.",
    ]


def test_cosmetology_reads_in_english():
    assert list(told(preset("cosmetology"), language="en", reader=Reader.PATIENT).values()) == [
        "For what you pay we give 5 % back in points.",
        "Consultations: 3 % of the payment comes back in points. "
        "Only for services of the category “Consultations”.",
        "Cosmetology care: 5 % of the payment comes back in points. "
        "Only for services of the category “Cosmetology care”.",
        "Injections: 7 % of the payment comes back in points. Only for services of the category “Injections”.",
        "Hardware procedures: 8 % of the payment comes back in points. "
        "Only for services of the category “Hardware procedures”.",
        "Courses: 10 % of the payment comes back in points. Only for services of the category “Courses”.",
        "Where several rules fit, one gives points: the most exact one.",
        "The part of a receipt paid with points earns no points.",
        "Points can pay up to 30 % of a receipt.",
        "1 point is 1 ₽ off the bill.",
        "To spend points, show the QR of your card page or tell the code we send you.",
        "Points burn 2 months after they are given.",
        "We remind you 14 and 5 days before points burn.",
        "A refund gives spent points back. Those that have burnt meanwhile live 14 more days.",
    ]


def test_staff_reads_the_same_sentences_and_a_few_more():
    document = preset("dentistry")

    to_staff, to_patient = told(document), told(document, reader=Reader.PATIENT)

    assert {key: text for key, text in to_staff.items() if key in to_patient} == to_patient
    assert [text for key, text in to_staff.items() if key not in to_patient] == [
        "В чеке это правило называется «Кешбэк».",
        "Баллы показываем как сгорающие за 30 дней до сгорания.",
        "10 % пациентов не получают напоминаний, чтобы измерить их пользу.",
        "Визит в течение 14 дней после напоминания считаем его результатом.",
        "При возврате чека начисленное забираем. Что уже потрачено, остаётся долгом: новые баллы сначала гасят "
        "его.",
        "Программа называется «Стоматология», её код — dentistry.",
    ]


def test_changed_percent_changes_one_sentence():
    document = preset("dentistry")
    before = told(document)

    document["earning"]["rules"][0]["effect"]["percent_by_tier"]["gold"] = 8

    after = told(document)
    assert {key for key in after if after[key] != before[key]} == {"earning.rules.cashback"}
    assert after["earning.rules.cashback"] == (
        "За оплату начисляем: Стандарт 5 %, Серебро 7 %, Золото 8 %, Премиум 10 %."
    )


@dataclass
class Case:
    name: str
    ru: str
    en: str = ""
    value: object = None


LIVES = [
    Case("none", "Баллы не сгорают.", "Points never burn.", value={"kind": "none"}),
    Case(
        "days",
        "Баллы сгорают через 60 дней после начисления.",
        "Points burn 60 days after they are given.",
        value={"kind": "days", "days": 60},
    ),
    Case(
        "day of issue",
        "Баллы живут 21 день, считая день начисления.",
        "Points live 21 days, counting the day on which they are given.",
        value={"kind": "days", "days": 21, "counts_day_of_issue": True},
    ),
    Case(
        "months",
        "Баллы сгорают через 2 месяца после начисления.",
        "Points burn 2 months after they are given.",
        value={"kind": "months", "months": 2},
    ),
    Case(
        "rolling",
        "Баллы сгорают через 112 месяцев после последней оплаты.",
        "Points burn 112 months after the last payment.",
        value={"kind": "rolling_months", "months": 112},
    ),
    Case(
        "month's end",
        "Баллы сгорают в конце месяца, в котором начислены.",
        "Points burn at the end of the month in which they are given.",
        value={"kind": "end_of_month"},
    ),
    Case(
        "quarter's end",
        "Баллы сгорают в конце квартала, в котором начислены.",
        "Points burn at the end of the quarter in which they are given.",
        value={"kind": "end_of_quarter"},
    ),
    Case(
        "year's end",
        "Баллы сгорают в конце года, в котором начислены.",
        "Points burn at the end of the year in which they are given.",
        value={"kind": "end_of_year"},
    ),
]


@pytest.mark.parametrize("case", LIVES, ids=lambda case: case.name)
def test_every_life_has_a_sentence_of_its_own(case):
    document = preset("dentistry")
    document["points"]["life"] = case.value

    assert told(document)["points.life"] == case.ru
    assert told(document, language="en")["points.life"] == case.en


@pytest.mark.parametrize(
    ("points", "ru", "en"),
    [
        (1, "Новый участник получает 1 балл.", "A new member gets 1 point."),
        (2, "Новый участник получает 2 балла.", "A new member gets 2 points."),
        (5, "Новый участник получает 5 баллов.", "A new member gets 5 points."),
        (21, "Новый участник получает 21 балл.", "A new member gets 21 points."),
        (112, "Новый участник получает 112 баллов.", "A new member gets 112 points."),
        (1_500, "Новый участник получает 1 500 баллов.", "A new member gets 1 500 points."),
    ],
)
def test_plurals_are_right(points, ru, en):
    document = preset("dentistry") | {"welcome": {"points": points}}

    assert told(document)["welcome"] == ru
    assert told(document, language="en")["welcome"] == en


def rule(**fields):
    usual = {"code": "extra", "title": {"ru": "Утро", "en": "Morning"}}
    return usual | {"effect": {"kind": "percent", "percent": "7.5"}} | fields


def with_rule(**fields):
    document = preset("dentistry")
    document["earning"]["rules"].append(rule(**fields))
    return document


@dataclass
class Condition:
    when: dict
    ru: str
    en: str


CONDITIONS = [
    Condition({"services": ["cleaning"]}, "за услугу «Чистка»", "for the service “Чистка”"),
    Condition(
        {"categories": ["hygiene"], "services": ["cleaning", "canal"]},
        "за услуги категории «Гигиена» и за услуги «Чистка» и «canal»",
        "for services of the category “Гигиена” and for the services “Чистка” and “canal”",
    ),
    Condition({"doctors": ["petrov"]}, "у врача «Петров П. П.»", "with the doctor “Петров П. П.”"),
    Condition(
        {"clinics": ["mytishchi", "tver"]}, "в клиниках «Мытищи» и «tver»", "at the clinics “Мытищи” and “tver”"
    ),
    Condition(
        {"weekdays": [4, 2], "hours": {"from": "10:00", "to": "14:00"}},
        "по вторникам и четвергам, с 10:00 до 14:00",
        "on Tuesdays and Thursdays, from 10:00 to 14:00",
    ),
    Condition(
        {"weekdays": [1, 3, 5]}, "по понедельникам, средам и пятницам", "on Mondays, Wednesdays and Fridays"
    ),
    Condition({"weekdays": [1, 2, 3, 4, 5]}, "по будням", "on working days"),
    Condition({"weekdays": [7, 6]}, "по выходным", "at weekends"),
    Condition(
        {"days": {"first_day": "2026-12-01", "last_day": "2027-01-31"}},
        "с 01.12.2026 по 31.01.2027",
        "from 01.12.2026 to 31.01.2027",
    ),
    Condition({"days": {"last_day": "2026-12-31"}}, "по 31.12.2026 включительно", "until 31.12.2026"),
    Condition({"receipt_roubles": {"from": 3000}}, "при чеке от 3 000 ₽", "on receipts from 3 000 ₽"),
    Condition(
        {"receipt_roubles": {"from": "99.50", "to": 300}},
        "при чеке от 99,50 ₽ до 300 ₽",
        "on receipts from 99,50 ₽ to 300 ₽",
    ),
    Condition({"booked_online": True}, "при записи онлайн", "on visits booked online"),
    Condition({"booked_online": False}, "без записи онлайн", "on visits that were not booked online"),
    Condition(
        {"tiers": ["gold", "premium"]},
        "для уровней «Золото» и «Премиум»",
        "for the tiers “Gold” and “Premium”",
    ),
    Condition({"tags": ["vip"]}, "для пациентов с меткой «VIP»", "for patients with the tag “VIP”"),
    Condition(
        {"sources": ["site"]}, "для пришедших по каналу «site»", "for patients who came by the channel “site”"
    ),
    Condition({"social_groups": ["pensioner"]}, "для группы «Пенсионер»", "for the group “Pensioner”"),
    Condition({"sex": "FEMALE"}, "для женщин", "for women"),
    Condition({"age": {"from": 60}}, "в возрасте от 60 лет", "from the age of 60"),
    Condition({"age": {"from": 18, "to": 21}}, "в возрасте от 18 до 21 года", "at ages from 18 to 21"),
    Condition({"age": {"to": 14}}, "в возрасте до 14 лет включительно", "up to the age of 14"),
    Condition({"patients": "new"}, "на первом визите", "on the first visit"),
    Condition({"patients": "regular"}, "со второго визита", "from the second visit on"),
    Condition({"visit": {"kind": "number", "number": 3}}, "на 3-м визите", "on visit number 3"),
    Condition({"visit": {"kind": "every", "number": 5}}, "на каждом 5-м визите", "once in 5 visits"),
]


@pytest.mark.parametrize("case", CONDITIONS, ids=lambda case: case.en)
def test_every_condition_is_told(case):
    document = with_rule(when=case.when)

    assert told(document)["earning.rules.extra"] == f"Утро: начисляем 7,5 % оплаты. Только {case.ru}."
    assert told(document, language="en")["earning.rules.extra"] == (
        f"Morning: 7,5 % of the payment comes back in points. Only {case.en}."
    )


def test_condition_with_a_comma_of_its_own_is_parted_by_semicolons():
    document = with_rule(when={"weekdays": [1, 3, 5], "sex": "MALE"})

    assert told(document)["earning.rules.extra"] == (
        "Утро: начисляем 7,5 % оплаты. Только по понедельникам, средам и пятницам; для мужчин."
    )


@dataclass
class Effect:
    fields: dict
    ru: str


FIXED = {"kind": "fixed", "points": 100, "per": "visit"}
EFFECTS = [
    Effect({"effect": FIXED}, "Утро: 100 баллов за визит."),
    Effect({"effect": FIXED | {"per": "line"}}, "Утро: 100 баллов за каждую услугу."),
    Effect({"effect": {"kind": "multiplier", "times": "1.5"}}, "Утро: баллы за оплату умножаем на 1,5."),
    Effect({"effect": {"kind": "percent", "percent": 0}}, "Утро: баллы не начисляем."),
    Effect(
        {"effect": {"kind": "percent", "percent": 5, "percent_by_tier": {"gold": 9}}},
        "Утро: начисляем процент оплаты по уровню (Стандарт 5 %, Серебро 5 %, Золото 9 %, Премиум 5 %).",
    ),
    Effect(
        {"effect": FIXED, "life": {"kind": "days", "days": 14}, "pending_days": 3},
        "Утро: 100 баллов за визит. Эти баллы сгорают через 14 дней после начисления. "
        "Эти баллы можно тратить через 3 дня после начисления.",
    ),
    Effect(
        {
            "effect": FIXED,
            "cap_points_per_receipt": 501,
            "cap_points_per_patient": {"points": 1000, "period": "year"},
        },
        "Утро: 100 баллов за визит. Не больше 501 балла за чек. Одному пациенту не больше 1 000 баллов в год.",
    ),
]


@pytest.mark.parametrize("case", EFFECTS, ids=lambda case: case.ru)
def test_every_effect_is_told(case):
    document = with_rule(**case.fields, group="more")

    assert told(document)["earning.rules.extra"] == case.ru


def test_budget_is_told_to_the_staff_alone():
    budget = {"points": 100_000, "period": "month", "per_clinic": True, "when_short": "nothing"}
    document = with_rule(budget=budget)

    assert told(document)["earning.rules.extra.budget"] == (
        "Бюджет «Утро»: 100 000 баллов в месяц. У каждой клиники свой бюджет. "
        "Если остатка не хватает, не даём ничего."
    )
    assert "earning.rules.extra.budget" not in told(document, reader=Reader.PATIENT)


def test_patients_read_neither_tags_nor_what_hangs_on_them():
    document = with_rule(when={"tags": ["vip"]}, priority=1)

    to_patient = told(document, reader=Reader.PATIENT)

    assert "VIP" not in " ".join(to_patient.values())
    assert "Утро" not in " ".join(to_patient.values())
    assert told(document)["earning.groups.base"] == (
        "Если подходит несколько правил, баллы даёт одно, первое по порядку: «Утро», затем «Кешбэк»."
    )


def grouped(mode, *rules):
    document = preset("dentistry")
    document["earning"]["rules"] += rules
    document["earning"]["groups"] = [{"code": "more", "mode": mode}]
    return document


def titled(code, **fields):
    return rule(code=code, title={"ru": code, "en": code}, **fields)


def test_rules_that_never_meet_have_no_order():
    women, men = titled("women", when={"sex": "FEMALE"}), titled("men", when={"sex": "MALE"})
    document = preset("dentistry")
    document["earning"]["rules"] = [women, men]

    assert "earning.groups.base" not in told(document)


def test_order_by_priority_names_equals_together():
    rules = [titled("a", group="more"), titled("b", group="more"), titled("c", group="more", priority=5)]

    text = told(grouped("first_match", *rules))

    assert text["earning.groups.more"] == (
        "Если подходит несколько правил, баллы даёт одно, первое по порядку: «c», затем «a» или «b». "
        "Из равных — самое точное."
    )
    assert text["earning.groups"] == "Баллы по правилам «a», «b» и «c» прибавляются к остальным."


def test_rules_that_add_up_are_told_so():
    text = told(grouped("add_up", titled("a", group="more"), titled("b", group="more")))

    assert text["earning.groups.more"] == "Баллы по правилам «a» и «b» складываются."


def test_multipliers_compete_among_themselves():
    double = {"effect": {"kind": "multiplier", "times": 2}, "group": "more"}
    rules = [titled("a", **double, priority=1), titled("b", **double), titled("c", group="more")]

    text = told(grouped("first_match", *rules))

    assert "earning.groups.more" not in text
    assert text["earning.groups.more.multipliers"].endswith("первое по порядку: «a», затем «b».")


def promotion(code, **fields):
    return {
        "code": code,
        "title": {"ru": code, "en": code},
        "effect": {"kind": "percent", "percent": 10},
        "days": {"first_day": "2026-12-01", "last_day": "2026-12-31"},
        "rules_link": "/promo/winter",
    } | fields


def with_promotions(*promotions, **discounts):
    return preset("dentistry") | {"discounts": {"promotions": list(promotions), **discounts}}


@pytest.mark.parametrize(
    ("effect", "ru"),
    [
        ({"kind": "percent", "percent": 10}, "Зима: скидка 10 %."),
        ({"kind": "amount", "roubles": 500}, "Зима: скидка 500 ₽ с чека."),
        ({"kind": "fixed_price", "roubles": "1990.50"}, "Зима: цена 1 990,50 ₽."),
        ({"kind": "free_line"}, "Зима: самая дешёвая услуга бесплатно."),
        ({"kind": "free_line", "lines": 2}, "Зима: 2 самые дешёвые услуги бесплатно."),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_promotion_is_told_with_its_days_and_a_link(effect, ru):
    document = with_promotions(promotion("Зима", effect=effect, when={"services": ["cleaning"]}))

    with translation.override("ru"):
        sentences = tell_program(document, names=NAMES, reader=Reader.PATIENT)

    told_promotion = next(each for each in sentences if each.key == "discounts.promotions.Зима")
    assert plain(told_promotion.text) == f"{ru} Только на услугу «Чистка». Действует с 01.12.2026 по 31.12.2026."
    assert told_promotion.link == "/promo/winter"


@pytest.mark.parametrize(
    ("mode", "ru"),
    [
        ("exclusive", "Если подходит несколько скидок, действует одна, первая по порядку: «b», затем «a»."),
        ("best_of", "Из скидок «a» и «b» действует та, что больше."),
        ("sequential", "Эти скидки действуют вместе, каждая от оставшейся суммы: «b», затем «a»."),
    ],
)
def test_how_promotions_of_one_group_meet(mode, ru):
    group = [{"code": "base", "mode": mode}]
    document = with_promotions(promotion("a"), promotion("b", priority=1), groups=group)

    assert told(document)["discounts.groups.base"] == ru


def test_groups_of_discounts_come_off_in_the_order_of_the_document():
    groups = [{"code": "second", "mode": "best_of"}, {"code": "base", "mode": "best_of"}]
    document = with_promotions(promotion("a"), promotion("b"), promotion("c", group="second"), groups=groups)

    assert told(document)["discounts.groups"] == "Скидки вычитаем по очереди: «c», затем «a» или «b»."


def test_discount_card_and_discounts_by_hand():
    levels = [{"from_roubles": 50000, "percent": 3}, {"from_roubles": 100000, "percent": "5.5"}]
    card = {"code": "card", "title": {"ru": "Дисконтная карта", "en": "Discount card"}, "levels": levels}
    manual = {"most_percent_by_role": {"manager": 15, "receptionist": 5}, "most_percent": 30, "request_hours": 2}

    text = told(preset("dentistry") | {"discounts": {"card": card, "manual": manual}})

    assert text["discounts.card.card"] == (
        "Дисконтная карта: скидка растёт с суммой ваших оплат (3 % от 50 000 ₽, 5,5 % от 100 000 ₽)."
    )
    assert text["discounts.manual"] == (
        "Скидку вручную дают: администратор до 5 % и управляющий до 15 %. "
        "Больше, до 30 %, одобряет другой сотрудник; запрос ждёт 2 часа."
    )


GIFTS = [
    Case(
        "threshold",
        "Подарок: 1 000 баллов за оплаты от 50 000 ₽ за 3 месяца.",
        value={"kind": "threshold", "roubles": 50000, "months": 3},
    ),
    Case(
        "habit",
        "Подарок: 1 000 баллов, если прийти снова не позже чем через 6 месяцев. "
        "Только за услуги категории «Гигиена». Даём за каждый 3-й раз подряд.",
        value={"kind": "habit", "of": {"categories": ["hygiene"]}, "within_months": 6, "streak": 3},
    ),
    Case("course", "Подарок: 1 000 баллов за пройденный курс лечения.", value={"kind": "course_finished"}),
    Case(
        "courses",
        "Подарок: 1 000 баллов за любой из пройденных курсов «a» и «b».",
        value={"kind": "course_finished", "courses": ["a", "b"]},
    ),
    Case(
        "review",
        "Подарок: 1 000 баллов за отзыв на площадке «own». На каждой площадке один раз.",
        value={"kind": "review", "platforms": ["own"]},
    ),
    Case(
        "reviews",
        "Подарок: 1 000 баллов за отзыв на площадке «own». На каждой площадке один раз в 6 месяцев.",
        value={"kind": "review", "platforms": ["own"], "months": 6},
    ),
    Case(
        "activity",
        "Подарок: 1 000 баллов за первый вход в кабинет.",
        value={"kind": "activity", "of": "first_log_in"},
    ),
    Case(
        "friend",
        "Подарок: 1 000 баллов, когда пришедший по вашей рекомендации впервые оплатит визит.",
        value={"kind": "friend_paid"},
    ),
]


@pytest.mark.parametrize("case", GIFTS, ids=lambda case: case.name)
def test_every_gift_is_told(case):
    gift = {"code": "gift", "title": {"ru": "Подарок", "en": "Gift"}, "trigger": case.value, "points": 1000}

    assert told(preset("dentistry") | {"gifts": [gift]})["gifts.gift"] == case.ru


def test_gift_that_nothing_sets_off_is_not_promised_to_patients():
    gift = {"code": "gift", "title": {"ru": "Подарок", "en": "Gift"}, "points": 1000}
    gift |= {"trigger": {"kind": "activity", "of": "channel_linked"}}
    document = preset("dentistry") | {"gifts": [gift]}

    assert "gifts.gift" in told(document)
    assert "gifts.gift" not in told(document, reader=Reader.PATIENT)


TIERS = [
    Case("never", "Достигнутый уровень остаётся навсегда.", value={"downgrade": "never", "tier_grace_days": 9}),
    Case(
        "at the end",
        "Если оплат перестаёт хватать на уровень, предупредим; через 30 дней он снизится до того, на который их "
        "хватает. Достаточная оплата за это время сохранит его.",
        value={"downgrade": "at_end"},
    ),
    Case(
        "one step",
        "Если оплат перестаёт хватать на уровень, предупредим; через 21 день он снизится на один. Достаточная "
        "оплата за это время сохранит его.",
        value={"downgrade": "one_step", "tier_grace_days": 21},
    ),
    Case(
        "without grace",
        "Если оплат перестаёт хватать на уровень, он снижается до того, на который их хватает.",
        value={"downgrade": "at_end", "tier_grace_days": 0},
    ),
    Case(
        "one step without grace",
        "Если оплат перестаёт хватать на уровень, он снижается на один.",
        value={"downgrade": "one_step", "tier_grace_days": 0},
    ),
]


@pytest.mark.parametrize("case", TIERS, ids=lambda case: case.name)
def test_every_way_down_is_told(case):
    document = preset("dentistry")
    document["tiers"] = {"levels": document["tiers"]["levels"]} | case.value

    assert told(document)["tiers.downgrade"] == case.ru


def test_tiers_of_the_last_months_are_told_with_their_window():
    document = preset("dentistry")
    document["tiers"]["levels"] = document["tiers"]["levels"][:2]
    document["tiers"] |= {"turnover": {"kind": "rolling_months", "months": 12}, "recount": "nightly"}

    text = told(document)

    assert text["tiers.levels"] == (
        "Уровни по сумме ваших оплат за последние 12 месяцев: Стандарт сразу, Серебро от 50 000 ₽."
    )
    assert text["tiers.recount"] == "Новый уровень действует со следующего дня."


def test_one_tier_neither_rises_nor_falls():
    document = preset("dentistry")
    document["tiers"]["levels"] = document["tiers"]["levels"][:1]

    text = told(document)

    assert text["tiers.levels"] == "У всех уровень «Стандарт»."
    assert {"tiers.recount", "tiers.downgrade"}.isdisjoint(text)


def test_gifts_can_be_spent_at_once_where_earned_points_wait():
    document = preset("dentistry")
    document["points"]["pending_days"] = 7

    text = told(document)

    assert text["points.pending_days"] == (
        "Начисленные баллы можно тратить через 7 дней; срок их жизни считаем с этого дня."
    )
    assert text["welcome"] == "Новый участник получает 250 баллов. Эти баллы можно тратить сразу."


def test_points_may_wait_until_the_visit_is_closed():
    document = preset("dentistry")
    document["points"] |= {"pending_from": "visit_closed", "visit_closes_after_days": 3}

    text = told(document)

    assert text["points.pending_days"] == (
        "Баллы можно тратить, когда визит завершён; срок их жизни считается с этого момента."
    )
    assert text["points.visit_closes_after_days"] == (
        "Визит, который забыли завершить, завершается сам ночью через 3 дня после оплаты."
    )
    assert text["welcome"] == "Новый участник получает 250 баллов. Эти баллы можно тратить сразу."


def test_one_rule_alone_may_wait_for_the_visit():
    document = preset("dentistry")
    document["points"]["pending_days"] = 7
    document["earning"]["rules"][0] |= {"pending_from": "visit_closed"}

    text = told(document)

    code = document["earning"]["rules"][0]["code"]
    assert text[f"earning.rules.{code}"].endswith("Эти баллы можно тратить через 7 дней после завершения визита.")
    assert text["points.visit_closes_after_days"].endswith("ночью через 7 дней после оплаты.")


def test_program_whose_points_never_burn_does_not_speak_of_burning():
    document = preset("dentistry")
    document["points"]["life"] = {"kind": "none"}
    del document["gifts"]

    text = told(document)

    assert {"reminders.days_before", "points.burning_window_days"}.isdisjoint(text)
    assert text["points.lot_grace_days"] == "При возврате чека списанные баллы возвращаем."


def test_chapters_number_sentences_through():
    with translation.override("ru"):
        found = chapters(tell_program(preset("dentistry"), reader=Reader.PATIENT))

    assert [(chapter.title, chapter.start, len(chapter.sentences)) for chapter in found] == [
        ("Вступление", 1, 1),
        ("Как копить баллы", 2, 2),
        ("Как тратить баллы", 4, 4),
        ("Сколько живут баллы", 8, 1),
        ("Уровни", 9, 6),
        ("Баллы в подарок", 15, 3),
        ("Напоминания", 18, 1),
        ("Возвраты", 19, 1),
    ]


def test_document_is_only_read():
    document = preset("dentistry")
    before = copy.deepcopy(document)

    told(document)

    assert document == before
