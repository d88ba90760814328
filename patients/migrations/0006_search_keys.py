"""Keys of the search are computed by the database: whoever writes a name or a phone, the key is right.

Adding a stored generated column fills it for the rows that are there; it rewrites the table, under a lock.
"""

from django.db import migrations, models
from django.db.models import F, Func, Value
from django.db.models.functions import Lower, Reverse, Trim

ACTIVE = models.Q(("erased_at", None), ("merged_into", None))
FULL_NAME = Func(
    F("last_name"), F("first_name"), F("middle_name"), arg_joiner=" || ' ' || ", template="(%(expressions)s)"
)
SPACED = Func(FULL_NAME, Value(r"[\s\u00a0,;]+"), Value(" "), Value("g"), function="regexp_replace")
NAME_KEY = Trim(
    Lower(
        Func(
            SPACED,
            Value("АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯё"),
            Value("абвгдеежзийклмнопрстуфхцчшщъыьэюяе"),
            function="translate",
        )
    )
)


class Migration(migrations.Migration):
    dependencies = [('patients', '0005_spend_proof')]

    operations = [
        migrations.RemoveIndex("patient", "patient_name_prefix"),
        migrations.RemoveIndex("patient", "patient_clinic_name"),
        migrations.RemoveField("historicalpatient", "name_key"),
        migrations.RemoveField("patient", "name_key"),
        migrations.AddField(
            "patient",
            "name_key",
            models.GeneratedField(
                expression=NAME_KEY,
                output_field=models.CharField(max_length=250, db_collation="C"),
                db_persist=True,
            ),
        ),
        migrations.AddField(
            "patient",
            "phone_reversed",
            models.GeneratedField(
                expression=Reverse("phone"),
                output_field=models.CharField(max_length=16, db_collation="C"),
                db_persist=True,
            ),
        ),
        migrations.AddIndex(
            "patient", models.Index(fields=["name_key", "id"], name="patient_by_name", condition=ACTIVE)
        ),
        migrations.AddIndex(
            "patient",
            models.Index(
                fields=["home_clinic", "name_key", "id"], name="patient_by_clinic_and_name", condition=ACTIVE
            ),
        ),
        migrations.AddIndex(
            "patient", models.Index(fields=["phone_reversed"], name="patient_by_phone_end", condition=ACTIVE)
        ),
    ]
