"""Two clinics in two time zones, their staff by role, their doctors, and one price list."""

from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from clinics import roles
from clinics.models import Clinic, Doctor, Service, ServiceCategory, StaffMember
from loyalty.checkout.draft import DraftLine

# Known to everybody, so the demo listens on this machine only.
DEMO_PASSWORD = "club-demo"  # noqa: S105
MOSCOW = "mytishchi"
URAL = "uralmash"


@dataclass(frozen=True, slots=True)
class DemoStaff:
    username: str
    first_name: str
    last_name: str
    role: str
    clinics: tuple[str, ...]  # codes, the home clinic first


STAFF = (
    DemoStaff("rita", "Рита", "Полякова", roles.RECEPTIONIST, (MOSCOW,)),
    DemoStaff("ural", "Ульяна", "Ковалёва", roles.RECEPTIONIST, (URAL,)),
    DemoStaff("sonya", "София", "Лебедева", roles.SENIOR, (MOSCOW,)),
    DemoStaff("mark", "Марк", "Орлов", roles.MARKETER, (MOSCOW, URAL)),
    DemoStaff("maria", "Мария", "Соколова", roles.MANAGER, (MOSCOW, URAL)),
    DemoStaff("olga", "Ольга", "Фёдорова", roles.OWNER, (MOSCOW, URAL)),
)


@dataclass(frozen=True, slots=True)
class DemoService:
    code: str
    name: str
    category: str
    price: int  # roubles
    weight: int  # how often it is bought, relative to the others


CATEGORIES = (
    ("therapy", "Терапия"),
    ("hygiene", "Гигиена"),
    ("surgery", "Хирургия"),
    ("whitening", "Отбеливание"),
    ("paediatric", "Детская стоматология"),
    ("diagnostics", "Диагностика"),
    ("implantation", "Имплантация"),
    ("orthodontics", "Ортодонтия"),
    ("orthopaedics", "Ортопедия"),
)
SERVICES = (
    DemoService("consultation", "Консультация", "diagnostics", 900, 20),
    DemoService("snapshot", "Прицельный снимок", "diagnostics", 600, 26),
    DemoService("tomography", "Компьютерная томография", "diagnostics", 3200, 5),
    DemoService("hygiene", "Гигиена", "hygiene", 6500, 24),
    DemoService("fluoride", "Покрытие фтором", "hygiene", 1800, 12),
    DemoService("caries", "Лечение кариеса", "therapy", 5600, 30),
    DemoService("canal", "Лечение каналов", "therapy", 9800, 8),
    DemoService("filling", "Замена пломбы", "therapy", 4200, 14),
    DemoService("anaesthesia", "Анестезия", "therapy", 700, 34),
    DemoService("extraction", "Удаление зуба", "surgery", 4900, 7),
    DemoService("wisdom", "Удаление зуба мудрости", "surgery", 9500, 3),
    DemoService("whitening-office", "Отбеливание в кабинете", "whitening", 17500, 3),
    DemoService("whitening-trays", "Домашнее отбеливание", "whitening", 8900, 2),
    DemoService("milk-tooth", "Лечение молочного зуба", "paediatric", 3900, 9),
    DemoService("child-hygiene", "Детская гигиена", "paediatric", 3400, 8),
    DemoService("implant-1", "Имплантация, этап 1", "implantation", 42000, 1),
    DemoService("implant-2", "Имплантация, этап 2", "implantation", 28000, 1),
    DemoService("braces-visit", "Активация брекетов", "orthodontics", 3500, 5),
    DemoService("aligners", "Этап элайнеров", "orthodontics", 24000, 1),
    DemoService("crown", "Коронка из диоксида циркония", "orthopaedics", 31000, 2),
)


CATEGORY_OF = {item.code: item.category for item in SERVICES}


@dataclass(frozen=True, slots=True)
class DemoDoctor:
    code: str
    name: str
    clinic: str
    categories: tuple[str, ...]  # whose services the doctor does


DOCTORS = (
    DemoDoctor("antonova", "Антонова Марина Сергеевна", MOSCOW, ("therapy", "diagnostics")),
    DemoDoctor("belov", "Белов Игорь Павлович", MOSCOW, ("surgery", "implantation", "diagnostics")),
    DemoDoctor("vlasova", "Власова Ирина Олеговна", MOSCOW, ("hygiene", "whitening")),
    DemoDoctor("gromov", "Громов Денис Юрьевич", MOSCOW, ("paediatric", "therapy")),
    DemoDoctor("dyomina", "Дёмина Алла Викторовна", MOSCOW, ("orthodontics", "orthopaedics")),
    DemoDoctor("yershova", "Ершова Нина Павловна", URAL, ("therapy", "diagnostics", "paediatric")),
    DemoDoctor("zhukov", "Жуков Олег Иванович", URAL, ("surgery", "implantation", "orthopaedics")),
    DemoDoctor("ilyina", "Ильина Вера Андреевна", URAL, ("hygiene", "whitening")),
    DemoDoctor("kalinin", "Калинин Роман Олегович", URAL, ("orthodontics", "therapy")),
)


@dataclass(frozen=True, slots=True)
class DemoPlace:
    """The network as it stands in the database: clinics, services and doctors by code, receptionists by clinic."""

    clinics: dict[str, Clinic]
    services: dict[str, Service]
    doctors: dict[str, Doctor]
    receptionists: dict[str, User]
    manager: User

    def line(self, service: str, *, clinic: str, guest: int, roubles: int) -> DraftLine:
        """A line by a doctor of the clinic who does such services; a guest stays with one doctor."""
        category = CATEGORY_OF[service]
        able = [item.code for item in DOCTORS if item.clinic == clinic and category in item.categories]
        return DraftLine(
            price_kopecks=roubles * 100,
            service_id=self.services[service].pk,
            doctor_id=self.doctors[able[guest % len(able)]].pk,
        )


def open_clinics() -> DemoPlace:
    """Make the clinics, their price list and staff; what exists by its code stays as it is."""
    clinics = {
        MOSCOW: _clinic(MOSCOW, "Клиника в Мытищах", "Мытищи", "Europe/Moscow", "ул. Мира, 10"),
        URAL: _clinic(URAL, "Клиника на Уралмаше", "Екатеринбург", "Asia/Yekaterinburg", "пр. Космонавтов, 5"),
    }
    categories = {
        code: ServiceCategory.objects.get_or_create(code=code, defaults={"name": name})[0]
        for code, name in CATEGORIES
    }
    services = {
        item.code: Service.objects.get_or_create(
            code=item.code,
            defaults={"name": item.name, "category": categories[item.category], "price": Decimal(item.price)},
        )[0]
        for item in SERVICES
    }
    password = make_password(DEMO_PASSWORD)
    users = {person.username: _hire(person, clinics=clinics, password=password) for person in STAFF}
    receptionists = {
        person.clinics[0]: users[person.username] for person in STAFF if person.role == roles.RECEPTIONIST
    }
    doctors = {item.code: _doctor(item, clinics=clinics) for item in DOCTORS}
    manager = next(users[person.username] for person in STAFF if person.role == roles.MANAGER)
    return DemoPlace(
        clinics=clinics, services=services, doctors=doctors, receptionists=receptionists, manager=manager
    )


def _clinic(code: str, name: str, city: str, zone: str, address: str) -> Clinic:
    clinic, _made = Clinic.objects.get_or_create(
        code=code,
        defaults={
            "name": name,
            "city": city,
            "timezone": zone,
            "address": address,
            "phone": "+7 900 000-00-00",
            "booking_url": f"klub.example/{code[:1]}",
        },
    )
    return clinic


def _doctor(item: DemoDoctor, *, clinics: dict[str, Clinic]) -> Doctor:
    doctor, made = Doctor.objects.get_or_create(code=item.code, defaults={"name": item.name})
    if made:
        doctor.clinics.set([clinics[item.clinic]])
    return doctor


def _hire(person: DemoStaff, *, clinics: dict[str, Clinic], password: str) -> User:
    user, made = User.objects.get_or_create(
        username=person.username,
        defaults={
            "first_name": person.first_name,
            "last_name": person.last_name,
            "email": f"{person.username}@clinic.example",
            "password": password,
            "is_staff": True,
        },
    )
    if made:
        user.groups.set(Group.objects.filter(name=person.role))
        member = StaffMember.objects.create(user=user, home_clinic=clinics[person.clinics[0]])
        member.clinics.set([clinics[code] for code in person.clinics])
    return user
