-- Burns what ended by p_cutoff on the given accounts: one operation, one entry per account that loses units.
-- Locks only these accounts, in id order. Nothing due: nothing is written, all counts are 0.
drop function if exists ledger_burn_slice;
create function ledger_burn_slice(
  p_accounts bigint[],
  p_cutoff timestamptz,     -- lots whose day ended at or before this moment
  p_key text,
  p_at timestamptz,
  p_recorded_at timestamptz,
  p_source text,
  out posted_id bigint, out burnt_accounts bigint, out burnt_lots bigint, out burnt_units bigint)
language plpgsql as $$
begin
  perform 1 from loyalty_account where id = any(p_accounts) order by id for update;

  with due as materialized (
    select l.id, l.account_id, l.remaining
      from loyalty_account a
      join loyalty_lot l on l.account_id = a.id
     where a.id = any(p_accounts) and l.remaining > 0 and l.is_released
       and ledger_ends_at(l.expires_at, l.never_burns, a.rolling_expires_at) <= p_cutoff
  ), due_by_account as materialized (
    select account_id, sum(remaining)::bigint as units, count(*) as lots from due group by account_id
  ), operation as (
    insert into loyalty_operation (key, kind, source, reason, effective_at, recorded_at)
    select p_key, 'BURN', p_source, '', p_at, p_recorded_at where exists (select from due)
    returning id
  ), entry as (
    insert into loyalty_entry (operation_id, account_id, units)
    select operation.id, d.account_id, -d.units from operation, due_by_account d order by d.account_id
    returning id, account_id
  ), allocation as (
    insert into loyalty_allocation (entry_id, lot_id, units)
    select entry.id, due.id, -due.remaining from due join entry using (account_id)
  ), emptied as (
    update loyalty_lot set remaining = 0, burnt_at = p_at from due where loyalty_lot.id = due.id
  ), lowered as (
    update loyalty_account a set balance = a.balance - d.units from due_by_account d where a.id = d.account_id
  )
  select (select id from operation), count(*), coalesce(sum(lots), 0), coalesce(sum(units), 0)
    into posted_id, burnt_accounts, burnt_lots, burnt_units
    from due_by_account;
end $$;
