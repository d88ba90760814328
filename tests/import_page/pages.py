"""What tests do at the imports through plain forms, and a worker that works here."""

from datetime import timedelta

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile

from loyalty.imports.runs import running
from loyalty.models import ImportRun, ProgramVersion
from tests.people import make_clinic
from tests.programs import NOON

IMPORTS = "/admin/import/"
PATIENTS_HEADER = "код;фамилия;имя;телефон;дата рождения;баланс;оборот"
ANNA = "17;Иванова;Анна;8 916 123-45-67;10.06.1990;450;60 000"
BORIS = "18;Иванов;Борис;8 916 123-45-68;04.03.1988;0;0"
OWN_TABLES = {"importrun", "importfile", "importrow"}


def table(*rows, name="patients.csv"):
    content = "\n".join([*rows, ""]).encode() if rows and isinstance(rows[0], str) else b"".join(rows)
    return SimpleUploadedFile(name, content)


def upload(client, kind, *rows, name="file.csv", **fields):
    """The answer to the form; people go to the clinic in Mytishchi by default."""
    asked = {"file": table(*rows, name=name)}
    if kind != "prices":
        version = ProgramVersion.objects.order_by("number").first()
        asked |= {"clinic": make_clinic().pk, "source": "oldcrm", "program": version.pk}
    return client.post(f"{IMPORTS}{kind}/", asked | fields)


def work(*, after_seconds=5):
    """A worker comes by."""
    running.run_waiting(now=lambda: NOON + timedelta(seconds=after_seconds))


def looked_through(client, kind, *rows, **fields):
    """An import whose preview is done."""
    upload(client, kind, *rows, **fields)
    work()
    return ImportRun.objects.latest("id")


def write(client, run):
    return client.post(f"{IMPORTS}run/{run.pk}/write/")


def rows_of_everything_else():
    """Rows by table, the imports' own apart."""
    return {
        model._meta.label: model.objects.count()
        for model in apps.get_models()
        if model._meta.model_name not in OWN_TABLES and model._meta.managed
    }
