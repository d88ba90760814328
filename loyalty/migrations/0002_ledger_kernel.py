"""Installs the ledger's SQL functions and triggers; leaves room in pages that are updated in place."""

from django.db import migrations

from loyalty.ledger.install import kernel_operation


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_ledger")]

    operations = [
        migrations.RunSQL(
            "alter table loyalty_account set (fillfactor = 80); alter table loyalty_lot set (fillfactor = 90);",
            "alter table loyalty_account reset (fillfactor); alter table loyalty_lot reset (fillfactor);",
        ),
        kernel_operation(),
    ]
