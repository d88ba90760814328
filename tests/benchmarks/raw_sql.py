"""The limit we are measured against: hand-written SQL for pgbench, on minimal tables and on the ledger's own."""
# ruff: noqa: E501  # pgbench reads one statement a line

MINIMAL_TABLES = """
create table account(
  id bigint primary key,
  balance bigint not null default 0 check (balance >= 0)) with (fillfactor=80);
create table entry(
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  kind smallint not null,
  amount bigint not null,
  created_at timestamptz not null default now(),
  key uuid not null unique);
create table lot(
  id bigint generated always as identity primary key,
  account_id bigint not null references account,
  entry_id bigint references entry,
  amount bigint not null,
  remaining bigint not null check (remaining >= 0 and remaining <= amount),
  expires_at timestamptz not null) with (fillfactor=90);
create table allocation(
  id bigint generated always as identity primary key,
  entry_id bigint not null references entry,
  lot_id bigint not null references lot,
  amount bigint not null check (amount > 0));
"""
MINIMAL_INDEXES = """
create index lot_open on lot(account_id, expires_at, id) where remaining > 0;
create index lot_due on lot(expires_at) where remaining > 0;
create index lot_entry on lot(entry_id);
create index entry_account on entry(account_id, created_at);
create index allocation_entry on allocation(entry_id);
create index allocation_lot on allocation(lot_id);
"""
MINIMAL_ROWS = """
insert into account select g, {lots} * 1000 from generate_series(1, {accounts}) g;
alter table entry disable trigger all; alter table lot disable trigger all;
insert into entry(account_id, kind, amount, created_at, key)
  select a, 1, 1000, now() - (n || ' days')::interval, gen_random_uuid()
    from generate_series(1, {lots}) n, generate_series(1, {accounts}) a;
insert into lot(account_id, entry_id, amount, remaining, expires_at)
  select account_id, id, 1000, 1000, now() + (30 + random() * 300) * interval '1 day' from entry;
alter table entry enable trigger all; alter table lot enable trigger all;
"""
LEDGER_ROWS = """
set session_replication_role = replica;
insert into auth_user(id, username, password, first_name, last_name, email, is_staff, is_active, is_superuser, date_joined)
  values (1, 'rita', '', '', '', '', true, true, false, now());
insert into loyalty_programversion(id, number, title, status, document, created_at)
  values (1, 1, 'Dentistry', 'DRAFT', '{{}}', now());
insert into patients_household(id, name) select g, 'h' || g from generate_series(1, {accounts}) g;
insert into loyalty_account(id, household_id, unit, balance, opened_at)
  select g, g, 'POINTS', {lots} * 1000, now() from generate_series(1, {accounts}) g;
insert into loyalty_operation(id, key, kind, source, actor_id, reason, effective_at, recorded_at, explanation, program_version_id)
  select (n - 1) * {accounts} + a, 'seed:' || gen_random_uuid(), 'EARN', 'DESK', 1, '', now() - (n || ' days')::interval,
         now() - (n || ' days')::interval, '{{"rule": "cashback", "rate_bp": 700, "base": 8500}}', 1
    from generate_series(1, {lots}) n, generate_series(1, {accounts}) a;
insert into loyalty_entry(id, operation_id, account_id, units)
  select id, id, (id - 1) % {accounts} + 1, 1000 from loyalty_operation;
insert into loyalty_lot(id, account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at)
  select id, account_id, id, 1000, 1000, true, now() - interval '1 day', (now() + days)::date, now() + days
    from (select *, (30 + random() * 300) * interval '1 day' as days from loyalty_entry) e;
select setval(pg_get_serial_sequence('loyalty_operation', 'id'), {lots} * {accounts} + 1),
       setval(pg_get_serial_sequence('loyalty_entry', 'id'), {lots} * {accounts} + 1),
       setval(pg_get_serial_sequence('loyalty_lot', 'id'), {lots} * {accounts} + 1),
       setval(pg_get_serial_sequence('loyalty_account', 'id'), {accounts} + 1);
set session_replication_role = origin;
"""

EARN_MINIMAL = """
\\set amt random(50, 500)
begin;
select balance from account where id = :aid for update;
insert into entry(account_id, kind, amount, key) values (:aid, 1, :amt, gen_random_uuid()) returning id as e \\gset
insert into lot(account_id, entry_id, amount, remaining, expires_at) values (:aid, :e, :amt, :amt, now() + interval '1 year');
update account set balance = balance + :amt where id = :aid;
commit;
"""
SPEND_MINIMAL = """
\\set amt random(100, 1900)
begin;
select balance from account where id = :aid for update;
select id, remaining from lot where account_id = :aid and remaining > 0 and expires_at > now() order by expires_at, id for update;
insert into entry(account_id, kind, amount, key) values (:aid, 2, -(:amt::bigint), gen_random_uuid()) returning id as e \\gset
with open as (select id, remaining, sum(remaining) over (order by expires_at, id) - remaining as before from lot where account_id = :aid and remaining > 0 and expires_at > now()), take as (select id, least(remaining, :amt::bigint - before) as amt from open where before < :amt::bigint), u as (update lot set remaining = lot.remaining - take.amt from take where lot.id = take.id) insert into allocation(entry_id, lot_id, amount) select :e, id, amt from take;
update account set balance = balance - :amt where id = :aid;
commit;
"""
OPERATION = (
    "insert into loyalty_operation(key, kind, source, actor_id, reason, effective_at, recorded_at, explanation,"
    " program_version_id) values ('bench:' || gen_random_uuid(), '{kind}', 'DESK', 1, '', now(), now(),"
    ' \'{{"rule": "cashback", "rate_bp": 700, "base": 8500}}\', 1) returning id as o \\gset'
)
EARN_SAME_ROWS = f"""
\\set amt random(50, 500)
begin;
select balance, pending, debt from loyalty_account where id = :aid for update;
{OPERATION.format(kind="EARN")}
insert into loyalty_entry(operation_id, account_id, units) values (:o, :aid, :amt) returning id as e \\gset
insert into loyalty_lot(account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at) values (:aid, :e, :amt, :amt, true, now(), (now() + interval '1 year')::date, now() + interval '1 year');
update loyalty_account set balance = balance + :amt where id = :aid;
commit;
"""
SPEND_SAME_ROWS = f"""
\\set amt random(100, 1900)
begin;
select balance, pending, debt from loyalty_account where id = :aid for update;
select id, remaining from loyalty_lot where account_id = :aid and remaining > 0 and expires_at > now() order by expires_at, id for update;
{OPERATION.format(kind="SPEND")}
insert into loyalty_entry(operation_id, account_id, units) values (:o, :aid, -(:amt::bigint)) returning id as e \\gset
with open as (select id, remaining, sum(remaining) over (order by expires_at, id) - remaining as before from loyalty_lot where account_id = :aid and remaining > 0 and expires_at > now()), take as (select id, least(remaining, :amt::bigint - before) as amt from open where before < :amt::bigint), u as (update loyalty_lot set remaining = loyalty_lot.remaining - take.amt from take where loyalty_lot.id = take.id) insert into loyalty_allocation(entry_id, lot_id, units) select :e, id, -amt from take;
update loyalty_account set balance = balance - :amt where id = :aid;
commit;
"""

HISTORY_ROWS = """
set session_replication_role = replica;
insert into loyalty_operation(key, kind, source, reason, effective_at, recorded_at)
  select 'history:{account}:' || g, 'EARN', 'DESK', '', now() - g * interval '10 minutes', now()
    from generate_series(1, {entries}) g;
insert into loyalty_entry(operation_id, account_id, units)
  select id, {account}, 1000000 from loyalty_operation where key like 'history:{account}:%' order by id;
delete from loyalty_lot where account_id = {account};
insert into loyalty_lot(account_id, entry_id, amount, remaining, is_released, available_at, last_day, expires_at)
  select account_id, id, 1000000, case when rank <= 10 then 1000000 else 0 end, true, now() - interval '1 day',
         (now() + interval '1 year')::date, now() + interval '1 year' - rank * interval '1 minute'
    from (select *, row_number() over (order by id desc) as rank from loyalty_entry where account_id = {account}) e;
update loyalty_account set balance = 10000000 where id = {account};
set session_replication_role = origin;
"""
DUE_ROWS = """
set session_replication_role = replica;
update loyalty_lot set expires_at = now() - random() * 20 * interval '1 day' - interval '1 hour', last_day = now()::date;
set session_replication_role = origin;
"""
BURN_SAME_ROWS = """
with due as materialized (
  select id, account_id, remaining from loyalty_lot
   where remaining > 0 and is_released and expires_at <= %(cutoff)s and account_id between %(first)s and %(last)s),
sums as materialized (select account_id, sum(remaining)::bigint as units from due group by account_id),
operation as (
  insert into loyalty_operation(key, kind, source, reason, effective_at, recorded_at)
  values ('raw:' || %(first)s, 'BURN', 'SYSTEM', '', %(cutoff)s, %(cutoff)s) returning id),
entry as (
  insert into loyalty_entry(operation_id, account_id, units)
  select operation.id, account_id, -units from sums, operation returning id, account_id),
allocation as (
  insert into loyalty_allocation(entry_id, lot_id, units)
  select entry.id, due.id, -due.remaining from due join entry using (account_id)),
emptied as (
  update loyalty_lot set remaining = 0, burnt_at = %(cutoff)s from due where loyalty_lot.id = due.id)
update loyalty_account a set balance = balance - units from sums where a.id = sums.account_id
"""
LOCK_SLICE = "select 1 from loyalty_account where id between %(first)s and %(last)s order by id for update"
