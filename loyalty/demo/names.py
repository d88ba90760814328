"""Names as people bear them, and phones that can't be anybody's. Pure: all chance comes from `rng`."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FEMALE_NAMES = _words(
    "Анна Мария Елена Ольга Наталья Екатерина Татьяна Ирина Светлана Юлия Дарья Ксения Полина Алина Вера "
    "Надежда Любовь Галина Людмила Валентина Марина Оксана Виктория Софья Алёна Жанна Диана Кира Лариса "
    "Нина"
)
MALE_NAMES = _words(
    "Александр Дмитрий Сергей Андрей Алексей Иван Михаил Николай Павел Владимир Егор Роман Кирилл Артём "
    "Илья Константин Олег Виктор Юрий Борис Григорий Степан Тимофей Фёдор Матвей Глеб Лев Денис Антон "
    "Максим"
)
# The patronymic's father: (male form, female form).
PATRONYMICS = (
    ("Александрович", "Александровна"), ("Сергеевич", "Сергеевна"), ("Андреевич", "Андреевна"),
    ("Алексеевич", "Алексеевна"), ("Иванович", "Ивановна"), ("Михайлович", "Михайловна"),
    ("Николаевич", "Николаевна"), ("Павлович", "Павловна"), ("Владимирович", "Владимировна"),
    ("Дмитриевич", "Дмитриевна"), ("Викторович", "Викторовна"), ("Юрьевич", "Юрьевна"),
    ("Петрович", "Петровна"), ("Олегович", "Олеговна"), ("Константинович", "Константиновна"),
    ("Борисович", "Борисовна"), ("Евгеньевич", "Евгеньевна"), ("Анатольевич", "Анатольевна"),
)  # fmt: skip
# Male surnames that take a final «а» for women.
SURNAMES = _words(
    "Смирнов Иванов Кузнецов Соколов Попов Лебедев Козлов Новиков Морозов Петров Волков Соловьёв Васильев "
    "Зайцев Павлов Семёнов Голубев Виноградов Богданов Воробьёв Фёдоров Михайлов Беляев Тарасов Белов "
    "Комаров Орлов Киселёв Макаров Андреев Ковалёв Ильин Гусев Титов Кузьмин Кудрявцев Баранов Куликов "
    "Алексеев Степанов Яковлев Сорокин Сергеев Романов Захаров Борисов Королёв Герасимов Пономарёв "
    "Григорьев Лазарев Медведев Ершов Никитин Соболев Рябов Поляков Цветков Данилов Жуков Фролов Журавлёв "
    "Николаев Крылов Максимов Сидоров Осипов Белоусов Федотов Дорофеев Егоров Матвеев Бобров Дмитриев "
    "Калинин Анисимов Петухов Антонов Тимофеев Никифоров Веселов Филиппов Марков Большаков Суханов "
    "Миронов Ширяев Коновалов"
)
WOMEN_OF_100 = 62


@dataclass(frozen=True, slots=True)
class Person:
    last_name: str
    first_name: str
    middle_name: str
    is_woman: bool
    birth_date: date


def phone_of(number: int) -> str:
    """The number-th made-up phone, 0..9 999: the exchange 900 000 is given to nobody."""
    return f"+7900000{number:04d}"


def make_person(rng: Random, *, today: date) -> Person:
    is_woman = rng.randrange(100) < WOMEN_OF_100
    father = rng.choice(PATRONYMICS)
    return Person(
        last_name=rng.choice(SURNAMES) + ("а" if is_woman else ""),
        first_name=rng.choice(FEMALE_NAMES if is_woman else MALE_NAMES),
        middle_name=father[1] if is_woman else father[0],
        is_woman=is_woman,
        birth_date=today - timedelta(days=rng.randrange(19 * 365, 74 * 365)),
    )
