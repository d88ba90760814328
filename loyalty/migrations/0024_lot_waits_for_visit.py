"""Points may wait for their visit to be closed: without days until then. Installs the kernel that knows it."""

from django.conf import settings
from django.db import migrations, models

from loyalty.ledger.install import reinstall_operation


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0023_what_if_run"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="operation",
            name="operation_kind_known",
        ),
        migrations.AlterField(
            model_name="lot",
            name="available_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="available at"),
        ),
        migrations.AlterField(
            model_name="operation",
            name="kind",
            field=models.CharField(
                choices=[
                    ("EARN", "earned"),
                    ("GIFT", "gift"),
                    ("SPEND", "spent"),
                    ("RETURN", "spent points returned"),
                    ("TAKE_BACK", "earned points taken back"),
                    ("BURN", "burnt"),
                    ("RELEASE", "became available"),
                    ("VISIT", "visit closed"),
                    ("ADJUST", "corrected by hand"),
                    ("TRANSFER", "transferred"),
                    ("OPENING", "opening balance"),
                ],
                max_length=9,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("available_at__isnull", False),
                    models.Q(("is_released", False), ("last_day__isnull", True)),
                    _connector="OR",
                ),
                name="lot_waits_without_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "EARN",
                            "GIFT",
                            "SPEND",
                            "RETURN",
                            "TAKE_BACK",
                            "BURN",
                            "RELEASE",
                            "VISIT",
                            "ADJUST",
                            "TRANSFER",
                            "OPENING",
                        ],
                    )
                ),
                name="operation_kind_known",
            ),
        ),
        reinstall_operation(),
    ]
