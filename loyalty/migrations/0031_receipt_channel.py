"""A receipt keeps the channel that its patient came by. Those posted before take what the patient has now."""

from django.db import migrations, models

TAKE_FROM_PATIENTS = """
    update loyalty_receipt receipt set channel = patient.source
      from patients_patient patient
     where patient.id = receipt.patient_id and patient.source <> ''"""


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0030_call_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="channel",
            field=models.SlugField(
                blank=True,
                db_index=False,
                help_text="By which the patient came to the clinic, as it was known when the receipt was recorded.",
                verbose_name="source channel",
            ),
        ),
        # Backwards nothing is to be undone: the column goes.
        migrations.RunSQL(TAKE_FROM_PATIENTS, migrations.RunSQL.noop),
    ]
