"""Card numbers come from a sequence; the consent journal accepts new rows only."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patients", "0001_initial"), ("clinics", "0002_audit_append_only_and_cache")]

    operations = [
        migrations.RunSQL(
            "create sequence patients_card_serial maxvalue 9999999", "drop sequence patients_card_serial"
        ),
        migrations.RunSQL(
            "create trigger consent_append_only before update or delete on patients_consentrecord"
            " for each row execute function clinics_refuse_change()",
            "drop trigger consent_append_only on patients_consentrecord",
        ),
    ]
