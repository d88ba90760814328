from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0004_receipts_and_standings")]

    operations = [
        migrations.AddField(
            "refund",
            "is_complete",
            models.BooleanField("nothing left after it", default=True),
            preserve_default=False,
        ),
    ]
