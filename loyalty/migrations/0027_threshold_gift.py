"""Keeps which payments a threshold gift was for. Those given so far stand, with the sum of the version that gave them."""

import django.db.models.deletion
from django.db import migrations, models

from loyalty.ledger.install import reinstall_operation

GIVEN = """
    insert into loyalty_thresholdgift
           (patient_id, rule_code, threshold, counted_from, reached_at, points, operation_id, kept_points)
    select account.patient_id, gift.rule ->> 'code', (gift.rule #>> '{trigger,roubles}')::numeric,
           (operation.explanation ->> 'since')::timestamptz, operation.effective_at, entry.units, operation.id, 0
      from loyalty_operation operation
      join loyalty_entry entry on entry.operation_id = operation.id
      join loyalty_account account on account.id = entry.account_id
      join loyalty_programversion version on version.id = operation.program_version_id
     cross join lateral jsonb_array_elements(version.document -> 'gifts') gift(rule)
     where operation.kind = 'GIFT' and operation.explanation ? 'since' and account.patient_id is not null
       and gift.rule ->> 'code' = operation.explanation ->> 'rule'
       and gift.rule #>> '{trigger,kind}' = 'threshold'"""


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0026_receipt_visit"),
        ("patients", "0006_search_keys"),
    ]

    operations = [
        migrations.CreateModel(
            name="ThresholdGift",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("rule_code", models.CharField(max_length=64, verbose_name="rule")),
                ("threshold", models.DecimalField(decimal_places=2, max_digits=12, verbose_name="sum to reach")),
                ("counted_from", models.DateTimeField(verbose_name="counted from")),
                ("reached_at", models.DateTimeField(verbose_name="reached")),
                ("points", models.PositiveBigIntegerField(verbose_name="points")),
                ("lapsed_at", models.DateTimeField(blank=True, null=True, verbose_name="lapsed")),
                ("kept_points", models.PositiveBigIntegerField(default=0, verbose_name="points kept")),
                (
                    "operation",
                    models.OneToOneField(
                        help_text="Empty: nothing was given, all of it had been kept before.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threshold_gift",
                        to="loyalty.operation",
                        verbose_name="operation",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="threshold_gifts",
                        to="patients.patient",
                        verbose_name="patient",
                    ),
                ),
            ],
            options={
                "verbose_name": "threshold gift",
                "verbose_name_plural": "threshold gifts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("patient", "rule_code", "reached_at"), name="threshold_gift_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("operation__isnull", True), ("points", 0)),
                            models.Q(("operation__isnull", False), ("points__gt", 0)),
                            _connector="OR",
                        ),
                        name="threshold_gift_given_by_an_operation",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kept_points", 0),
                            models.Q(("kept_points__lte", models.F("points")), ("lapsed_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="threshold_gift_keeps_no_more_than_given",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("counted_from__lte", models.F("reached_at"))),
                        name="threshold_gift_counts_forward",
                    ),
                ],
            },
        ),
        # Backwards nothing is to be undone: the table goes.
        migrations.RunSQL(GIVEN, migrations.RunSQL.noop),
        reinstall_operation(),
    ]
