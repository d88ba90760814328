"""A file that the manager has uploaded and not confirmed yet: the demo's worker looks through it."""

from datetime import datetime

from loyalty.demo.clinics import MOSCOW, DemoPlace
from loyalty.imports.runs.asking import NewImport, ask
from loyalty.models import ImportRun, ProgramVersion
from loyalty.program.versions import RunningProgram

ROWS = (
    "код;фамилия;имя;телефон;дата рождения;баланс;оборот;скидка",
    "101;Абрамова;Нина;8 916 700-01-01;04.03.1971;450;60 000;5",
    "102;Белов;Игорь;8 916 700-01-02;17.09.1985;0;12 500;",
    "103;Власова;Тамара;8 916 700-01-03;21.12.1964;1 200;155 000;7",
    "104;Громов;Олег;8 916 700-01;02.02.1990;300;8 000;",
    "105;Дёмина;Алла;8 916 700-01-05;30.02.1978;150;;",
    "106;Ершов;Павел;8 916 700-01-06;11.11.1959;=2*500;44 000;5",
    "107;Жукова;Лидия;8 916 700-01-01;09.05.1982;90;;",
    "108;Зимин;Антон;8 916 700-01-08;14.07.1996;75;3 900;",
)


def leave_a_file(*, place: DemoPlace, running: RunningProgram, at: datetime) -> ImportRun:
    """With the mistakes of old files: half a phone, a day that is not, a formula, one phone of two people."""
    return ask(
        NewImport(
            kind=ImportRun.Kind.PATIENTS,
            file_name="clients.csv",
            content="\n".join([*ROWS, ""]).encode(),
            clinic=place.clinics[MOSCOW],
            source="oldcrm",
            program_version=ProgramVersion.objects.get(pk=running.version_id),
        ),
        actor=place.manager,
        at=at,
    )
