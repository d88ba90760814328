"""A receipt says until when its visit was open. Those posted before waited for nothing: their visits were closed."""

from django.conf import settings
from django.db import migrations, models

CLOSED = "update loyalty_receipt set visit_closed_at = paid_at"


class Migration(migrations.Migration):
    dependencies = [
        ("clinics", "0003_doctor"),
        ("loyalty", "0025_permission_to_move_points"),
        ("patients", "0005_spend_proof"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="receipt",
            name="visit_closed_at",
            field=models.DateTimeField(
                blank=True,
                help_text="Empty: points of the receipt wait for it.",
                null=True,
                verbose_name="visit closed",
            ),
        ),
        migrations.AddField(
            model_name="receipt",
            name="visit_closes_on",
            field=models.DateField(
                blank=True,
                help_text="In the night of this day, if nobody did.",
                null=True,
                verbose_name="visit closes by itself",
            ),
        ),
        migrations.AlterField(
            model_name="nightlyrun",
            name="step",
            field=models.CharField(
                choices=[
                    ("VISITS", "Forgotten visits"),
                    ("RELEASE", "Pending points"),
                    ("GIFTS", "Gifts"),
                    ("TIERS", "Tiers"),
                    ("BURN", "Burning"),
                    ("REMIND", "Reminders"),
                ],
                max_length=8,
                verbose_name="step",
            ),
        ),
        # Backwards nothing is to be undone: the column goes.
        migrations.RunSQL(CLOSED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("visit_closed_at__isnull", True)),
                fields=["patient"],
                name="receipt_with_open_visit",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("visit_closed_at__isnull", False), ("visit_closes_on__isnull", False), _connector="OR"
                ),
                name="receipt_open_visit_has_its_day",
            ),
        ),
    ]
