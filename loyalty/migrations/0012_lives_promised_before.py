"""Writes down what points given so far were promised, then installs the kernel that keeps it.

Without a date on the account nothing ends an undated lot: it never burns. Accounts with a rolling date keep the
longest rolling life that any version in force has had: a longer one takes nothing from anybody.
"""

from django.db import migrations

from loyalty.ledger.install import reinstall_operation

NEVER_BURN = """
    update loyalty_lot set never_burns = true
      from loyalty_account a
     where a.id = loyalty_lot.account_id and a.rolling_expires_at is null
       and loyalty_lot.expires_at is null and loyalty_lot.burnt_at is null"""
MONTHS = """
    update loyalty_account
       set rolling_months = (
             select max((document #>> '{points,life,months}')::int)
               from loyalty_programversion
              where published_at is not null and document #>> '{points,life,kind}' = 'rolling_months')
     where rolling_expires_at is not null"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0011_lot_never_burns")]

    operations = [
        # Backwards nothing is to be undone: the columns go with the migration before.
        migrations.RunSQL(NEVER_BURN, migrations.RunSQL.noop),
        migrations.RunSQL(MONTHS, migrations.RunSQL.noop),
        reinstall_operation(),
    ]
