"""One row of a file of patients, read into values."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from loyalty.imports import cells
from loyalty.imports.columns import Column
from loyalty.imports.faults import RowFault
from loyalty.imports.row_attributes import COLUMNS as ATTRIBUTE_COLUMNS
from loyalty.imports.row_attributes import KnownCodes, RowAttributes, read_row_attributes
from loyalty.imports.row_cells import RowCells
from loyalty.imports.table_file import Row
from patients.models import ConsentRecord
from patients.names import name_key

COLUMNS = (
    Column("key", ("id", "код", "код пациента", "номер карты пациента", "ид")),
    Column("last_name", ("фамилия", "surname"), is_required=True, instead="full_name"),
    Column("first_name", ("имя",)),
    Column("middle_name", ("отчество", "patronymic")),
    Column("full_name", ("фио", "ф.и.о.", "пациент", "клиент", "name")),
    Column("phone", ("телефон", "мобильный телефон", "мобильный", "mobile")),
    Column("household_phone", ("телефон семьи", "телефон родителя")),
    Column("email", ("e-mail", "почта", "эл. почта", "электронная почта")),
    Column("birth_date", ("дата рождения", "день рождения", "birthday")),
    Column("sex", ("пол", "gender")),
    Column("card_number", ("номер карты", "карта", "card")),
    Column("balance", ("баланс", "баллы", "бонусы", "points")),
    Column("balance_last_day", ("баллы действуют до", "срок баллов", "сгорают")),
    Column("turnover", ("оборот", "сумма покупок", "оплачено всего")),
    Column("discount_percent", ("скидка", "скидка, %", "процент скидки", "discount")),
    Column("joined_on", ("дата вступления", "дата регистрации", "joined")),
    Column("consent_rules", ("согласие с правилами",)),
    Column("consent_personal_data", ("согласие на обработку данных", "согласие на пдн")),
    Column("consent_service", ("согласие на сервисные сообщения",)),
    Column("consent_advertising", ("согласие на рекламу",)),
    Column("consent_advertising_email", ("согласие на рекламу по почте",)),
    Column("consent_advertising_sms", ("согласие на рекламу по sms", "согласие на рекламу по смс")),
    *ATTRIBUTE_COLUMNS,
)
CONSENTS = {
    "consent_rules": (ConsentRecord.Kind.RULES, ""),
    "consent_personal_data": (ConsentRecord.Kind.PERSONAL_DATA, ""),
    "consent_service": (ConsentRecord.Kind.SERVICE, ""),
    "consent_advertising": (ConsentRecord.Kind.ADVERTISING, ""),
    "consent_advertising_email": (ConsentRecord.Kind.ADVERTISING, "EMAIL"),
    "consent_advertising_sms": (ConsentRecord.Kind.ADVERTISING, "SMS"),
}
LONGEST_NAME = 80
LONGEST_KEY = 64


@dataclass(frozen=True, slots=True)
class Opening:
    """What the previous system owed the patient: points, their own last day, earlier turnover, discount card."""

    points: int = 0
    last_day: date | None = None
    turnover_kopecks: int = 0
    discount_bp: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.points or self.turnover_kopecks or self.discount_bp)


@dataclass(frozen=True, slots=True)
class PatientRow:
    """`key` is the old system's, or made of the phone or of name and birth date when it gives none."""

    number: int
    key: str
    last_name: str
    first_name: str
    middle_name: str
    phone: str | None
    household_phone: str | None
    email: str
    birth_date: date | None
    sex: str
    card_number: str
    joined_on: date | None
    consents: tuple[tuple[str, str], ...]
    opening: Opening
    attributes: RowAttributes

    @property
    def is_member(self) -> bool:
        return CONSENTS["consent_rules"] in self.consents


def read_patient(row: Row, *, today: date, known: KnownCodes) -> PatientRow | list[RowFault]:
    """The row's values, or everything that is wrong in it. `today` is the home clinic's day."""
    reader = RowCells(row)
    names = _names(reader)
    phone = reader.read("phone", cells.read_phone, empty=None)
    birth_date = reader.read("birth_date", cells.read_day, empty=None)
    joined_on = reader.read("joined_on", cells.read_day, empty=None)
    for column, day in (("birth_date", birth_date), ("joined_on", joined_on)):
        if day is not None and day > today:
            reader.refuse(column, "in_the_future", found=row[column])
    patient = PatientRow(
        number=row.number,
        key=reader.read("key", cells.read_name, empty="", longest=LONGEST_KEY)
        or _made_key(phone=phone, name=name_key(*names), birth_date=birth_date),
        last_name=names[0],
        first_name=names[1],
        middle_name=names[2],
        phone=phone,
        household_phone=reader.read("household_phone", cells.read_phone, empty=None),
        email=reader.read("email", cells.read_email, empty=""),
        birth_date=birth_date,
        sex=reader.read("sex", cells.read_sex, empty=""),
        card_number=reader.read("card_number", cells.read_name, empty="", longest=LONGEST_KEY),
        joined_on=joined_on,
        consents=tuple(
            consent for column, consent in CONSENTS.items() if reader.read(column, cells.read_flag, empty=False)
        ),
        opening=_opening(reader, today=today),
        attributes=read_row_attributes(reader, known=known),
    )
    return reader.faults or patient


def _names(reader: RowCells) -> tuple[str, str, str]:
    last, first, middle = (
        reader.read(column, cells.read_name, empty="", longest=LONGEST_NAME)
        for column in ("last_name", "first_name", "middle_name")
    )
    if not (last or first or middle):
        words = reader.read("full_name", cells.read_name, empty="", longest=3 * LONGEST_NAME).split()
        last, first, middle = ([*words, "", "", ""])[0], *_rest(words)
    if not last and not reader.faults:
        reader.refuse("last_name", "missing")
    return last, first, middle


def _rest(words: list[str]) -> tuple[str, str]:
    return (words[1] if len(words) > 1 else "", " ".join(words[2:]))


def _made_key(*, phone: str | None, name: str, birth_date: date | None) -> str:
    if phone:
        return f"phone:{phone}"
    return "person:" + sha256(f"{name}|{birth_date or ''}".encode()).hexdigest()[:32]


def _opening(reader: RowCells, *, today: date) -> Opening:
    opening = Opening(
        points=reader.read("balance", cells.read_points, empty=0),
        last_day=reader.read("balance_last_day", cells.read_day, empty=None),
        turnover_kopecks=int(reader.read("turnover", cells.read_roubles, empty=0) * 100),
        discount_bp=reader.read("discount_percent", cells.read_percent_bp, empty=0),
    )
    if opening.points and opening.last_day is not None and opening.last_day < today:
        reader.refuse("balance_last_day", "already_burnt", found=reader.row["balance_last_day"])
    return opening
