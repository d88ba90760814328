"""The audit accepts new rows only; the cache table is shared by all web processes."""

from django.db import migrations

APPEND_ONLY = """
create function clinics_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger audit_append_only before update or delete on clinics_auditevent
  for each row execute function clinics_refuse_change();
"""
DROP_APPEND_ONLY = """
drop trigger audit_append_only on clinics_auditevent;
drop function clinics_refuse_change();
"""
# The same table that `createcachetable` makes, so that one `migrate` is enough.
CACHE_TABLE = """
create table portal_cache (
  cache_key varchar(255) primary key,
  value text not null,
  expires timestamptz not null
);
create index portal_cache_expires on portal_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("clinics", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY, DROP_APPEND_ONLY),
        migrations.RunSQL(CACHE_TABLE, "drop table portal_cache"),
    ]
