"""Every stored tier has been earned so far; tiers set by hand come later."""

from django.db import migrations

COPY = "update loyalty_standing set earned_tier = tier where earned_tier = ''"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0018_tier_states")]

    operations = [migrations.RunSQL(COPY, reverse_sql=migrations.RunSQL.noop)]
