"""The two social groups of the clinics' programs. A clinic may rename them and add its own."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = (
    ("pensioner", "Пенсионер", "Pensioner"),
    ("large_family", "Многодетная семья", "Large family"),
)


def add_groups(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    groups = apps.get_model("patients", "SocialGroup").objects
    for code, name, name_en in GROUPS:
        groups.get_or_create(code=code, defaults={"name": name, "name_en": name_en})


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_tags_and_social_groups")]

    # Backwards they stay: by then patients may belong to them, and the table goes with the migration before.
    operations = [migrations.RunPython(add_groups, migrations.RunPython.noop)]
