-- Makes pending lots spendable whose moment has come: one operation, an entry of 0 units per account.
-- An account in debt pays it from what became available. Locks only these accounts, in id order.
drop function if exists ledger_release_slice;
create function ledger_release_slice(
  p_accounts bigint[],
  p_key text,
  p_at timestamptz,         -- lots available at or before this moment
  p_recorded_at timestamptz,
  p_source text,
  out posted_id bigint, out released_accounts bigint, out released_lots bigint, out released_units bigint)
language plpgsql as $$
declare
  v_debtor record;
begin
  perform 1 from loyalty_account where id = any(p_accounts) order by id for update;

  with due as materialized (
    select id, account_id, remaining
      from loyalty_lot
     where account_id = any(p_accounts) and remaining > 0 and not is_released and available_at <= p_at
  ), due_by_account as materialized (
    select account_id, sum(remaining)::bigint as units, count(*) as lots from due group by account_id
  ), operation as (
    insert into loyalty_operation (key, kind, source, reason, effective_at, recorded_at)
    select p_key, 'RELEASE', p_source, '', p_at, p_recorded_at where exists (select from due)
    returning id
  ), entry as (
    insert into loyalty_entry (operation_id, account_id, units)
    select operation.id, d.account_id, 0 from operation, due_by_account d order by d.account_id
  ), released as (
    update loyalty_lot set is_released = true from due where loyalty_lot.id = due.id
  ), moved as (
    update loyalty_account a set balance = a.balance + d.units, pending = a.pending - d.units
      from due_by_account d where a.id = d.account_id
  )
  select (select id from operation), count(*), coalesce(sum(lots), 0), coalesce(sum(units), 0)
    into posted_id, released_accounts, released_lots, released_units
    from due_by_account;

  for v_debtor in
    select e.id as entry_id, a.id as account_id
      from loyalty_entry e join loyalty_account a on a.id = e.account_id
     where e.operation_id = posted_id and a.debt > 0
     order by a.id
  loop
    perform ledger_pay_debt(v_debtor.account_id, v_debtor.entry_id, null, p_at);
  end loop;
end $$;
