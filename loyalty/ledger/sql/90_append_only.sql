-- Operations, entries and allocations never change and never go; accounts and lots never go, and what a lot
-- was when it was made never changes; one that waits for its visit gets its days once, when that is closed.
-- TRUNCATE stays possible for the owner of the tables (test databases).
create or replace function ledger_refuse_change() returns trigger
language plpgsql as $$
begin
  raise exception '% on % refused: the ledger is append-only', tg_op, tg_table_name using errcode = 'LG403';
end $$;

drop trigger if exists append_only on loyalty_operation;
create trigger append_only before update or delete on loyalty_operation
  for each row execute function ledger_refuse_change();
drop trigger if exists append_only on loyalty_entry;
create trigger append_only before update or delete on loyalty_entry
  for each row execute function ledger_refuse_change();
drop trigger if exists append_only on loyalty_allocation;
create trigger append_only before update or delete on loyalty_allocation
  for each row execute function ledger_refuse_change();
drop trigger if exists never_deleted on loyalty_account;
create trigger never_deleted before delete on loyalty_account
  for each row execute function ledger_refuse_change();
drop trigger if exists never_deleted on loyalty_lot;
create trigger never_deleted before delete on loyalty_lot
  for each row execute function ledger_refuse_change();
drop trigger if exists made_once on loyalty_lot;
-- Fires only for statements that name a column which the acts leave alone: the kernel's own updates pay nothing.
do $$ begin
  execute (
    select format('create trigger made_once before update of %s on loyalty_lot '
                  'for each row execute function ledger_refuse_change()', string_agg(quote_ident(attname), ', '))
      from pg_attribute
     where attrelid = 'loyalty_lot'::regclass and attnum > 0 and not attisdropped
       and attname not in ('remaining', 'is_released', 'burnt_at', 'available_at', 'last_day', 'expires_at'));
end $$;
drop trigger if exists dated_once on loyalty_lot;
create trigger dated_once before update of available_at, last_day, expires_at on loyalty_lot
  for each row when (old.available_at is not null) execute function ledger_refuse_change();
