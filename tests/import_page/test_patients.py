"""Patients from a file through the admin: looked through, confirmed, written once, forgotten."""

from datetime import timedelta

import pytest
from django_celery_beat.models import PeriodicTask

from clinics import background_runs
from clinics.models import AuditEvent
from loyalty import tasks
from loyalty.imports.runs import asking, running
from loyalty.models import Account, ImportFile, ImportRow, ImportRun
from patients.models import Patient
from tests.desk.desk_pages import text_of
from tests.import_page.pages import (
    ANNA,
    BORIS,
    IMPORTS,
    PATIENTS_HEADER,
    looked_through,
    rows_of_everything_else,
    upload,
    work,
    write,
)
from tests.people import make_clinic, make_patient, make_staff
from tests.programs import NOON

pytestmark = pytest.mark.django_db
BAD_PHONE = "19;Чужова;Вера;12;;;"


def page(client, run):
    return client.get(f"{IMPORTS}run/{run.pk}/")


def test_preview_says_what_would_be_and_writes_nothing(client, maria):
    make_patient(phone="+79161234567", source="")
    before = rows_of_everything_else()

    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA, BORIS, BAD_PHONE)

    text = text_of(page(client, run))
    assert "Прочитали 3 строки: новых 1, обновим 1, с ошибкой 1. Ничего ещё не записали." in text
    assert "Записать" in text
    assert "Скачать ошибки" in text
    assert rows_of_everything_else() == before
    assert run.source == "oldcrm"


def test_rows_are_shown_in_pages_by_what_becomes_of_them(client, maria):
    many = [f"{number};Иванова;Анна;;;;" for number in range(100, 170)]
    run = looked_through(client, "patients", PATIENTS_HEADER, *many, BAD_PHONE)
    address = f"{IMPORTS}run/{run.pk}/"

    first, second = client.get(address), client.get(f"{address}?page=2")
    wrong, nonsense = client.get(f"{address}?show=REFUSED"), client.get(f"{address}?show=x&page=y")

    assert [len(answer.context["rows"].rows) for answer in (first, second, wrong, nonsense)] == [50, 21, 1, 50]
    assert [(tab.title, tab.rows) for tab in first.context["rows"].tabs] == [
        ("Все строки", "71"),
        ("Новая", "70"),
        ("С ошибкой", "1"),
    ]
    row = wrong.context["rows"].rows[0]
    assert (row.number, row.reasons) == (72, ("телефон: «12» — не номер телефона целиком.",))
    assert [cell.text for cell in row.cells] == ["19", "Чужова", "Вера", "12", "", "", ""]


def test_confirmed_it_is_written_by_a_worker_and_the_file_is_deleted(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA, BORIS)

    write(client, run)
    waiting = text_of(page(client, run))
    work(after_seconds=41)

    run.refresh_from_db()
    assert "Ждёт своей очереди." in waiting
    assert "Готово за 41 с: 2 пациента." in text_of(page(client, run))
    assert (Patient.objects.count(), Account.objects.get().balance) == (2, 450)
    assert (ImportFile.objects.count(), ImportRow.objects.count(), run.cleared_at is not None) == (0, 0, True)
    event = AuditEvent.objects.get(code="patients.imported")
    assert (event.actor, event.clinic, event.target_id) == (maria, make_clinic(), str(run.pk))
    assert event.details == {"source": "oldcrm", "created": 2, "updated": 0, "unchanged": 0, "refused": 0}


def test_pressed_twice_it_is_written_once(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)

    write(client, run)
    write(client, run)
    work()
    write(client, run)
    work()

    assert (Patient.objects.count(), AuditEvent.objects.filter(code="patients.imported").count()) == (1, 1)


def test_errors_come_as_a_file_with_row_and_reason_and_stay_after_the_writing(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA, BAD_PHONE, "=1+1;Иванова;;;;;")
    address = f"{IMPORTS}run/{run.pk}/errors/"

    before = client.get(address)
    write(client, run)
    work()
    after = client.get(address)

    assert before.content.decode("utf-8-sig").splitlines() == [
        "строка;столбец;причина",
        "3;телефон;«12» — не номер телефона целиком.",
        "4;код;Формула вместо значения: «=1+1». Замените её результатом.",
    ]
    assert after.content == before.content
    assert Patient.objects.count() == 1
    assert ImportRow.objects.filter(cells__len__gt=0).count() == 0
    assert "2 строки с ошибками." in text_of(page(client, run))


def test_the_same_file_again_changes_nothing(client, maria):
    for _time in range(2):
        run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
        write(client, run)
        work()

    again = looked_through(client, "patients", PATIENTS_HEADER, ANNA)

    assert "новых 0, обновим 0, с ошибкой 0" in text_of(page(client, again))
    assert "Записать" not in text_of(page(client, again)).split("Ничего ещё не записали.")[1]
    assert (Patient.objects.count(), Account.objects.get().balance) == (1, 450)


def test_thrown_away_the_file_is_gone_and_nothing_can_be_confirmed(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)

    client.post(f"{IMPORTS}run/{run.pk}/discard/")
    write(client, run)
    work()

    assert (Patient.objects.count(), ImportFile.objects.count(), ImportRow.objects.count()) == (0, 0, 0)
    assert "Файл удалён, ничего из него не записали." in text_of(page(client, run))


def test_confirmed_it_can_not_be_thrown_away(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    write(client, run)

    client.post(f"{IMPORTS}run/{run.pk}/discard/")
    work()

    assert Patient.objects.count() == 1


def test_unconfirmed_files_are_forgotten_in_three_days_errors_in_two_weeks(client, maria):
    unconfirmed = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    written = looked_through(client, "patients", PATIENTS_HEADER, BORIS, BAD_PHONE)
    write(client, written)
    work()
    kept = []

    for days in (2, 4, 15):
        asking.forget_old_imports(at=NOON + timedelta(days=days))
        kept.append(sorted(ImportRow.objects.values_list("run", flat=True)))

    assert kept == [[unconfirmed.pk, written.pk], [written.pk], []]
    assert ImportRun.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Файл пустой. Выберите другой."),
        (b"\n\n", "Файл пустой. В первой строке нужны названия столбцов."),
        (b"a;b\n1;2\n", "В первой строке нет известных столбцов"),
        ("код;фамилия\n".encode(), "В файле нет строк"),
        (b"\xd0\xcf\x11\xe0" + b"x" * 9, "старый файл Excel"),
        (b"PK\x03\x04broken", "не читается"),
        (b"\x00\x01\x02", "Это не текстовая таблица"),
        ("код;фамилия;телефон;телефон\n1;2;3;4\n".encode(), "Столбец phone указан дважды"),
        ('код;фамилия\n1;"Иванова\n'.encode(), "кавычк"),
    ],
    ids=["nothing", "blank", "foreign", "no-rows", "old-excel", "broken-xlsx", "binary", "twice", "quotation"],
)
def test_a_bad_file_is_refused_in_words_and_nothing_is_written(client, maria, content, told):
    before = rows_of_everything_else()

    answer = upload(client, "patients", content, name="file")
    work()

    shown = answer if answer.status_code == 422 else client.get(answer.url)
    assert told in text_of(shown)
    assert rows_of_everything_else() == before
    assert write(client, ImportRun.objects.latest("id")).status_code == 302 if answer.status_code == 302 else True
    work()
    assert rows_of_everything_else() == before


def test_a_file_that_is_too_large_is_not_even_stored(client, maria, monkeypatch):
    monkeypatch.setattr("loyalty.import_page.forms.MOST_MEGABYTES", 0)

    answer = upload(client, "patients", PATIENTS_HEADER, ANNA)

    assert (answer.status_code, ImportRun.objects.count()) == (422, 0)
    assert "Файл больше 0 МБ. Разделите его на несколько." in text_of(answer)


def test_each_field_says_what_is_missing_and_what_was_typed_stays(client, maria):
    answer = client.post(f"{IMPORTS}patients/", {"source": "!!!", "clinic": "", "program": "99"})

    text = text_of(answer)
    assert answer.status_code == 422
    for told in (
        "Выберите файл.",
        "Выберите клинику.",
        "Напишите, из какой программы этот файл, буквами или цифрами.",
        "Выберите версию программы.",
    ):
        assert told in text
    assert 'value="!!!"' in answer.content.decode()


def test_source_is_written_as_one_types_it_and_kept_as_a_code(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA, source="Старая Программа")

    assert run.source == "staraya-programma"
    assert 'value="staraya-programma"' in client.get(f"{IMPORTS}patients/").content.decode()


def test_without_a_published_program_the_way_there_is_shown(client, db, noon):
    client.force_login(make_staff("maria", "manager"), backend="clinics.role_backend.RoleBackend")

    answer = client.get(f"{IMPORTS}patients/")

    assert "Программа ещё не опубликована" in text_of(answer)
    assert 'type="file"' not in answer.content.decode()


def test_another_clinics_import_is_not_found_and_its_clinic_not_offered(client, maria):
    omsk = make_clinic("omsk", name="Омск")
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    client.force_login(make_staff("pavel", "manager", clinics=[omsk]), backend="clinics.role_backend.RoleBackend")
    own = f"{IMPORTS}run/{run.pk}/"

    read = [client.get(own + tail).status_code for tail in ("", "errors/")]
    posted = [client.post(own + tail).status_code for tail in ("write/", "discard/")]
    sent = upload(client, "patients", PATIENTS_HEADER, ANNA)
    work()

    assert (read, posted, sent.status_code) == ([404, 404], [404, 404], 422)
    assert "Выберите клинику." in text_of(sent)
    assert str(run.pk) not in [str(each["pk"]) for each in client.get(IMPORTS).context["runs"]]
    assert (Patient.objects.count(), ImportRun.objects.count()) == (0, 1)


@pytest.mark.parametrize("role", ["receptionist", "senior", "marketer"])
def test_others_import_nothing(client, maria, role):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    client.force_login(make_staff("someone", role), backend="clinics.role_backend.RoleBackend")

    pages = (
        "",
        "patients/",
        "receipts/",
        "prices/",
        "patients/sample/",
        f"run/{run.pk}/",
        f"run/{run.pk}/errors/",
    )
    assert {client.get(IMPORTS + tail).status_code for tail in pages} == {403}
    assert {upload(client, "patients", ANNA).status_code, write(client, run).status_code} == {403}
    work()
    assert (Patient.objects.count(), ImportRun.objects.count()) == (0, 1)


def test_how_far_it_is_stands_on_the_page_without_scripts(client, maria):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    write(client, run)
    ImportRun.objects.update(state="RUNNING", done=6_000, total=12_361)

    answer = page(client, run)

    assert "Записано 48 %. Страницу можно закрыть, работа продолжится." in text_of(answer)
    assert 'value="6000" max="12361"' in answer.content.decode()
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in answer.content.decode()


def test_what_has_broken_off_half_way_can_be_gone_on_with(client, maria, monkeypatch):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    write(client, run)
    monkeypatch.setattr(running, "_write", lambda *args, **options: 1 / 0)
    work()
    broken = text_of(page(client, run))
    monkeypatch.undo()

    write(client, run)
    work()

    assert "Запись оборвалась на полпути." in broken
    assert "Дописать" in broken
    assert "1 пациент." in text_of(page(client, run))


def test_a_worker_that_has_lost_its_lease_writes_no_batch(client, maria, monkeypatch):
    run = looked_through(client, "patients", PATIENTS_HEADER, ANNA)
    write(client, run)
    real = background_runs.renew

    def taken_over(run, *, claim, **progress):
        if "counts" in progress:
            ImportRun.objects.update(claimed_by="another")
        real(run, claim=claim, **progress)

    monkeypatch.setattr(background_runs, "renew", taken_over)
    work()

    assert Patient.objects.count() == 0


def test_pages_cost_the_same_however_long_the_file(client, maria, django_assert_max_num_queries):
    run = looked_through(client, "patients", PATIENTS_HEADER, *[f"{n};Иванова;Анна;;;;" for n in range(120)])

    with django_assert_max_num_queries(12):
        page(client, run)
    with django_assert_max_num_queries(12):
        client.get(IMPORTS)


def test_empty_file_with_all_columns_is_read_back(client, maria):
    header = client.get(f"{IMPORTS}patients/sample/").content.decode("utf-8-sig").strip()

    run = looked_through(client, "patients", header, ";".join(["7", "Иванова", *[""] * (header.count(";") - 1)]))

    assert (run.counts["created"], run.counts["refused"]) == (1, 0)


def test_beat_looks_for_files_and_the_task_does_what_waits(client, maria):
    upload(client, "patients", PATIENTS_HEADER, ANNA)
    schedule = PeriodicTask.objects.get(name="loyalty.imports")

    tasks.imports(added_later=True)

    run = ImportRun.objects.get()
    assert (schedule.task, schedule.interval.every, schedule.expire_seconds) == (tasks.imports.name, 60, 60)
    assert (run.step, run.state, run.counts["created"]) == ("PREVIEW", "DONE", 1)
