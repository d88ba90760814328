from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0007_nights_and_reminders")]

    operations = [
        migrations.AddField(
            "refund",
            "portion",
            models.JSONField(
                "asked for",
                # Until now only all that was left could be refunded.
                default={"kind": "everything"},
                editable=False,
            ),
            preserve_default=False,
        ),
    ]
